import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http } from "msw";
import { describe, expect, it } from "vitest";
import { problem } from "@/testing/mock-api/answers";
import { makeNamedTrace } from "@/testing/mock-api/corpus";
import { addTrace, busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

const hours = (count: number) => Date.now() - count * 3_600_000;

describe("traces", () => {
  /** A trace that arrives while the list is open appears by itself. */
  it("shows new traces without a reload", async () => {
    const store = busyStore(Date.now(), 3);
    renderApp("/traces", store);
    const table = await screen.findByRole("table", { name: "Traces" });
    expect(within(table).getAllByRole("row")).toHaveLength(4);
    addTrace(store, Date.now());
    await waitFor(() => expect(within(table).getAllByRole("row")).toHaveLength(5));
  });

  /** Filters live in the URL: a link opens filtered, and clearing them changes the URL. */
  it("keeps filters in the URL", async () => {
    const store = busyStore(Date.now(), 0);
    store.traces = [
      makeNamedTrace("Order Intake Workflow", 1, hours(1)),
      makeNamedTrace("FailingNode", 2, hours(2)),
    ];
    const { router } = renderApp("/traces?status=error", store);
    const table = await screen.findByRole("table", { name: "Traces" });
    expect(within(table).getAllByRole("link")).toHaveLength(1);
    await userEvent.click(screen.getByRole("button", { name: "Clear" }));
    await waitFor(() => expect(router.state.location.search).not.toHaveProperty("status"));
    await waitFor(() => expect(within(screen.getByRole("table")).getAllByRole("link")).toHaveLength(2));
  });

  /** A server without data says how to begin instead of showing an empty table. */
  it("invites to send the first trace", async () => {
    renderApp("/traces", busyStore(Date.now(), 0));
    expect(await screen.findByRole("link", { name: "Send your first trace" })).toHaveAttribute(
      "href",
      "/welcome",
    );
  });

  /** A failure names the problem and the request, and offers to try again. */
  it("shows what the server said when it fails", async () => {
    const failing = http.get("*/otel/traces", () =>
      problem(400, "Bad filter", "The cursor belongs to other filters."),
    );
    renderApp("/traces", busyStore(Date.now(), 3), [failing]);
    const alert = await screen.findByRole("alert");
    expect(alert).toHaveTextContent("The cursor belongs to other filters.");
    expect(alert).toHaveTextContent("mock-request");
    expect(within(alert).getByRole("button", { name: "Try again" })).toBeInTheDocument();
  });
});

describe("trace", () => {
  /** The URL restores the selected span and its tab; the arrow keys move on and the URL follows. */
  it("restores and follows the selected span", async () => {
    const store = busyStore(Date.now(), 0);
    const shown = makeNamedTrace("FailingNode", 5, hours(1));
    store.traces = [shown];
    const failing = shown.spans.find((span) => span.name === "FailingNode");
    const { router } = renderApp(`/traces/${shown.traceId}?span=${failing?.span_id}`, store);
    const panel = await screen.findByRole("complementary", { name: "Selected span" });
    expect(await within(panel).findByText("__main__.ProviderTimeout")).toBeInTheDocument();
    expect(screen.getByRole("treeitem", { selected: true })).toHaveTextContent("FailingNode");

    fireEvent.keyDown(screen.getByRole("tree"), { key: "ArrowDown" });
    const next = screen.getByRole("treeitem", { selected: true });
    expect(next).not.toHaveTextContent("FailingNode");
    await waitFor(() => expect(next.id).toBe(`span-${router.state.location.search.span}`));

    await userEvent.click(within(panel).getByRole("tab", { name: /Attributes/ }));
    await waitFor(() => expect(router.state.location.search).toMatchObject({ tab: "attributes" }));
    expect(await within(panel).findByText("junjo.span_type")).toBeInTheDocument();
  });

  /** Model output is text: markup in it is shown, never built. */
  it("never renders model output as HTML", async () => {
    const store = busyStore(Date.now(), 0);
    const shown = makeNamedTrace("invoke_agent Travel Agent", 6, hours(1));
    const call = shown.spans.find((span) => span.derived.output_messages.length > 0);
    if (!call) throw new Error("the capture has a model call");
    const evil = '<img src=x onerror="alert(1)">';
    call.derived = {
      ...call.derived,
      output_messages: [
        {
          role: "assistant",
          name: null,
          parts: [{ type: "text", content: evil, citations: [], truncated: false }],
          finish_reason: null,
        },
      ],
    };
    store.traces = [shown];
    renderApp(`/traces/${shown.traceId}?span=${call.span_id}`, store);
    expect(await screen.findByText(evil)).toBeInTheDocument();
    expect(document.querySelector("img")).toBeNull();
  });

  /** An unknown trace is an answer, not an error. */
  it("says when a trace is unknown", async () => {
    renderApp(`/traces/${"0".repeat(32)}`, busyStore(Date.now(), 1));
    expect(await screen.findByRole("heading", { name: "This trace is not here" })).toBeInTheDocument();
  });
});

describe("API keys", () => {
  /** The secret is shown once, in snippets too; deleting asks first and removes the row. */
  it("creates with one-time reveal and deletes", async () => {
    renderApp("/settings/api-keys", busyStore(Date.now(), 1));
    const user = userEvent.setup();
    await user.click(await screen.findByRole("button", { name: "Create key" }));
    await user.type(screen.getByLabelText("Name"), "ci runner");
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Create key" }));
    const secret = await screen.findByTestId("api-key-secret");
    expect(secret.textContent).toMatch(/^jk_/);
    await user.click(screen.getByRole("button", { name: "I have copied it" }));
    expect(screen.queryByTestId("api-key-secret")).toBeNull();

    await user.click(await screen.findByRole("button", { name: "More for key ci runner" }));
    await user.click(await screen.findByRole("menuitem", { name: "Delete" }));
    await user.click(within(screen.getByRole("dialog")).getByRole("button", { name: "Delete key" }));
    await waitFor(() => expect(screen.queryByRole("button", { name: "More for key ci runner" })).toBeNull());
  });
});

describe("runs", () => {
  /** A run opens in the explorer, also when its span is not the root of the trace. */
  it("links each run to the explorer", async () => {
    const store = busyStore(Date.now(), 0);
    const ticket = makeNamedTrace("Support Ticket Workflow", 9, hours(1));
    store.traces = [ticket];
    renderApp("/runs", store);
    const workflow = ticket.spans.find((span) => span.name === "Support Ticket Workflow");
    const link = await screen.findByRole("link", { name: "Support Ticket Workflow" });
    expect(link).toHaveAttribute("href", `/runs/${ticket.traceId}/${workflow?.span_id}`);
  });
});
