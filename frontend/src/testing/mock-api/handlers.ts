/** The whole API on top of a mock store, as msw handlers, a file per feature. Bodies are typed from the OpenAPI document. */
import { keyHandlers } from "./handlers/api-keys.ts";
import { authHandlers } from "./handlers/auth.ts";
import { conversationHandlers } from "./handlers/conversations.ts";
import { errorHandlers } from "./handlers/errors.ts";
import { executableHandlers } from "./handlers/executables.ts";
import { fieldHandlers } from "./handlers/fields.ts";
import { ingestHandlers } from "./handlers/ingest.ts";
import { logHandlers } from "./handlers/logs.ts";
import { runHandlers } from "./handlers/run.ts";
import { runsHandlers } from "./handlers/runs.ts";
import { statsHandlers } from "./handlers/stats.ts";
import { storageHandlers } from "./handlers/storage.ts";
import { traceHandlers } from "./handlers/trace.ts";
import { tracesHandlers } from "./handlers/traces.ts";
import { viewHandlers } from "./handlers/views.ts";
import type { MockStore } from "./store.ts";

export function mockHandlers(store: MockStore) {
  return [
    ...keyHandlers(store),
    ...authHandlers(store),
    ...errorHandlers(store),
    ...executableHandlers(store),
    ...fieldHandlers(store),
    ...ingestHandlers(store),
    ...logHandlers(store),
    ...conversationHandlers(store),
    ...statsHandlers(store),
    ...storageHandlers(store),
    ...traceHandlers(store),
    ...tracesHandlers(store),
    ...runHandlers(store),
    ...runsHandlers(store),
    ...viewHandlers(store),
  ];
}
