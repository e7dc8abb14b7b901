import { describe, expect, it } from "vitest";
import type { Message } from "@/telemetry/trace/span-query";
import { freshMessages } from "./fresh-messages";

function say(role: string, content: string): Message {
  return {
    role,
    name: null,
    finish_reason: null,
    parts: [{ type: "text", content, citations: [], truncated: false }],
  };
}

function result(role: string): Message {
  const part = {
    type: "tool_call_response",
    id: "1",
    name: "f",
    response: 1,
    is_error: false,
    truncated: false,
  } as const;
  return { role, name: null, finish_reason: null, parts: [part] };
}

const roles = (messages: Message[]) => messages.map(({ role }) => role);

describe("freshMessages", () => {
  /** The first call of a conversation shows all that it was sent. */
  it("shows a beginning whole", () => {
    const { earlier, fresh } = freshMessages([say("system", "s"), say("user", "u")], true);
    expect([roles(earlier), roles(fresh)]).toEqual([[], ["system", "user"]]);
  });

  /** A later call shows what came after the last answer. */
  it("shows what is new", () => {
    const input = [say("user", "one"), say("assistant", "a"), say("user", "two")];
    const { earlier, fresh } = freshMessages(input, false);
    expect([roles(earlier), roles(fresh)]).toEqual([["user", "assistant"], ["user"]]);
  });

  /** Results that spans of tools show are not repeated, in whichever role they are sent; else they are. */
  it("leaves results to their spans", () => {
    const input = [say("user", "one"), say("assistant", "call"), result("tool"), result("user")];
    expect(freshMessages(input, true).fresh).toEqual([]);
    expect(roles(freshMessages(input, false).fresh)).toEqual(["tool", "user"]);
  });
});
