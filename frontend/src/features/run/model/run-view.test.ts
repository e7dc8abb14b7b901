import { describe, expect, it } from "vitest";
import { agentDetail, runDetail } from "@/testing/runs";
import { lanesOf } from "./lanes";
import { callPhase, nodeStates } from "./node-state";
import { ancestry, shownAs, toRunView } from "./run-view";

const MILLI = 1_000_000;
const run = toRunView(runDetail());

describe("toRunView", () => {
  /** Times count from the run's start, and executions of one node stay in order. */
  it("tells times relative to the run", () => {
    expect(run.executionsByNode.get("work")?.map(({ startNanos }) => startNanos / MILLI)).toEqual([10, 30]);
    expect(run.events.map(({ step, timeNanos }) => [step, timeNanos / MILLI])).toEqual([
      [1, 5],
      [2, 20],
      [3, 84],
      [4, 90],
    ]);
    expect(run.durationNanos / MILLI).toBe(100);
  });
});

describe("shownAs", () => {
  /** What is inside a folded subflow is shown as the subflow; groups are always open. */
  it("finds the outermost folded subflow", () => {
    expect(shownAs(run.nodeByKey, "inner", new Set())).toBe("sub");
    expect(shownAs(run.nodeByKey, "inner", new Set(["sub"]))).toBe("inner");
    expect(shownAs(run.nodeByKey, "left", new Set())).toBe("left");
    expect(ancestry(run.nodeByKey, "inner")).toEqual(["inner", "sub"]);
  });

  /** A graph whose nodes are inside each other does not hang the page. */
  it("survives a cycle", () => {
    const detail = runDetail();
    const nodes = new Map(
      (detail.graph?.nodes ?? []).map((node) => [
        node.key,
        node.key === "sub" ? { ...node, subflow_key: "inner" } : node,
      ]),
    );
    expect(ancestry(nodes, "inner")).toEqual(["inner", "sub"]);
  });
});

describe("nodeStates", () => {
  /** At each moment: what has run, runs, failed, waits, and what the run never reaches. */
  it("follows the time", () => {
    const phase = (key: string, ms: number | undefined) =>
      nodeStates(run, ms === undefined ? undefined : ms * MILLI).get(key)?.phase;
    expect(phase("work", 5)).toBe("waiting");
    expect(phase("work", 15)).toBe("active");
    expect(phase("work", 60)).toBe("done");
    expect(phase("right", 60)).toBe("active");
    expect(phase("right", undefined)).toBe("failed");
    expect(phase("spare", undefined)).toBe("never");
  });

  /** A loop counts its rounds as they come, and heat compares single nodes, not what holds them. */
  it("counts rounds and heat", () => {
    expect(nodeStates(run, 15 * MILLI).get("work")).toMatchObject({ count: 1, total: 2, orders: [2, 3] });
    const states = nodeStates(run, undefined);
    expect(states.get("work")?.heat).toBe(1);
    expect(states.get("left")?.heat).toBe(0.5);
  });
});

describe("callPhase", () => {
  /** A call waits until its start, runs until its end, and then shows how it ended. */
  it("follows the time", () => {
    const [, lookup] = toRunView(agentDetail()).calls;
    if (!lookup) throw new Error("no second call");
    const phases = [10, 40, 50, undefined].map((ms) => callPhase(lookup, ms && ms * MILLI));
    expect(phases).toEqual(["waiting", "active", "failed", "failed"]);
  });
});

describe("lanesOf", () => {
  /** The agent's own lane is the first, over all of its run; calls of one model or tool share a lane below it. */
  it("puts an agent's calls below the agent", () => {
    const lanes = lanesOf(toRunView(agentDetail()));
    expect(lanes.map(({ label, depth, bars }) => [label, depth, bars.length])).toEqual([
      ["Support Agent", 0, 1],
      ["gpt-4.1", 1, 2],
      ["search", 1, 1],
    ]);
    expect(lanes[0]?.bars[0]).toMatchObject({ spanId: "agent", startNanos: 0, endNanos: 100 * MILLI });
  });

  /** One lane a node in order of first start, what is inside something below it. */
  it("orders lanes", () => {
    expect(lanesOf(run).map(({ label, depth }) => [label, depth])).toEqual([
      ["start", 0],
      ["work", 0],
      ["group", 0],
      ["left", 1],
      ["right", 1],
      ["sub", 0],
      ["inner", 1],
    ]);
  });

  /** What runs at the same time as a subflow does not come between it and what is inside of it. */
  it("keeps a subflow together", () => {
    const detail = runDetail();
    const early = detail.executions.map((one) =>
      one.node_key === "sub" ? { ...one, start_time_unix_nano: detail.start_time_unix_nano } : one,
    );
    const labels = lanesOf(toRunView({ ...detail, executions: early })).map(({ label }) => label);
    expect(labels[labels.indexOf("sub") + 1]).toBe("inner");
    expect(labels).toHaveLength(7);
  });
});
