import { describe, expect, it } from "vitest";
import { leastWidth } from "@/components/ui/data-columns";
import { DEFAULT_COLUMNS } from "./columns";
import { traceColumns } from "./trace-columns";

/** The box that selects a row. */
const CHECK_TRACK = "16px";

describe("columns of a list of traces", () => {
  /** Scenario: the list gets as wide as each of its columns asks for. Guarantee: none of them is pushed out of sight. */
  it("fit as soon as they appear", () => {
    const columns = traceColumns(DEFAULT_COLUMNS, 1);
    const widths = columns.flatMap(({ meta }) => meta?.from ?? []);
    expect(widths.length).toBeGreaterThan(3);
    for (const width of widths) {
      const shown = columns.filter(({ meta }) => (meta?.from ?? 0) <= width);
      const tracks = shown.map(({ meta }) => meta?.track ?? "");
      expect(leastWidth([CHECK_TRACK, ...tracks]), `at ${width} px`).toBeLessThanOrEqual(width);
    }
  });
});
