import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

const LISTS = [
  ["/traces", "Traces"],
  ["/runs?kind=all", "Runs"],
  ["/conversations", "Conversations"],
  ["/users", "End users"],
  ["/services", "Services"],
  ["/logs", "Log records"],
] as const;

async function open(url: string, name: string, count = 60) {
  const app = renderApp(url, busyStore(Date.now(), count));
  const table = await screen.findByRole("table", { name });
  const rows = () =>
    within(screen.getByRole("table", { name }))
      .getAllByRole("row")
      .filter((row) => row.hasAttribute("data-row-id"));
  return { ...app, table, rows };
}

/** A value of the list that has a card, and where its words are known. */
function aValue(row: HTMLElement): HTMLElement {
  const value = [...row.querySelectorAll<HTMLElement>("time[data-hint]")].at(-1);
  if (!value) throw new Error("the row has no time");
  return value;
}

/** Moves the mouse to a value until its card is there: what draws the cards is fetched after the page. */
function pointAt(value: HTMLElement): Promise<HTMLElement> {
  const move = () => {
    fireEvent.pointerMove(value, { pointerType: "mouse" });
    return screen.findByRole("tooltip", {}, { timeout: 1_000 });
  };
  return vi.waitFor(move, { timeout: 15_000 });
}

describe.each(LISTS)("the list at %s", (url, name) => {
  /** No row hides anything in a `title`, which the link over the row would cover and a finger never opens. */
  it("has no titles in its rows", async () => {
    const { rows } = await open(url, name);
    expect(rows().length).toBeGreaterThan(0);
    for (const row of rows()) {
      expect(row.querySelectorAll("[title]")).toHaveLength(0);
      expect(row.querySelectorAll("[data-hint]").length).toBeGreaterThan(1);
    }
  });

  /** A value's card opens below the mouse, and goes with it. */
  it("opens cards by mouse", async () => {
    const { rows } = await open(url, name);
    const value = aValue(rows()[0] as HTMLElement);
    const card = await pointAt(value);
    expect(card).toHaveTextContent(/UTC/);
    expect(value).toHaveAttribute("aria-describedby", card.id);
    fireEvent.pointerMove(document.body, { pointerType: "mouse" });
    await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
  });

  /** From a row's link the arrow keys go through its values, and each card opens with the focus. */
  it("opens cards by keyboard", async () => {
    const { rows } = await open(url, name);
    const user = userEvent.setup();
    await user.keyboard("{ArrowDown}{ArrowRight}");
    expect(rows()[0]).toContainElement(document.activeElement as HTMLElement);
    expect(document.activeElement).toHaveAttribute("data-hint");
    expect(await screen.findByRole("tooltip")).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
  });

  /** A tap on a value opens its card instead of the row; a tap beside closes it. */
  it("opens cards by tap", async () => {
    const { rows, router } = await open(url, name);
    const before = router.state.location.href;
    const value = aValue(rows()[0] as HTMLElement);
    fireEvent.pointerDown(value, { pointerType: "touch" });
    fireEvent.click(value);
    expect(await screen.findByRole("tooltip")).toHaveTextContent(/UTC/);
    expect(router.state.location.href).toBe(before);
    fireEvent.pointerDown(document.body, { pointerType: "touch" });
    fireEvent.click(document.body);
    await waitFor(() => expect(screen.queryByRole("tooltip")).toBeNull());
  });
});

describe("order", () => {
  /** A click on a head orders the list, a second one turns it, and both are in the address. */
  it("follows the heads of columns", async () => {
    const { table, rows, router } = await open("/traces", "Traces");
    const head = within(table).getByRole("columnheader", { name: "Spans" });
    expect(head).toHaveAttribute("aria-sort", "none");
    expect(within(table).getByRole("columnheader", { name: "Started" })).toHaveAttribute(
      "aria-sort",
      "descending",
    );
    await userEvent.click(within(head).getByRole("button"));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ order: "spans" }));
    const again = () => within(screen.getByRole("table", { name: "Traces" }));
    await waitFor(() =>
      expect(again().getByRole("columnheader", { name: "Spans" })).toHaveAttribute("aria-sort", "descending"),
    );
    await userEvent.click(within(again().getByRole("columnheader", { name: "Spans" })).getByRole("button"));
    await waitFor(() =>
      expect(router.state.location.search).toMatchObject({ order: "spans", direction: "asc" }),
    );
    expect(rows().length).toBeGreaterThan(0);
  });
});

describe("selection", () => {
  /** Keys and shift choose rows; two lead to their comparison, the earlier one first, and more to a chain. */
  it("leads to a comparison", async () => {
    const { rows } = await open("/traces", "Traces");
    const user = userEvent.setup();
    await user.keyboard("{ArrowDown}x");
    const bar = await screen.findByRole("region", { name: "Selected rows" });
    expect(bar).toHaveTextContent("1 selected");
    expect(within(bar).queryByRole("link", { name: "Compare" })).toBeNull();
    await user.keyboard("jx");
    const link = await within(bar).findByRole("link", { name: "Compare" });
    const [newest, older] = rows().map((row) => row.dataset.rowId);
    expect(link).toHaveAttribute("href", `/compare?a=${older}&b=${newest}`);
    await user.keyboard("jj{Shift>}X{/Shift}");
    expect(bar).toHaveTextContent("4 selected");
    expect(within(bar).getByRole("link", { name: "Compare 4 as a chain" })).toBeVisible();
    await user.keyboard("{Escape}");
    await waitFor(() => expect(screen.queryByRole("region", { name: "Selected rows" })).toBeNull());
  });

  /** Administrators delete what they chose, after typing the word; the rows are gone. */
  it("deletes traces", async () => {
    const { rows } = await open("/traces", "Traces", 5);
    const user = userEvent.setup();
    const gone = rows()[0]?.dataset.rowId;
    await user.click(within(rows()[0] as HTMLElement).getByRole("checkbox"));
    await user.click(await screen.findByRole("button", { name: "Delete" }));
    const dialog = await screen.findByRole("dialog", { name: "Delete 1 trace?" });
    await user.type(within(dialog).getByLabelText("Type “delete” to confirm"), "delete");
    await user.click(within(dialog).getByRole("button", { name: "Delete for good" }));
    await waitFor(() => expect(rows().map((row) => row.dataset.rowId)).not.toContain(gone));
    expect(screen.queryByRole("region", { name: "Selected rows" })).toBeNull();
  });
});

describe("preview", () => {
  /** Space shows the row beside the list, the keys move both, and space closes it. */
  it("stands beside the list", async () => {
    const { rows, router } = await open("/traces", "Traces");
    const user = userEvent.setup();
    await user.keyboard("{ArrowDown} ");
    const panel = await screen.findByRole("complementary", { name: "Preview" });
    expect(await within(panel).findByRole("list", { name: "Spans of the trace" })).toBeVisible();
    expect(router.state.location.pathname).toBe("/traces");
    expect(rows()[0]).toHaveAttribute("aria-current", "true");
    await user.keyboard("j");
    expect(rows()[1]).toHaveAttribute("aria-current", "true");
    await user.keyboard(" ");
    expect(screen.queryByRole("complementary", { name: "Preview" })).toBeNull();
  });

  /** From a trace one goes on to its neighbours in the list, and back to the list as it was. */
  it("goes to neighbours", async () => {
    const { rows, router } = await open("/traces?order=spans", "Traces");
    const [first, second] = rows().map((row) => row.dataset.rowId);
    const user = userEvent.setup();
    await user.keyboard("{ArrowDown}{Enter}");
    await waitFor(() => expect(router.state.location.pathname).toBe(`/traces/${first}`));
    await user.click(await screen.findByRole("button", { name: "Next trace of the list" }));
    await waitFor(() => expect(router.state.location.pathname).toBe(`/traces/${second}`));
    await screen.findByRole("tree", { name: "Spans" });
    await user.keyboard("k");
    await waitFor(() => expect(router.state.location.pathname).toBe(`/traces/${first}`));
    await user.click(await screen.findByRole("link", { name: "Back to traces" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ order: "spans" }));
  });
});

describe("filter", () => {
  /** What cannot be read is marked where it is wrong; the list stays, and the suggestion mends it. */
  it("says what is wrong inline", async () => {
    const { rows, router } = await open("/traces", "Traces");
    const before = rows().length;
    const user = userEvent.setup();
    const input = screen.getByRole("combobox", { name: "Filter" });
    await user.type(input, "duration > 3{Enter}");
    expect(await screen.findByTestId("filter-mark")).toHaveTextContent(/^duration$/);
    expect(input).toHaveAttribute("aria-invalid", "true");
    await waitFor(() => expect(rows()).toHaveLength(before));
    expect(screen.queryByText("mock-request")).toBeNull();
    await user.click(screen.getByRole("button", { name: "Use duration_ms" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ filter: "duration_ms > 3" }));
    await waitFor(() => expect(screen.queryByTestId("filter-mark")).toBeNull());
  });
});

describe("columns", () => {
  /** An attribute becomes a column, which is remembered; a column in the address holds over that. */
  it("can be any attribute", async () => {
    const { router } = await open("/traces", "Traces");
    const user = userEvent.setup();
    await user.click(screen.getByRole("button", { name: "Columns" }));
    await user.type(await screen.findByLabelText("Any attribute of the trace"), "junjo.span_type{Enter}");
    expect(await screen.findByRole("columnheader", { name: "junjo.span_type" })).toBeVisible();
    await user.click(screen.getByRole("button", { name: "Back to the usual columns" }));
    await waitFor(() => expect(screen.queryByRole("columnheader", { name: "junjo.span_type" })).toBeNull());
    await user.keyboard("{Escape}");
    await router.navigate({ to: "/traces", search: { cols: "user,input" } });
    expect(await screen.findByRole("columnheader", { name: "First question" })).toBeVisible();
    expect(screen.queryByRole("columnheader", { name: "Service" })).toBeNull();
  });
});

describe("a user", () => {
  /** A user opens with figures and traces, also where no span names a conversation; those are a tab. */
  it("leads to traces and conversations", async () => {
    const { rows, router } = await open("/users", "End users");
    await userEvent.click(within(rows()[0] as HTMLElement).getAllByRole("link")[0] as Element);
    expect(await screen.findByRole("table", { name: "Traces" })).toBeVisible();
    expect(await screen.findByText("Model calls")).toBeVisible();
    await userEvent.click(screen.getByRole("tab", { name: "Conversations" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ tab: "conversations" }));
  });
});

describe("services", () => {
  /** The table says how much was asked and what it cost, and can be ordered by it. */
  it("are ordered by their figures", async () => {
    const { table, router } = await open("/services", "Services");
    for (const name of ["Requests", "Failed", "P95", "Cost"]) {
      expect(within(table).getByRole("columnheader", { name })).toBeVisible();
    }
    await userEvent.click(within(table).getByRole("button", { name: "Cost" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ order: "cost" }));
  });
});

describe("logs", () => {
  /** A record that belongs to a trace leads there in one click, and the live list can be stopped. */
  it("lead to traces and pause", async () => {
    const { table, router } = await open("/logs", "Log records");
    const link = within(table).getAllByRole("link", { name: "Open its span" })[0];
    expect(link?.getAttribute("href")).toMatch(/^\/traces\/[0-9a-f]{32}\?span=/);
    await userEvent.click(screen.getByRole("button", { name: "Live updates" }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ paused: true }));
  });
});
