import ELK from "elkjs/lib/elk.bundled.js";
import { describe, expect, it } from "vitest";
import { runDetail } from "@/testing/runs";
import { fromElk, roundedPath, toElk } from "./elk-graph";
import { toRunView } from "./run-view";

const run = toRunView(runDetail());

describe("graph layout", () => {
  /** Nodes do not overlap, items lie inside their group, and every edge whose ends are shown gets a line. */
  it("places nodes, groups and edges", async () => {
    const layout = fromElk(await new ELK().layout(toElk(run, new Set(["sub"]))));
    const place = (key: string) => {
      const found = layout.nodes.get(key);
      if (!found) throw new Error(`${key} has no place`);
      return found;
    };
    const group = place("group");
    for (const key of ["left", "right"]) {
      const item = place(key);
      expect(item.x).toBeGreaterThan(group.x);
      expect(item.x + item.width).toBeLessThanOrEqual(group.x + group.width);
      expect(item.y + item.height).toBeLessThanOrEqual(group.y + group.height);
    }
    expect(place("left").y).not.toBe(place("right").y);
    expect(place("start").x + place("start").width).toBeLessThan(place("work").x);
    expect(layout.edges.map(({ key }) => key).sort()).toEqual([
      "group-spare",
      "group-sub",
      "start-work",
      "work-group",
      "work-work",
    ]);
    expect(layout.edges.every(({ points }) => points.length >= 2)).toBe(true);
  });

  /** A folded subflow is one node, and what is inside it is not laid out. */
  it("leaves out what is folded", async () => {
    const layout = fromElk(await new ELK().layout(toElk(run, new Set())));
    expect(layout.nodes.has("inner")).toBe(false);
    expect(layout.nodes.has("sub")).toBe(true);
  });
});

describe("names", () => {
  /** A long name widens its card and its frame up to a limit, so that it can be read. */
  it("makes room for names", async () => {
    const renamed = run.nodes.map((node) =>
      node.key === "sub" || node.key === "start" ? { ...node, label: `${"x".repeat(24)} ${node.key}` } : node,
    );
    const layout = fromElk(
      await new ELK().layout(toElk({ nodes: renamed, edges: run.edges }, new Set(["sub"]))),
    );
    const before = fromElk(await new ELK().layout(toElk(run, new Set(["sub"]))));
    for (const key of ["sub", "start"]) {
      expect(layout.nodes.get(key)?.width).toBeGreaterThan(before.nodes.get(key)?.width ?? 0);
      expect(layout.nodes.get(key)?.width).toBeLessThanOrEqual(340);
    }
  });
});

describe("loops", () => {
  /** A revision loop leads back: what is reached later stands further on, whatever order the graph lists its nodes in. */
  it("keeps the direction of the run", async () => {
    const node = (key: string) => ({
      key,
      kind: "node" as const,
      label: key,
      subflow_key: null,
      group_key: null,
    });
    const edge = (tail: string, head: string) => ({
      key: `${tail}-${head}`,
      tail_key: tail,
      head_key: head,
      condition: null,
      taken_count: 1,
    });
    const graph = {
      nodes: ["start", "send", "review", "draft"].map(node),
      edges: [
        edge("start", "draft"),
        edge("review", "draft"),
        edge("review", "send"),
        edge("draft", "review"),
      ],
    };
    const layout = fromElk(await new ELK().layout(toElk(graph, new Set())));
    const order = ["start", "draft", "review", "send"].map((key) => layout.nodes.get(key)?.x ?? -1);
    expect(order).toEqual(order.toSorted((a, b) => a - b));
  });
});

describe("roundedPath", () => {
  /** Corners are rounded without leaving the line, and one point is no line. */
  it("draws lines with round corners", () => {
    expect(
      roundedPath([
        { x: 0, y: 0 },
        { x: 100, y: 0 },
        { x: 100, y: 100 },
      ]),
    ).toBe("M0 0L92 0Q100 0 100 8L100 100");
    expect(roundedPath([])).toBe("");
  });
});
