import { fireEvent, screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { describe, expect, it, vi } from "vitest";
import { makeNamedTrace } from "@/testing/mock-api/corpus";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

// Layout needs a worker and a browser's geometry; the end-to-end tests look at the real canvas.
vi.mock("@/features/otel/workflow/graph/workflow-canvas", () => ({
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
  return renderApp(`/workflows/${trace.traceId}/${span?.span_id}${search}`, store);
}

describe("workflow run", () => {
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
    expect(await within(panel).findByText("#3")).toBeInTheDocument();
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

  /** An unknown run is an answer, not an error. */
  it("says when a run is unknown", async () => {
    renderApp(`/workflows/${"0".repeat(32)}/${"0".repeat(16)}`, busyStore(Date.now(), 1));
    expect(await screen.findByRole("heading", { name: "This run is not here" })).toBeInTheDocument();
  });
});
