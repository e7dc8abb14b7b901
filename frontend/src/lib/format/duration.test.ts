import { describe, expect, it } from "vitest";
import { formatDuration, formatDurationExact, nanosToNumber } from "./duration";

describe("formatDuration", () => {
  /** Every unit, and the edges between units: a value never shows as 1000 of the smaller unit or 60 s. */
  it.each([
    [0, "0 ns"],
    [999, "999 ns"],
    [1_000, "1 µs"],
    [840_000, "840 µs"],
    [999_600, "1 ms"],
    [12_400_000, "12.4 ms"],
    [999_700_000, "1 s"],
    [3_020_000_000, "3.02 s"],
    [59_960_000_000, "1 m 00 s"],
    [125_000_000_000, "2 m 05 s"],
    [3_840_000_000_000, "1 h 04 m"],
    [90_000_000_000_000, "1 d 01 h"],
    [-5_000_000, "−5 ms"],
    [Number.NaN, "–"],
  ])("shows %d ns as %s", (nanos, text) => {
    expect(formatDuration(nanos)).toBe(text);
  });
});

describe("formatDurationExact", () => {
  /** Scenario: durations of every size. Guarantee: no digit of them is rounded off. */
  it.each([
    [0, "0 ns"],
    [999, "999 ns"],
    [1_001, "1.001 µs"],
    [12_345_678, "12.345678 ms"],
    [3_020_000_001, "3.020000001 s"],
    [60_000_000_000, "1 m 00 s"],
    [3_723_456_000_000, "1 h 02 m 03.456 s"],
    [90_061_500_000_000, "1 d 01 h 01 m 01.5 s"],
    [-5_000_000, "−5 ms"],
    [Number.NaN, "–"],
  ])("shows %d ns as %s", (nanos, text) => {
    expect(formatDurationExact(nanos)).toBe(text);
  });
});

describe("nanosToNumber", () => {
  /** Damaged input never leaks NaN into a layout. */
  it("reads a decimal string and falls back to zero", () => {
    expect(nanosToNumber("1500")).toBe(1500);
    expect(nanosToNumber("x")).toBe(0);
  });
});
