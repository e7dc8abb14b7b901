import { screen, waitFor, within } from "@testing-library/react";
import userEvent from "@testing-library/user-event";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { makeNamedTrace } from "@/testing/mock-api/corpus";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

const HOUR_MS = 3_600_000;

function storeWith(spanName: string) {
  const store = busyStore(Date.now(), 0);
  const trace = makeNamedTrace(spanName, 6, Date.now() - HOUR_MS);
  store.traces = [trace];
  return { store, trace };
}

describe("reading view", () => {
  /** Scenario: an agent that calls a model and a tool. Guarantee: question, arguments and answer are read in the order of the spans. */
  it("tells the trace from top to bottom", async () => {
    const { store, trace } = storeWith("invoke_agent Travel Agent");
    renderApp(`/traces/${trace.traceId}?view=read`, store);
    const reading = await screen.findByRole("region", { name: "Reading" });
    const call = trace.spans.find(({ derived }) => derived.role === "llm");
    const articles = await within(reading).findAllByRole("article");
    expect(articles[0]).toHaveAccessibleName("invoke_agent Travel Agent");
    const answered = await within(reading).findAllByText("answers");
    expect(answered.length).toBeGreaterThan(0);
    expect(
      within(reading)
        .getAllByRole("article")
        .some((item) => item.ariaLabel === call?.name),
    ).toBe(true);
    expect(screen.getByRole("tree", { name: "Spans" })).toBeInTheDocument();
  });

  /** A step folds here and in the tree alike, and the URL holds it. */
  it("folds what is below", async () => {
    const { store, trace } = storeWith("invoke_agent Travel Agent");
    const { router } = renderApp(`/traces/${trace.traceId}?view=read`, store);
    const reading = await screen.findByRole("region", { name: "Reading" });
    const before = (await within(reading).findAllByRole("article")).length;
    await userEvent.click(
      within(reading).getAllByRole("button", { name: /^Fold invoke_agent/ })[0] as HTMLElement,
    );
    await waitFor(() => expect(router.state.location.search).toHaveProperty("folds"));
    await waitFor(() => expect(within(reading).getAllByRole("article").length).toBeLessThan(before));
    expect(reading).toHaveTextContent(/\d+ steps? inside/);
  });

  /** A step that could not be read says so, and can be asked for again. */
  it("says when a step cannot be read", async () => {
    const { store, trace } = storeWith("invoke_agent Travel Agent");
    const failing = http.get("*/otel/spans/:traceId/:spanId", () =>
      HttpResponse.json({ title: "Busy", status: 500, detail: "The store is busy." }, { status: 500 }),
    );
    renderApp(`/traces/${trace.traceId}?view=read`, store, [failing]);
    const reading = await screen.findByRole("region", { name: "Reading" });
    expect(
      (await within(reading).findAllByText("The store is busy.", {}, { timeout: 30_000 })).length,
    ).toBeGreaterThan(0);
    expect(within(reading).getAllByRole("button", { name: "Try again" })[0]).toBeInTheDocument();
  });
});

describe("search in a trace", () => {
  /** Scenario: a word that stands in messages alone. Guarantee: the spans that hold it are found, and it is said where was looked. */
  it("looks into what spans hold", async () => {
    const { store, trace } = storeWith("invoke_agent Travel Agent");
    const [span] = trace.spans.filter(({ derived }) => derived.role === "tool");
    if (!span) throw new Error("the capture has a tool");
    span.attributes = { ...span.attributes, note: "quetzal" };
    renderApp(`/traces/${trace.traceId}?find=quetzal`, store);
    const found = await screen.findByText(/messages, attributes and events searched/);
    expect(found).toHaveTextContent(`1 of ${trace.spans.length} spans`);
    expect(screen.getAllByRole("treeitem").some((row) => row.textContent?.includes(span.name))).toBe(true);
  });

  /** When the server cannot look, names are searched all the same, and the notice says that nothing else was. */
  it("says when only names were searched", async () => {
    const { store, trace } = storeWith("invoke_agent Travel Agent");
    const failing = http.get("*/otel/spans", () =>
      HttpResponse.json({ title: "No", status: 400, detail: "The search is busy." }, { status: 400 }),
    );
    renderApp(`/traces/${trace.traceId}?find=travel`, store, [failing]);
    const told = await screen.findByText(
      /only names, models and services were searched/,
      {},
      { timeout: 30_000 },
    );
    expect(told).toHaveTextContent("The search is busy.");
    expect(screen.getAllByRole("treeitem").length).toBeGreaterThan(0);
  });
});
