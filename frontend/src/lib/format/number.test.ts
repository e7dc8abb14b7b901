import { describe, expect, it } from "vitest";
import { formatBytes, formatCompact, formatCost, formatShare, plural } from "./number";

describe("number formats", () => {
  /** Money: unknown is a dash, tiny is not rounded to zero. */
  it("keeps unknown, zero and tiny costs apart", () => {
    expect(formatCost(null)).toBe("–");
    expect(formatCost(0)).toBe("$0");
    expect(formatCost(0.00002)).toBe("<$0.0001");
    expect(formatCost(0.0042)).toBe("$0.0042");
    expect(formatCost(0.1234)).toBe("$0.123");
    expect(formatCost(12.5)).toBe("$12.50");
  });

  /** Compact counts stay within five characters at every edge. */
  it("shortens counts", () => {
    expect([999, 1_000, 1_250, 34_400, 999_600, 5_600_000].map(formatCompact)).toEqual([
      "999",
      "1k",
      "1.3k",
      "34k",
      "1M",
      "5.6M",
    ]);
  });

  /** Bytes use binary units, shares never show 0 % for something that happened. */
  it("formats bytes, shares and plurals", () => {
    expect(formatBytes(512)).toBe("512 B");
    expect(formatBytes(1536)).toBe("1.5 KiB");
    expect(formatShare(1, 100_000)).toBe("<0.1 %");
    expect(formatShare(0, 0)).toBe("0 %");
    expect(plural(1, "span")).toBe("1 span");
    expect(plural(1200, "span")).toBe("1,200 spans");
  });
});
