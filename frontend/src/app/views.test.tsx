import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { afterEach, describe, expect, it } from "vitest";
import { tracesSearch } from "@/telemetry/traces/traces-search";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

afterEach(() => localStorage.clear());

async function openMenu() {
  await userEvent.click(await screen.findByRole("button", { name: /^Saved views/ }));
}

describe("saved views", () => {
  /** What is looked at is kept on the server, comes back, is updated, shared and deleted. */
  it("live on the server", async () => {
    const store = busyStore(Date.now(), 10);
    const { router } = renderApp("/traces?status=error&range=all", store);
    const shown = () => tracesSearch.parse(router.state.location.search);
    await openMenu();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Save this view" }));
    const dialog = await screen.findByRole("dialog", { name: "Save this view" });
    await userEvent.type(within(dialog).getByLabelText("Name"), "Failing");
    await userEvent.click(within(dialog).getByLabelText("Share with everybody who may sign in"));
    await userEvent.click(within(dialog).getByRole("button", { name: "Save view" }));
    await waitFor(() => expect(store.views.at(-1)).toMatchObject({ name: "Failing", is_shared: true }));
    expect(store.views.at(-1)?.search).toEqual({ status: "error", range: "all" });
    await screen.findByRole("button", { name: "Saved views: Failing" });

    await router.navigate({ to: "/traces", search: { ...shown(), order: "cost" } });
    await screen.findByRole("button", { name: "Saved views: Failing, changed" });
    await openMenu();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Update “Failing”" }));
    await waitFor(() => expect(store.views.at(-1)?.search).toMatchObject({ order: "cost" }));

    await openMenu();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Delete “Failing”" }));
    await userEvent.click(await screen.findByRole("button", { name: "Delete view" }));
    await waitFor(() => expect(store.views.map(({ name }) => name)).not.toContain("Failing"));
  });

  /** Others' shared views open with all that they say, and nothing of what was asked before. */
  it("can be others'", async () => {
    const { router } = renderApp("/traces?status=error", busyStore(Date.now(), 10));
    await openMenu();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Dearest first" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ order: "cost", range: "all" }));
    expect(router.state.location.search).not.toHaveProperty("status");
  });

  /** The list opens with the chosen view, but not where somebody asked for something, or for no view. */
  it("open with the list", async () => {
    const store = busyStore(Date.now(), 10);
    const [view] = store.views;
    if (view) view.is_default = true;
    const { router } = renderApp("/traces", store);
    await waitFor(() =>
      expect(router.state.location.search).toMatchObject({ view: view?.id, order: "cost" }),
    );
    await openMenu();
    await userEvent.click(await screen.findByRole("menuitem", { name: "Leave this view" }));
    await waitFor(() => expect(router.state.location.search).not.toHaveProperty("order"));
    await screen.findByRole("button", { name: "Saved views" });
    expect(router.state.location.search).not.toHaveProperty("order");
  });

  /** Views that the browser kept before are moved over once; what the server has already is not moved again. */
  it("take over those of the browser", async () => {
    const old = { id: "traces/Mine", page: "traces", name: "Mine", search: { q: "refund" } };
    const runs = { id: "runs/Slow", page: "runs", name: "Slow", search: { status: "error" } };
    localStorage.setItem("junjo.saved-views", JSON.stringify({ state: { views: [old, runs] }, version: 0 }));
    const store = busyStore(Date.now(), 10);
    renderApp("/traces", store);
    await openMenu();
    expect(await screen.findByRole("menuitem", { name: "Mine" })).toBeVisible();
    expect(store.views.filter(({ is_own }) => is_own).map(({ page, name }) => [page, name])).toEqual([
      ["traces", "Mine"],
      ["runs", "Slow"],
    ]);
    expect(localStorage.getItem("junjo.saved-views")).toBeNull();
  });
});
