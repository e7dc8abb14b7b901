import { describe, expect, it } from "vitest";
import { formatBytes } from "./bytes";
import { formatCompact, formatOrdinal, plural } from "./number";
import { formatChange, formatShare } from "./share";
import { describeTokens, formatTokenRate, formatTokens } from "./tokens";

describe("number formats", () => {
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
    expect([1, 1.12, 0.6, 12.4].map(formatChange)).toEqual(["=", "+12 %", "−40 %", "×12"]);
    expect(plural(1, "span")).toBe("1 span");
    expect(plural(1200, "span")).toBe("1,200 spans");
  });

  /** Scenario: places in a row, with the exceptions of English. Guarantee: each has its ending. */
  it("formats ordinals", () => {
    const shown = [1, 2, 3, 4, 11, 12, 13, 21, 102, 111].map(formatOrdinal);
    expect(shown.join(" ")).toBe("1st 2nd 3rd 4th 11th 12th 13th 21st 102nd 111th");
  });

  /** Scenario: known and unknown counts of tokens, slow and fast models. Guarantee: unknown is never zero. */
  it("formats tokens", () => {
    expect([null, 0, 1250].map(formatTokens)).toEqual(["–", "0", "1.3k"]);
    expect(describeTokens(1204, null)).toBe("1,204 input, unknown output tokens");
    expect([null, 8.25, 84.4].map(formatTokenRate)).toEqual(["–", "8.3 / s", "84 / s"]);
  });
});
