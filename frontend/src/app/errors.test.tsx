import { screen, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

describe("errors", () => {
  /** Scenario: failures of some kinds, one of which gets resolved. Guarantee: it leaves the open ones and stands among the resolved. */
  it("are listed by kind and can be resolved", async () => {
    const user = userEvent.setup();
    renderApp("/errors?range=7d", busyStore(Date.now(), 120));
    const table = await screen.findByRole("table", { name: "Errors" });
    const [first] = await within(table).findAllByRole("link");
    const name = first?.textContent ?? "missing";
    expect(first?.getAttribute("href")).toMatch(/^\/traces\/[0-9a-f]{32}\?.*span=/);
    await user.click(within(table).getAllByRole("button", { name: /^Decide about/ })[0] as HTMLElement);
    await user.click(await screen.findByRole("menuitem", { name: /^Resolve/ }));
    await user.click(screen.getByRole("button", { name: "Resolved" }));
    const resolved = await screen.findByRole("link", { name });
    expect(resolved).toBeInTheDocument();
    expect(await screen.findByText("resolved")).toBeInTheDocument();
  });

  /** Scenario: a window in which nothing failed. Guarantee: the page says so. */
  it("say when there are none", async () => {
    renderApp("/errors?range=1h", busyStore(Date.now(), 0));
    expect(await screen.findByText("No errors here")).toBeInTheDocument();
  });

  /** Scenario: the server fails. Guarantee: the page says what it answered. */
  it("say when the server fails", async () => {
    const failing = http.get("*/otel/errors", () =>
      HttpResponse.json({ type: "about:blank", title: "Index damaged", status: 500 }, { status: 500 }),
    );
    renderApp("/errors", busyStore(Date.now(), 3), [failing]);
    expect(await screen.findByRole("heading", { name: "Index damaged" })).toBeInTheDocument();
  });
});
