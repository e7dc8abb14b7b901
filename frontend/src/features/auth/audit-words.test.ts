import { describe, expect, it } from "vitest";
import { describeEvent } from "./audit-words";

describe("describeEvent", () => {
  /** What was refused did not happen, so it is worded as a try; unknown events keep their name. */
  it("words events", () => {
    expect(describeEvent({ action: "session.begin", outcome: "success" })).toBe("Signed in");
    expect(describeEvent({ action: "session.begin", outcome: "refused" })).toBe("Sign-in");
    expect(describeEvent({ action: "retention.change_days", outcome: "success" })).toBe(
      "retention change days",
    );
  });
});
