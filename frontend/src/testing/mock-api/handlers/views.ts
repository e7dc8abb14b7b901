/** Saved views of lists, as one account sees them. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, nothing, ok, problem } from "../answers.ts";
import { type MockView, mockView } from "../state/views.ts";
import type { MockStore } from "../store.ts";

type View = MockView;
type Body = Partial<Pick<View, "name" | "is_shared" | "search" | "page">>;

export function viewHandlers(store: MockStore) {
  const known = (id: unknown) => store.views.find((view) => view.id === id);
  return [
    http.get("*/views", ({ request }) =>
      guarded(store, () => {
        const page = new URL(request.url).searchParams.get("page");
        const items = store.views
          .filter((view) => page === null || view.page === page)
          .toSorted((a, b) => a.name.localeCompare(b.name));
        return ok<ResponseOf<"/views", "get">>({ items, next_cursor: null });
      }),
    ),
    http.post("*/views", async ({ request }) => {
      const body = (await request.json()) as Body;
      if (store.views.some((view) => view.is_own && view.page === body.page && view.name === body.name)) {
        return problem(409, "Conflict", "You have a view of this name already.");
      }
      const view = mockView(`view-${store.views.length + 1}`, { is_own: true, ...body });
      store.views = [...store.views, view];
      return ok<View>(view, 201);
    }),
    http.patch("*/views/:id", async ({ request, params }) => {
      const view = known(params.id);
      if (!view?.is_own) return problem(404, "Not found", "There is no such view, or it is not yours.");
      Object.assign(view, await request.json());
      return ok<View>(view);
    }),
    http.delete("*/views/:id", ({ params }) => {
      store.views = store.views.filter((view) => view.id !== params.id);
      return nothing();
    }),
    http.put("*/views/:id/default", ({ params }) => {
      const page = known(params.id)?.page;
      for (const view of store.views) if (view.page === page) view.is_default = view.id === params.id;
      return nothing();
    }),
    http.delete("*/views/:id/default", ({ params }) => {
      const view = known(params.id);
      if (view) view.is_default = false;
      return nothing();
    }),
  ];
}
