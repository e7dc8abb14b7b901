/** API keys: list, make, rotate, change, delete. */

import { http } from "msw";
import type { ResponseOf } from "@/lib/api/client";
import { guarded, nothing, ok, problem } from "../answers.ts";
import { mockNow } from "../clock.ts";
import { mockKey } from "../state/keys.ts";
import type { MockStore } from "../store.ts";

export function keyHandlers(store: MockStore) {
  return [
    http.get("*/api-keys", () =>
      guarded(store, () => ok({ items: store.keys.map(({ key: _, ...shown }) => shown), next_cursor: null })),
    ),
    http.post("*/api-keys", async ({ request }) => {
      const body = (await request.json()) as {
        name: string;
        scope?: "ingest" | "read";
        expires_at?: string | null;
      };
      const expires = body.expires_at ? Date.parse(body.expires_at) : null;
      const key = mockKey(body.name, body.scope ?? "ingest", mockNow(), null, expires);
      store.keys.unshift(key);
      return ok<ResponseOf<"/api-keys", "post", 201>>(key, 201);
    }),
    http.post("*/api-keys/:id/rotate", ({ params }) => {
      const key = store.keys.find(({ id }) => id === params.id);
      if (!key) return problem(404, "Unknown key");
      const renewed = mockKey(key.name, key.scope, mockNow(), null);
      Object.assign(key, { prefix: renewed.prefix, key: renewed.key });
      return ok<ResponseOf<"/api-keys/{id}/rotate", "post", 200>>(key);
    }),
    http.patch("*/api-keys/:id", async ({ params, request }) => {
      const key = store.keys.find(({ id }) => id === params.id);
      if (!key) return problem(404, "Unknown key");
      return ok(Object.assign(key, await request.json()));
    }),
    http.delete("*/api-keys/:id", ({ params }) => {
      store.keys = store.keys.filter((key) => key.id !== params.id);
      return nothing();
    }),
  ];
}
