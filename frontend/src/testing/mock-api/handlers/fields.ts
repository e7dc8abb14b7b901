/** The fields that filters can name. */
import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, ok } from "../answers.ts";
import { mockFields } from "../state/fields.ts";
import type { MockStore } from "../store.ts";

export function fieldHandlers(store: MockStore) {
  return [
    http.get("*/otel/fields", () =>
      guarded(store, () => ok<ResponseOf<"/otel/fields", "get">>({ items: mockFields() })),
    ),
  ];
}
