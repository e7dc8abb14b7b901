import { describe, expect, it } from "vitest";
import { toldFailures } from "./told-failures";

const exception = (type: string, message: string) => ({
  type,
  message,
  stacktrace: null,
  time_unix_nano: "1",
});

describe("toldFailures", () => {
  /** Scenario: status and exception say the same, or the exception more. Guarantee: it is said once. */
  it.each(["ValueError: bad", "bad", "", " "])("tells %j once", (status) => {
    expect(toldFailures([exception("app.ValueError", "bad")], status)).toEqual({
      status: undefined,
      exceptions: [exception("app.ValueError", "bad")],
    });
  });

  /** Scenario: neither contains the other. Guarantee: both are said. */
  it("tells both", () => {
    const told = toldFailures([exception("ValueError", "bad")], "upstream refused");
    expect(told.status).toBe("upstream refused");
    expect(told.exceptions[0]?.message).toBe("bad");
  });

  /** Scenario: the status has the exception's message and more. Guarantee: the whole of it is said, and once. */
  it("tells the longer one", () => {
    const status = "APIConnectionError: peer closed connection (incomplete chunked read)";
    const told = toldFailures([exception("APIConnectionError", "peer closed connection")], status);
    expect(told).toMatchObject({ status: undefined, exceptions: [{ message: status }] });
  });

  /** A failed span without exceptions has its status alone. */
  it("tells a status alone", () => {
    expect(toldFailures([], "timeout")).toEqual({ status: "timeout", exceptions: [] });
  });
});
