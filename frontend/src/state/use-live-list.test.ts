import { renderHook } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import { type LiveState, useLiveList } from "./use-live-list";

const idOf = (row: { id: string }) => row.id;
const pagesOf = (...pages: string[][]) => ({
  pages: pages.map((ids) => ({ items: ids.map((id) => ({ id })) })),
  pageParams: pages.map(() => undefined),
});

function stateOf(given: { pages?: string[][]; error?: Error; paused?: boolean; to?: string }): LiveState {
  const { pages = [["a"]], error = null, ...search } = given;
  const list = { data: pagesOf(...pages), error };
  return renderHook(() => useLiveList({ list, idOf, search })).result.current.state;
}

describe("a live list", () => {
  /** Scenario: a row that may move stands on two pages. Guarantee: it is shown once, in its first place. */
  it("shows each row once", () => {
    const list = { data: pagesOf(["a", "b"], ["b", "c"]), error: null };
    const { result } = renderHook(() => useLiveList({ list, idOf, search: {}, moving: true }));
    expect(result.current.rows.map(idOf)).toEqual(["a", "b", "c"]);
    expect(result.current.ids).toEqual(["a", "b", "c"]);
  });

  /** Scenario: a row comes, then older pages are loaded. Guarantee: it is marked as new, and then nothing is. */
  it("marks what arrives", () => {
    const props = (...pages: string[][]) => ({
      list: { data: pagesOf(...pages), error: null },
      idOf,
      search: {},
    });
    const { result, rerender } = renderHook(useLiveList<{ id: string }>, { initialProps: props(["a"]) });
    expect(result.current.arrived.size).toBe(0);
    rerender(props(["b", "a"]));
    expect([...result.current.arrived]).toEqual(["b"]);
    rerender(props(["b", "a"], ["z"]));
    expect(result.current.arrived.size).toBe(0);
    expect(result.current.walking).toBe(true);
  });

  /** Scenario: each reason for which a list stands still. Guarantee: the most telling one is named. */
  it("says whether it moves", () => {
    expect(stateOf({})).toBe("live");
    expect(stateOf({ to: "2020-01-01T00:00:00Z" })).toBe("fixed");
    expect(stateOf({ paused: true })).toBe("stopped");
    expect(stateOf({ paused: true, pages: [["a"], ["b"]] })).toBe("paused");
    expect(stateOf({ pages: [["a"], ["b"]], error: new Error("gone") })).toBe("failing");
  });
});
