import { describe, expect, it } from "vitest";
import { buildTrace } from "@/telemetry/trace/build-trace";
import { span } from "@/testing/spans";
import { foldedSpans, parseFolding, toggleFold } from "./folding";
import { treeMove } from "./navigate";
import { visibleRows } from "./visible-rows";

const model = buildTrace([
  span("root", null, 0, 100),
  span("a", "root", 1, 10),
  span("a1", "a", 2, 5, { status: "error", model: "gpt-4.1" }),
  span("b", "root", 20, 10),
  span("b1", "b", 21, 5),
]);
const ALL = { text: "", errorsOnly: false };
const names = (rows: Int32Array) => [...rows].map((index) => model.spans[index]?.span_id);

describe("visibleRows", () => {
  /** Folding a span hides exactly its descendants. */
  it("skips folded subtrees", () => {
    expect(names(visibleRows(model, new Set(["a"]), ALL).rows)).toEqual(["root", "a", "b", "b1"]);
    expect(names(visibleRows(model, new Set(["root"]), ALL).rows)).toEqual(["root"]);
  });

  /** A search finds spans below folded ones and keeps their ancestors for orientation, marked as no match. */
  it("shows matches with their path, folded or not", () => {
    const found = visibleRows(model, new Set(["root", "a"]), { text: "GPT", errorsOnly: false });
    expect(names(found.rows)).toEqual(["root", "a", "a1"]);
    expect(found.matchCount).toBe(1);
    expect([...(found.matches ?? [])]).toEqual([0, 0, 1, 0, 0]);
  });

  /** Text and the error filter narrow together. */
  it("combines filters", () => {
    expect(visibleRows(model, new Set(), { text: "b", errorsOnly: true }).rows).toHaveLength(0);
    expect(names(visibleRows(model, new Set(), { text: "", errorsOnly: true }).rows)).toEqual([
      "root",
      "a",
      "a1",
    ]);
  });
});

describe("folding", () => {
  /** A depth folds every branch at it; toggles are exceptions in both directions. */
  it("combines depth and exceptions", () => {
    expect([...foldedSpans(model, parseFolding(1, undefined))]).toEqual(["a", "b"]);
    expect([...foldedSpans(model, parseFolding(1, "a"))]).toEqual(["b"]);
    expect([...foldedSpans(model, parseFolding(undefined, "b"))]).toEqual(["b"]);
  });

  /** Toggling twice leaves the URL as it was. */
  it("toggles back", () => {
    const once = toggleFold(parseFolding(undefined, undefined), "a");
    expect(once).toBe("a");
    expect(toggleFold(parseFolding(undefined, once), "a")).toBeUndefined();
  });
});

describe("treeMove", () => {
  const rows = visibleRows(model, new Set(["a"]), ALL).rows;
  const at = (spanId: string) => model.indexById.get(spanId) ?? -1;

  /** Arrow keys as the ARIA tree pattern has them: open, close, to the child, to the parent. */
  it("moves, folds and unfolds", () => {
    const folded = new Set(["a"]);
    expect(treeMove("ArrowDown", model, rows, at("a"), folded)).toEqual({ select: at("b") });
    expect(treeMove("ArrowRight", model, rows, at("a"), folded)).toEqual({ expand: at("a") });
    expect(treeMove("ArrowLeft", model, rows, at("a"), folded)).toEqual({ select: at("root") });
    expect(treeMove("ArrowLeft", model, rows, at("b"), folded)).toEqual({ collapse: at("b") });
    expect(treeMove("ArrowRight", model, rows, at("b"), folded)).toEqual({ select: at("b1") });
    expect(treeMove("End", model, rows, at("root"), folded)).toEqual({ select: at("b1") });
    expect(treeMove("ArrowUp", model, rows, at("root"), folded)).toEqual({ select: at("root") });
    expect(treeMove("x", model, rows, at("root"), folded)).toBeUndefined();
  });
});
