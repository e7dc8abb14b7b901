import { describe, expect, it } from "vitest";
import { rangesOf } from "./marked-hits";

describe("rangesOf", () => {
  /** A text is found in any case, in every element, more than once, and never across two of them. */
  it("finds all places", () => {
    const root = document.createElement("div");
    root.innerHTML = "<p>Refund, refund</p><b>no re</b><i>fund</i><code>REFUND</code>";
    expect(rangesOf(root, "refund").map(String)).toEqual(["Refund", "refund", "REFUND"]);
  });
});
