import { render, screen } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { SpanDetail } from "@/telemetry/trace/span-query";
import { makeNamedTrace } from "@/testing/mock-api/corpus";
import { type SpanAction, SpanActions, SpanActionsProvider } from "./span-actions";

const { spans } = makeNamedTrace("Order Intake Workflow", 1, 0);
const byRole = (role: string) => spans.find((span) => span.derived.role === role) as SpanDetail;

function action(id: string, role: string): SpanAction {
  return {
    id,
    appliesTo: (span) => span.derived.role === role,
    Button: ({ span }) => (
      <button type="button">
        {id} {span.name}
      </button>
    ),
  };
}

function show(actions: SpanAction[], span: SpanDetail | undefined) {
  render(
    <SpanActionsProvider actions={actions}>
      <SpanActions span={span} />
    </SpanActionsProvider>,
  );
  return screen.queryAllByRole("button").map((button) => button.textContent);
}

describe("actions of a span", () => {
  /** Scenario: three actions, two of which apply. Guarantee: those two, in order, and each gets the span. */
  it("are those that apply", () => {
    const actions = [action("first", "workflow"), action("other", "tool"), action("second", "workflow")];
    const { name } = byRole("workflow");
    expect(show(actions, byRole("workflow"))).toEqual([`first ${name}`, `second ${name}`]);
  });

  /** Scenario: the span is still on its way. Guarantee: no action is offered for it. */
  it("wait for the span", () => {
    expect(show([action("first", "workflow")], undefined)).toEqual([]);
  });
});
