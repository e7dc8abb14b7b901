import { render, screen, within } from "@testing-library/react";
import { describe, expect, it } from "vitest";
import type { Message, MessagePart } from "@/telemetry/trace/span-query";
import { Conversation } from "./conversation";

function message(role: string, ...parts: MessagePart[]): Message {
  return { role, parts, name: null, finish_reason: null };
}

function text(content: string, truncated = false): MessagePart {
  return { type: "text", content, citations: [], truncated };
}

interface Told {
  input: Message[];
  output?: Message[];
  cut?: "input" | "output";
}

function show({ input, output = [], cut }: Told) {
  render(
    <Conversation
      derived={{
        input_messages: input,
        input_messages_truncated: cut === "input",
        output_messages: output,
        output_messages_truncated: cut === "output",
        tools: [],
      }}
    />,
  );
  return screen.getAllByRole("listitem").map((item) => item.textContent);
}

describe("Conversation", () => {
  /** What was cut says so where it was cut: at the part, and after the messages that may be missing. */
  it("marks what the sender cut", () => {
    const items = show({
      input: [message("user", text("whole")), message("tool", text("only the begin", true))],
      output: [message("assistant", text("fine"))],
      cut: "input",
    });
    expect(items).toEqual([
      "Userwhole",
      "Toolonly the beginCut by the sender: the rest did not arrive.",
      "Cut by the sender: input messages may be missing after this.",
      "Assistantanswersfine",
    ]);
  });

  /** Output can be cut as well; a conversation that is whole has no mark. */
  it("marks cut output, and nothing else", () => {
    expect(show({ input: [], output: [message("assistant", text("a"))], cut: "output" }).at(-1)).toBe(
      "Cut by the sender: output messages may be missing after this.",
    );
    expect(within(document.body).getAllByText(/Cut by the sender/)).toHaveLength(1);
  });

  /** A message without parts, and a text without characters, are told from words that nobody shows. */
  it("says what is empty", () => {
    expect(show({ input: [message("user"), message("user", text(""))] })).toEqual([
      "User(empty)",
      "User(empty)",
    ]);
  });
});
