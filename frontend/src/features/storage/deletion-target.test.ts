import { describe, expect, it } from "vitest";
import { parseTarget } from "./deletion-target";

const ID = "0af7651916cd43dd8448eb211c80319c";
const OTHER = "1bf7651916cd43dd8448eb211c80319d";

describe("parseTarget", () => {
  /** Ids are pasted from anywhere: lines, lists, JSON; each counts once. */
  it("reads trace ids however they are separated", () => {
    expect(parseTarget("trace_ids", ` "${ID}",\n"${OTHER}"; ${ID.toUpperCase()}\n`)).toEqual({
      trace_ids: [ID, OTHER],
    });
  });

  /** One wrong id stops everything: a deletion is never about less than what was asked for. */
  it("refuses what is no trace id, naming it", () => {
    expect(parseTarget("trace_ids", `${ID} abc`)).toEqual({ error: expect.stringContaining("“abc”") });
    expect(parseTarget("trace_ids", " \n")).toEqual({ error: "Give at least one trace id." });
    const many = Array.from({ length: 10_001 }, (_, index) => index.toString(16).padStart(32, "0"));
    expect(parseTarget("trace_ids", many.join(" "))).toEqual({ error: expect.stringContaining("10,001") });
  });

  /** An empty id would not be one conversation. */
  it("wants a conversation or a user", () => {
    expect(parseTarget("session_id", "  ")).toHaveProperty("error");
    expect(parseTarget("session_id", " chat-1 ")).toEqual({ session_id: "chat-1" });
    expect(parseTarget("user_id", "ada")).toEqual({ user_id: "ada" });
    expect(parseTarget("service", "checkout")).toEqual({ service: "checkout" });
  });
});
