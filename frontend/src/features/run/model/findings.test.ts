import { describe, expect, it } from "vitest";
import { grouped, groupOf } from "./findings";

describe("findings", () => {
  it("are grouped by what they mean", () => {
    expect(groupOf("events_dropped")).toBe("lost");
    expect(groupOf("trace_not_read")).toBe("lost");
    expect(groupOf("transition_sequence_missing_trailing")).toBe("missing");
    expect(groupOf("operation_sequence_gap")).toBe("missing");
    expect(groupOf("required_payload_slot_missing")).toBe("payload");
    expect(groupOf("payload_nesting_too_deep")).toBe("payload");
    expect(groupOf("structural_id_mismatch")).toBe("contradiction");
  });

  it("keep all findings, and show no empty group", () => {
    const findings = [
      { code: "state_replay_mismatch" },
      { code: "links_dropped" },
      { code: "events_dropped" },
    ];
    const groups = grouped(findings);
    expect(groups.map(([group, found]) => [group, found.length])).toEqual([
      ["lost", 2],
      ["contradiction", 1],
    ]);
  });
});
