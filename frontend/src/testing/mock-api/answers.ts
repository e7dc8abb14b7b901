/** How the mock answers: bodies, problems, pages, and what needs a session. */
import { HttpResponse, type JsonBodyType } from "msw";
import type { MockStore } from "./store.ts";

export function ok<Body>(body: Body, status = 200): Response {
  return HttpResponse.json(body as JsonBodyType, { status });
}

export function nothing(): Response {
  return new HttpResponse(null, { status: 204 });
}

export function problem(status: number, title: string, detail?: string, type = "about:blank"): Response {
  return HttpResponse.json(
    { type, title, status, detail: detail ?? title, request_id: "mock-request" },
    { status, headers: { "content-type": "application/problem+json" } },
  );
}

/** A filter that cannot be read, as the server says it. */
export function badFilter(message: string, offset: number, length: number, suggestion?: string): Response {
  const error = { field: "filter", message, offset, length, ...(suggestion ? { suggestion } : {}) };
  return HttpResponse.json(
    {
      type: "urn:junjo:problem:invalid_input",
      title: "Bad Request",
      status: 400,
      detail: message,
      request_id: "mock-request",
      errors: [error],
    },
    { status: 400, headers: { "content-type": "application/problem+json" } },
  );
}

export function guarded(store: MockStore, answer: () => Response): Response {
  return store.signedIn ? answer() : problem(401, "Not signed in");
}

export function paged<T>(items: T[], query: URLSearchParams): { items: T[]; next_cursor: string | null } {
  const start = Number(query.get("cursor") ?? 0);
  const end = start + Number(query.get("limit") ?? 50);
  return { items: items.slice(start, end), next_cursor: end < items.length ? String(end) : null };
}
