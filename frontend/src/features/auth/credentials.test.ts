import { describe, expect, it } from "vitest";
import { checkNewCredentials } from "./credentials";

describe("checkNewCredentials", () => {
  /** Each rule names its own field; good input passes with no message. */
  it("reports the field that is wrong", () => {
    expect(checkNewCredentials({ email: "ada@example.com", password: "long enough" })).toEqual({});
    expect(checkNewCredentials({ email: "ada", password: "long enough" })).toHaveProperty("email");
    expect(checkNewCredentials({ email: "ada@example.com", password: "short" })).toHaveProperty("password");
    expect(checkNewCredentials({ email: "ada@example.com", password: "x".repeat(513) })).toHaveProperty(
      "password",
    );
  });
});
