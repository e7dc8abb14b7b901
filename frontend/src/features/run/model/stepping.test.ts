import { describe, expect, it } from "vitest";
import { runDetail } from "@/testing/runs";
import { toRunView } from "./run-view";
import { eventAt, openSubflows, stepAtTime, stepBy, steppable, toggleOpen } from "./stepping";

const run = toRunView(runDetail());
const ofStoreA = steppable(run, "a");

describe("stepping", () => {
  /** Without a step the end is shown; step 0 is before the first change. */
  it("finds the present event", () => {
    expect(eventAt(run.events, undefined)?.step).toBe(4);
    expect(eventAt(run.events, 0)).toBeUndefined();
    expect(eventAt(ofStoreA, 3)?.step).toBe(2);
  });

  /** Steps of one store skip those of others, and stop at both ends. */
  it("steps within one store", () => {
    expect(stepBy(ofStoreA, 2, 1)).toBe(4);
    expect(stepBy(ofStoreA, 4, 1)).toBe(4);
    expect(stepBy(ofStoreA, 1, -1)).toBe(0);
    expect(stepBy(ofStoreA, 0, -1)).toBe(0);
    expect(stepBy(ofStoreA, undefined, -1)).toBe(2);
    expect(stepBy([], undefined, 1)).toBe(0);
  });

  /** A place in time is the last change that had been made by then. */
  it("finds the step of a time", () => {
    expect(stepAtTime(run.events, 0)).toBe(0);
    expect(stepAtTime(run.events, 85_000_000)).toBe(3);
  });

  /** Small graphs start unfolded, and what somebody folded stays so. */
  it("keeps folding in the URL", () => {
    expect([...openSubflows(run, undefined)]).toEqual(["sub"]);
    expect(openSubflows(run, toggleOpen(new Set(["sub"]), "sub")).size).toBe(0);
    expect([...openSubflows(run, toggleOpen(new Set(), "sub"))]).toEqual(["sub"]);
  });
});
