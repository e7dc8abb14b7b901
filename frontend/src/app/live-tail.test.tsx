import { act, screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { fakeTails } from "@/testing/fake-tail";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

async function openTraces() {
  const tails = fakeTails();
  const store = busyStore(Date.now(), 3);
  const { router, server } = renderApp("/traces", store);
  await screen.findByRole("table", { name: "Traces" });
  await waitFor(() => expect(tails).toHaveLength(1));
  act(() => tails[0]?.send("ready", { sequence: 1 }));
  return { tails, store, router, server };
}

describe("live tail", () => {
  /** The server ends the tail of a session that is over: the page leads to sign-in at once, and holds no stream. */
  it("leads to sign-in when the session has ended", async () => {
    const { tails, store } = await openTraces();
    store.signedIn = false;
    act(() => tails[0]?.send("end", { reason: "session_ended" }));
    await screen.findByRole("heading", { name: "Sign in to Junjo" });
    expect(tails.map(({ isClosed }) => isClosed)).toEqual([true]);
  });

  /** The tail ends, but the browser has a session: the list is read again, and the stream is left to come back by itself. */
  it("goes on when there is another session", async () => {
    const { tails, server } = await openTraces();
    const lists: string[] = [];
    server.events.on("request:start", ({ request }) => {
      if (new URL(request.url).pathname === "/otel/traces") lists.push(request.url);
    });
    act(() => tails[0]?.send("end", { reason: "unknown" }));
    await waitFor(() => expect(lists).not.toEqual([]));
    expect(tails.map(({ isClosed }) => isClosed)).toEqual([false]);
    expect(screen.getByRole("table", { name: "Traces" })).toBeInTheDocument();
  });
});
