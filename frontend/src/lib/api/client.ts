/** The typed HTTP client. Features wrap it in small query functions and export those, not the client. */
import createClient from "openapi-fetch";
import { problemFrom, unreachable } from "./problem";
import type { paths } from "./schema";

/** Longest wait for an answer; a longer one is shown as an error instead of an endless spinner. */
const REQUEST_TIMEOUT_MS = 30_000;

export const api = createClient<paths>({
  baseUrl: typeof location === "undefined" ? "" : location.origin,
  // Looked up at call time, so that tests and the mock can replace it.
  fetch: (request) => globalThis.fetch(request),
});

/** Unwraps an openapi-fetch result: the body on success, an ApiProblem otherwise. */
export async function unwrap<Body>(
  call: Promise<{ data?: Body; error?: unknown; response: Response }>,
): Promise<Body> {
  const { data, error, response } = await call.catch((cause: unknown) => {
    if (cause instanceof DOMException && cause.name === "AbortError") throw cause;
    throw unreachable(cause);
  });
  if (!response.ok) throw problemFrom(response, error);
  // A 204 has no body; callers of such routes ignore the value.
  return data as Body;
}

/** Cancels with the query and after the time limit. */
export function deadline(signal?: AbortSignal): AbortSignal {
  const timeout = AbortSignal.timeout(REQUEST_TIMEOUT_MS);
  return signal ? AbortSignal.any([signal, timeout]) : timeout;
}

type Method = "get" | "post" | "delete";

/** Body type of a route's successful answer, independent of how the schema names it. */
export type ResponseOf<
  P extends keyof paths,
  M extends Method,
  S extends number = 200,
> = paths[P][M] extends {
  responses: { [K in S]: { content: { "application/json": infer Body } } };
}
  ? Body
  : never;

/** Query parameters of a GET route. */
export type QueryOf<P extends keyof paths> = paths[P]["get"] extends { parameters: { query?: infer Query } }
  ? NonNullable<Query>
  : never;
