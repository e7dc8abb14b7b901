import { screen, within } from "@testing-library/react";
import { HttpResponse, http } from "msw";
import { describe, expect, it } from "vitest";
import { busyStore } from "@/testing/mock-api/store";
import { renderApp } from "@/testing/render-app";

/** The service with the most spans of a busy mock, and a model that it called. */
function subjects() {
  const store = busyStore(Date.now(), 20);
  const spans = store.traces.flatMap((trace) => trace.spans);
  const call = spans.find((span) => span.derived.role === "llm" && span.derived.model !== null);
  if (!call) throw new Error("the mock has no model call");
  return { store, service: call.service, model: call.derived.model ?? "" };
}

describe("the page of a service", () => {
  /** Scenario: a service that calls models. Guarantee: what it was asked, its models, failures and versions are there. */
  it("shows rate, errors, duration, models and versions", async () => {
    const { store, service } = subjects();
    renderApp(`/services/${encodeURIComponent(service)}?range=7d`, store);
    expect(await screen.findByRole("heading", { level: 1, name: service })).toBeInTheDocument();
    expect(await screen.findByText(/ \/ min$/)).toBeInTheDocument();
    for (const name of ["Models by cost", "Top failing spans", "Versions", "Service map"]) {
      expect(await screen.findByRole("heading", { name })).toBeInTheDocument();
    }
    expect(
      (await screen.findAllByRole("link", { name: /gpt|claude|gemini|mistral|llama|qwen/i })).length,
    ).toBeGreaterThan(0);
  });

  /** Scenario: a service that sent nothing. Guarantee: the page says so, and offers all time. */
  it("says when there is nothing", async () => {
    renderApp("/services/nobody?range=1h", subjects().store);
    expect(await screen.findByText("This service sent nothing in this window")).toBeInTheDocument();
    expect(screen.getByRole("button", { name: "Look at all time" })).toBeInTheDocument();
  });

  /** Scenario: the server cannot count. Guarantee: the page says why, and can try again. */
  it("says when the server fails", async () => {
    const failing = http.get("*/otel/stats", () =>
      HttpResponse.json({ type: "about:blank", title: "Index damaged", status: 500 }, { status: 500 }),
    );
    renderApp("/services/anything", subjects().store, [failing]);
    expect(await screen.findByRole("heading", { name: "Index damaged" })).toBeInTheDocument();
    expect(screen.getAllByRole("button", { name: "Try again" }).length).toBeGreaterThan(0);
  });
});

describe("the pages of models", () => {
  /** Scenario: the list of models. Guarantee: each leads to its page, and no two rows read alike. */
  it("lists models without the same name twice", async () => {
    renderApp("/models?range=7d", subjects().store);
    const table = await screen.findByRole("table");
    const names = within(table)
      .getAllByRole("link")
      .map((link) => link.textContent);
    expect(names.length).toBeGreaterThan(1);
    expect(new Set(names).size).toBe(names.length);
  });

  /** Scenario: one model. Guarantee: calls, speed, errors by kind, versions and callers are there. */
  it("shows one model", async () => {
    const { store, model, service } = subjects();
    renderApp(`/models/${encodeURIComponent(model)}?range=7d`, store);
    expect(await screen.findByRole("heading", { level: 1, name: model })).toBeInTheDocument();
    for (const name of ["Errors by kind", "Versions", "Called by"]) {
      expect(await screen.findByRole("heading", { name })).toBeInTheDocument();
    }
    expect(await screen.findByText("First token, P50")).toBeInTheDocument();
    expect(await screen.findByText(/ \/ s$/)).toBeInTheDocument();
    expect((await screen.findAllByRole("link", { name: service })).length).toBeGreaterThan(0);
  });

  /** Scenario: a model that nobody called. Guarantee: the page says so. */
  it("says when a model was not called", async () => {
    renderApp("/models/nothing-1", subjects().store);
    expect(await screen.findByText("No call of this model in this window")).toBeInTheDocument();
  });
});
