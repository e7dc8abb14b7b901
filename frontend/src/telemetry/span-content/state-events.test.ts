import { describe, expect, it } from "vitest";
import { stackLines } from "./stack-lines";
import { changedKeys, stateChanges } from "./state-events";

const event = (patch: unknown, more: Record<string, unknown> = {}) => ({
  name: "set_state",
  time_unix_nano: "1",
  dropped_attributes_count: 0,
  attributes: {
    "junjo.store.name": "OrderStore",
    "junjo.store.action": "append_note",
    "junjo.state_json_patch": patch,
    ...more,
  },
});

describe("stateChanges", () => {
  /** Patches of all SDK generations: operations, `[]` and `{}` for "no change", and damage that is said. */
  it("reads every form of patch", () => {
    const [changed, empty, legacy, broken] = stateChanges([
      event('[{"op":"add","path":"/notes/1","value":"x"},{"op":"move","path":"/b","from":"/a"}]', {
        "junjo.store.transition.sequence": 3,
      }),
      event("[]"),
      event("{}"),
      event("[{"),
    ]);
    expect(changed).toMatchObject({
      store: "OrderStore",
      action: "append_note",
      sequence: 3,
      operations: [
        { op: "add", path: "/notes/1", value: '"x"' },
        { op: "move", path: "/b", value: "from /a" },
      ],
    });
    expect(empty).toMatchObject({ operations: [], damaged: false, sequence: null });
    expect(legacy).toMatchObject({ operations: [], damaged: false });
    expect(broken).toMatchObject({ operations: [], damaged: true });
  });

  /** Other events are not state changes. */
  it("ignores other events", () => {
    expect(stateChanges([{ ...event("[]"), name: "exception" }])).toEqual([]);
  });
});

describe("changedKeys", () => {
  /** Changed, added and removed keys are named; equal nested values are not. */
  it("compares two states", () => {
    const before = { a: 1, b: { c: [1] }, gone: true };
    expect(changedKeys(before, { a: 2, b: { c: [1] }, fresh: null })).toEqual(["a", "gone", "fresh"]);
    expect(changedKeys(undefined, { a: 1 })).toEqual(["a"]);
  });
});

describe("stackLines", () => {
  /** A chained Python trace: frames, their source, and both errors stand out. */
  it("sorts the lines of a Python trace", () => {
    const text = [
      "Traceback (most recent call last):",
      '  File "/app/a.py", line 3, in run',
      '    {}["missing"]',
      "KeyError: 'missing'",
      "",
    ].join("\n");
    expect(stackLines(text).map((line) => line.kind)).toEqual(["other", "frame", "code", "error"]);
  });

  /** JavaScript frames are recognised too. */
  it("sorts the lines of a JavaScript trace", () => {
    expect(stackLines("TypeError: x\n    at run (a.js:1:2)").map((line) => line.kind)).toEqual([
      "error",
      "frame",
    ]);
  });
});
