import { screen, waitFor } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { http } from "msw";
import { describe, expect, it, vi } from "vitest";
import { copyText } from "@/lib/clipboard";
import { problem } from "@/testing/mock-api/answers";
import { makeNamedTrace } from "@/testing/mock-api/corpus";
import { addRun, busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

// Layout needs a worker and a browser's geometry; the end-to-end tests look at the real canvas.
vi.mock("@/features/run/graph/workflow-canvas", () => ({ WorkflowCanvas: () => <p>graph</p> }));

vi.mock("@/lib/clipboard", () => ({ copyText: vi.fn(async () => true) }));

const LINK = "/resolve/executable?service_name=shop&executable_type=workflow&runtime_id=1e5";
const HOUR_MS = 3_600_000;

/** A store in which an identity of the captured runs has that many owners. */
function storeWith(owners: number) {
  const store = busyStore(Date.now(), 0);
  for (let seed = 1; seed <= owners; seed++) {
    store.traces.push(makeNamedTrace("Order Intake Workflow", seed, Date.now() - HOUR_MS));
  }
  return store;
}

const CAPTURED =
  "/resolve/executable?service_namespace=demo&service_name=junjo-demo&executable_type=workflow&runtime_id=1nD7Wtoq8c5OBNy791WoJ";

describe("a stable link", () => {
  /** Scenario: the link is opened before the run arrives. Guarantee: it says so, shows the run by itself once it is there, and the
   * address stays as it was, also when somebody steps through the run. */
  it("waits for the run and shows it in place", async () => {
    const store = storeWith(0);
    const { router } = renderApp(LINK, store);
    expect(await screen.findByRole("heading", { name: "Waiting for telemetry" })).toBeInTheDocument();
    addRun(store, { runtimeId: "1e5", service: "shop" }, Date.now());
    const heading = await screen.findByRole(
      "heading",
      { name: "Order Intake Workflow" },
      { timeout: 30_000 },
    );
    expect(heading).toBeInTheDocument();
    await userEvent.click(await screen.findByRole("button", { name: "Previous state change" }));
    expect(router.state.location.href).toBe(LINK);
  }, 60_000);

  /** Scenario: the link asks for the trace. Guarantee: the trace is shown with the run's span, at the same address. */
  it("shows the trace in place", async () => {
    const { router } = renderApp(`${CAPTURED}&destination=trace`, storeWith(1));
    expect(await screen.findByRole("region", { name: "Waterfall" })).toBeInTheDocument();
    await waitFor(() => expect(router.state.location.href).toBe(`${CAPTURED}&destination=trace`));
  });

  /** Scenario: three runs have the identity. Guarantee: none of them is taken for it; all are listed. */
  it("shows a conflict", async () => {
    renderApp(CAPTURED, storeWith(3));
    expect(
      await screen.findByRole("heading", { name: "Several runs have this identity" }),
    ).toBeInTheDocument();
    expect(screen.getAllByRole("link", { name: "Order Intake Workflow" })).toHaveLength(3);
  });

  /** Scenario: a link without an id, and a server that refuses the question. Guarantee: the page says what is wrong. */
  it("says what is wrong with a link", async () => {
    renderApp("/resolve/executable?service_name=shop", storeWith(0));
    expect(await screen.findByRole("heading", { name: "This link is not complete" })).toBeInTheDocument();
  });

  it("shows why the server refuses a link", async () => {
    const refused = http.get("*/otel/executables", () => problem(400, "Bad Request", "the id is too long"));
    renderApp(LINK, storeWith(0), [refused]);
    expect(await screen.findByText("the id is too long")).toBeInTheDocument();
  });

  /** Scenario: the link is opened by somebody who is not signed in. Guarantee: sign-in leads to it. */
  it("survives sign-in", async () => {
    const store = storeWith(1);
    store.signedIn = false;
    const { router } = renderApp(CAPTURED, store);
    await userEvent.type(await screen.findByLabelText("Email"), "ada@example.com");
    await userEvent.type(screen.getByLabelText("Password"), "correct horse");
    await userEvent.click(screen.getByRole("button", { name: "Sign in" }));
    expect(await screen.findByRole("heading", { name: "Order Intake Workflow" })).toBeInTheDocument();
    expect(router.state.location.href).toBe(CAPTURED);
  });

  /** Scenario: the button of a run. Guarantee: it copies the address that leads back to it. */
  it("is copied from a run", async () => {
    const store = storeWith(1);
    const [trace] = store.traces;
    const run = trace?.spans.find(({ name }) => name === "Order Intake Workflow");
    renderApp(`/runs/${trace?.traceId}/${run?.span_id}`, store);
    await userEvent.click(await screen.findByRole("button", { name: "Copy link to this run" }));
    expect(copyText).toHaveBeenCalledWith(`${window.location.origin}${CAPTURED}&destination=detail`);
  });
});
