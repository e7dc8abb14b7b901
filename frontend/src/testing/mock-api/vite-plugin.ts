/**
 * Answers API calls inside Vite's dev and preview servers, for work on pages without a server (`npm run dev:mock`).
 * POST /__mock/reset?state=fresh|busy sets the state; in the busy state a new trace arrives every few seconds, unless `now`
 * (milliseconds since 1970) stops the clock.
 */

import type { IncomingMessage, ServerResponse } from "node:http";
import { getResponse } from "msw";
import type { Plugin } from "vite";
import { isMockTimeStanding, mockNow, setMockTime } from "./clock.ts";
import { mockHandlers } from "./handlers.ts";
import { addTrace, busyStore, freshStore, type MockStore } from "./store.ts";

const TRACES = 320;
const ARRIVAL_MS = 6_000;

/** What the real server sends, so that a violation shows up here first. */
const CSP =
  "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; frame-ancestors 'none'";

export function mockApi(): Plugin {
  const state = { store: busyStore(mockNow(), TRACES), busy: true };
  const tick = () => {
    if (state.busy && !isMockTimeStanding()) addTrace(state.store, mockNow());
  };
  const handle = (request: IncomingMessage, response: ServerResponse, next: () => void) => {
    void answer(state, request, response).then((answered) => {
      if (!answered) next();
    });
  };
  return {
    name: "junjo-mock-api",
    configureServer(server) {
      setInterval(tick, ARRIVAL_MS).unref();
      server.middlewares.use(handle);
    },
    configurePreviewServer(server) {
      setInterval(tick, ARRIVAL_MS).unref();
      server.middlewares.use((_request, response, next) => {
        response.setHeader("content-security-policy", CSP);
        next();
      });
      server.middlewares.use(handle);
    },
  };
}

interface MockState {
  store: MockStore;
  busy: boolean;
}

async function answer(
  state: MockState,
  incoming: IncomingMessage,
  response: ServerResponse,
): Promise<boolean> {
  const url = new URL(incoming.url ?? "/", "http://localhost");
  if (url.pathname === "/__mock/reset") {
    const now = url.searchParams.get("now");
    setMockTime(now === null ? undefined : Number(now));
    state.busy = url.searchParams.get("state") !== "fresh";
    state.store = state.busy ? busyStore(mockNow(), TRACES) : freshStore();
    response.end("reset");
    return true;
  }
  if (!/^\/(auth|api-keys|otel|v1|views|health)(\/|$)/.test(url.pathname)) return false;
  const chunks: Buffer[] = [];
  for await (const chunk of incoming) chunks.push(chunk as Buffer);
  const hasBody = incoming.method !== "GET" && incoming.method !== "HEAD";
  const headers = new Headers();
  for (const [name, value] of Object.entries(incoming.headers)) {
    if (typeof value === "string") headers.set(name, value);
  }
  const request = new Request(url, {
    method: incoming.method ?? "GET",
    headers,
    ...(hasBody ? { body: Buffer.concat(chunks) } : {}),
  });
  const found = await getResponse(mockHandlers(state.store), request);
  response.statusCode = found?.status ?? 404;
  for (const [name, value] of found?.headers ?? []) response.setHeader(name, value);
  response.end(Buffer.from((await found?.arrayBuffer()) ?? new ArrayBuffer(0)));
  return true;
}
