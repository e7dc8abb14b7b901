import { screen, waitFor } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";
import { newAddress } from "./moved-addresses";

describe("newAddress", () => {
  const moved = { "/old": "/new", "/older": "/new/deep" };

  /** An old address is followed with what stands behind it; one that only begins with the same letters stays. */
  it.each([
    ["/old", "/new"],
    ["/old/a/b", "/new/a/b"],
    ["/older/a", "/new/deep/a"],
    ["/oldest", undefined],
    ["/new/old", undefined],
  ])("moves %s to %s", (path, after) => {
    expect(newAddress(path, moved)).toBe(after);
  });
});

describe("links from before", () => {
  const trace = "0af7651916cd43dd8448eb211c80319c";
  const span = "b7ad6b7169203331";

  /** Old links open the page at its new address and keep their parameters; the old address leaves no entry in the history. */
  it.each([
    ["/workflows?status=error", "/runs?status=error"],
    [`/workflows/${trace}/${span}?step=2`, `/runs/${trace}/${span}?step=2`],
    [`/workflow/${trace}/${span}`, `/runs/${trace}/${span}`],
    ["/workflow-graphs/graph_1?range=all#top", "/runs/overlay/graph_1?range=all#top"],
    ["/sessions?q=refund", "/conversations?q=refund"],
    ["/sessions/chat%2F1", "/conversations/chat%2F1"],
    ["/settings/users", "/settings/accounts"],
  ])("leads %s to %s", async (before, after) => {
    const { router } = renderApp(before, busyStore(Date.now(), 0));
    await waitFor(() => expect(router.state.location.href).toBe(after));
    await waitFor(() => expect(router.state.status).toBe("idle"));
    expect(screen.queryByRole("heading", { name: "There is no such page" })).toBeNull();
    expect(router.history.length).toBe(1);
  });
});
