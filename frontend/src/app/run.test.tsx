import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { makeNamedTrace } from "@/testing/mock-api/corpus";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

// Layout needs a worker and a browser's geometry; the end-to-end tests look at the real canvas.
vi.mock("@/features/run/graph/workflow-canvas", () => ({
  WorkflowCanvas: ({
    nodes,
    onSelect,
  }: {
    nodes: { key: string; label: string }[];
    onSelect: (key: string) => void;
  }) => (
    <ul aria-label="Nodes">
      {nodes.map((node) => (
        <li key={node.key}>
          <button type="button" onClick={() => onSelect(node.key)}>
            {node.label}
          </button>
        </li>
      ))}
    </ul>
  ),
}));

function openRun(spanName: string, search = "") {
  const store = busyStore(Date.now(), 0);
  const trace = makeNamedTrace(spanName, 1, Date.now() - 3_600_000);
  store.traces = [trace];
  const span = trace.spans.find(({ name }) => name === spanName);
  return renderApp(`/runs/${trace.traceId}/${span?.span_id}${search}`, store);
}

describe("run", () => {
  /** Keys and buttons move through the changes; the panel and the URL follow. */
  it("steps through the state", async () => {
    const { router } = openRun("Order Intake Workflow");
    const slider = await screen.findByRole("slider", { name: "State change" });
    const last = Number(slider.getAttribute("max"));
    expect(slider).toHaveValue(String(last));

    fireEvent.keyDown(document.body, { key: "Home" });
    expect(await screen.findByRole("heading", { name: "Start state" })).toBeInTheDocument();
    fireEvent.keyDown(document.body, { key: "ArrowRight" });
    await waitFor(() => expect(router.state.location.search).toMatchObject({ step: 1 }));
    expect(await screen.findByRole("list", { name: "Changes" })).toBeInTheDocument();
    await userEvent.click(screen.getByRole("button", { name: "Next state change" }));
    await waitFor(() => expect(slider).toHaveValue("2"));
    await userEvent.click(screen.getByRole("button", { name: "Blame" }));
    expect(await screen.findByRole("list", { name: "State with authors" })).toBeInTheDocument();
    await waitFor(() => expect(router.state.location.search).toMatchObject({ show: "blame" }));
  });

  /** A node tells its executions, and a change in it leads back to the state. */
  it("shows a node and comes back", async () => {
    const { router } = openRun("Order Intake Workflow");
    const nodes = await screen.findByRole("list", { name: "Nodes" });
    await userEvent.click(within(nodes).getByRole("button", { name: "ValidateNode" }));
    const panel = screen.getByRole("complementary", { name: "State and details" });
    expect(await within(panel).findByText("3rd execution")).toBeInTheDocument();
    await userEvent.click(
      (await within(panel).findAllByRole("button", { name: /bump_attempts/ }))[0] as Element,
    );
    await waitFor(() => expect(router.state.location.search).toHaveProperty("step"));
    expect(await within(panel).findByRole("list", { name: "Changes" })).toBeInTheDocument();
  });

  /** What failed and what to know about the view is on the run's own page. */
  it("says where it failed", async () => {
    openRun("Concurrent Failure Workflow", "?tab=run");
    expect(await screen.findByRole("heading", { name: "Where it failed" })).toBeInTheDocument();
    expect(screen.getByRole("heading", { name: "Stores" })).toBeInTheDocument();
  });

  /** An agent has no graph: its calls stand in order. */
  it("lists the calls of an agent", async () => {
    openRun("Support Agent");
    const calls = await screen.findByRole("list", { name: "Calls of the agent" });
    expect(within(calls).getAllByRole("link").length).toBeGreaterThan(1);
  });

  /** The list of calls follows the step: what has not begun by then is marked, and the present call is the current one. */
  it("follows the step through an agent's calls", async () => {
    openRun("Support Agent", "?step=1");
    const calls = await screen.findByRole("list", { name: "Calls of the agent" });
    expect(within(calls).getAllByText("not yet")).toHaveLength(2);
    const [first] = within(calls).getAllByRole("listitem");
    expect(first).toHaveAttribute("aria-current", "step");
  });

  /** Agents of other SDKs are no runs: the page says so and leads to the span. */
  it("says when a span is no run", async () => {
    const store = busyStore(Date.now(), 0);
    const trace = makeNamedTrace("Support Agent", 1, Date.now() - 3_600_000);
    store.traces = [trace];
    const call = trace.spans.find(({ derived }) => derived.role === "llm");
    renderApp(`/runs/${trace.traceId}/${call?.span_id}`, store);
    expect(await screen.findByRole("heading", { name: "This span is no run" })).toBeInTheDocument();
    expect(screen.getByRole("link", { name: "Open it in its trace" })).toHaveAttribute(
      "href",
      `/traces/${trace.traceId}?span=${call?.span_id}`,
    );
  });

  /** Only what the explorer opens is offered to it; agents of other SDKs have the same role. */
  it("is offered for runs alone", async () => {
    const store = busyStore(Date.now(), 0);
    const trace = makeNamedTrace("Support Agent", 1, Date.now() - 3_600_000);
    const run = trace.spans.find(({ name }) => name === "Support Agent");
    const foreign = trace.spans.find(({ derived }) => derived.role === "llm");
    if (!run || !foreign) throw new Error("the captured trace has neither");
    foreign.derived.role = "agent";
    store.traces = [trace];
    const { router } = renderApp(`/traces/${trace.traceId}?span=${run.span_id}`, store);
    expect(await screen.findByRole("link", { name: "Explore run" })).toBeInTheDocument();
    await router.navigate({
      to: "/traces/$traceId",
      params: { traceId: trace.traceId },
      search: { span: foreign.span_id },
    });
    const panel = screen.getByRole("complementary", { name: "Selected span" });
    expect(await within(panel).findByRole("heading", { name: foreign.name })).toBeInTheDocument();
    expect(await within(panel).findByRole("tab", { name: /Attributes ?\d/ })).toBeInTheDocument();
    expect(within(panel).queryByRole("link", { name: "Explore run" })).not.toBeInTheDocument();
  });

  /** An unknown run is an answer, not an error. */
  it("says when a run is unknown", async () => {
    renderApp(`/runs/${"0".repeat(32)}/${"0".repeat(16)}`, busyStore(Date.now(), 1));
    expect(await screen.findByRole("heading", { name: "This run is not here" })).toBeInTheDocument();
  });
});
