/** Saved views that the mock starts with. */
import type { ResponseOf } from "@/lib/api/client";

export type MockView = ResponseOf<"/views", "get">["items"][number];

/** What a colleague shares. */
export function mockViews(): MockView[] {
  return [
    mockView("view-shared", {
      name: "Dearest first",
      is_shared: true,
      owner: "grace@example.com",
      search: { order: "cost", range: "all" } as unknown as MockView["search"],
    }),
  ];
}

export function mockView(id: string, given: Partial<MockView>): MockView {
  const now = new Date().toISOString();
  return {
    id,
    page: "traces",
    name: id,
    is_shared: false,
    search: {},
    owner: "ada@example.com",
    is_own: false,
    is_default: false,
    created_at: now,
    updated_at: now,
    ...given,
  };
}
