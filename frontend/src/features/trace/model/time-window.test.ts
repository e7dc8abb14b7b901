import { describe, expect, it } from "vitest";
import { parseWindow, placeInWindow, writeWindow } from "./time-window";

const TOTAL = 10_000_000;

describe("time window", () => {
  /** What is written to the URL is read back; damaged or empty text means the whole trace. */
  it("survives the URL", () => {
    const window = { startNanos: 2_000_000, endNanos: 5_000_000 };
    expect(parseWindow(writeWindow(window, TOTAL), TOTAL)).toEqual(window);
    expect(writeWindow({ startNanos: 0, endNanos: TOTAL }, TOTAL)).toBeUndefined();
    for (const damaged of [undefined, "", "x-y", "5-5", "9-3", "-4"]) {
      expect(parseWindow(damaged, TOTAL)).toEqual({ startNanos: 0, endNanos: TOTAL });
    }
  });

  /** Bars are cut at the window's edges, and left out beyond them. */
  it("places bars", () => {
    const window = { startNanos: 100, endNanos: 200 };
    expect(placeInWindow(window, 120, 30)).toEqual({ left: 20, width: 30 });
    expect(placeInWindow(window, 50, 100)).toEqual({ left: 0, width: 50 });
    expect(placeInWindow(window, 250, 10)).toBeUndefined();
    expect(placeInWindow(window, 20, 30)).toBeUndefined();
  });
});
