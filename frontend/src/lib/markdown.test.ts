import { describe, expect, it } from "vitest";
import { parseInline, parseMarkdown } from "./markdown";

describe("parseMarkdown", () => {
  /** The usual shape of a model's answer comes out as blocks. */
  it("reads headings, lists, code and tables", () => {
    const blocks = parseMarkdown(
      "# Plan\n\nFirst *think*, then:\n\n1. fly\n2. eat\n   - tapas\n\n```python\nx = 1\n```\n\n| a | b |\n|---|---|\n| 1 | 2 |\n\n> said\n\n---",
    );
    expect(blocks.map(({ kind }) => kind)).toEqual([
      "heading",
      "paragraph",
      "list",
      "code",
      "table",
      "quote",
      "rule",
    ]);
    const list = blocks[2];
    expect(list?.kind === "list" && list.ordered && list.items.length).toBe(2);
    expect(list?.kind === "list" && list.items[1]?.[1]?.kind).toBe("list");
    expect(blocks[3]).toEqual({ kind: "code", language: "python", text: "x = 1" });
    const table = blocks[4];
    expect(table?.kind === "table" && table.rows.length).toBe(1);
  });

  /** Code that is still being written has no closing fence; all of it is code. */
  it("reads an open fence to the end", () => {
    expect(parseMarkdown("```\na\n\nb")).toEqual([{ kind: "code", language: "", text: "a\n\nb" }]);
  });

  /** Markup is text: nothing in the tree can become an element of its own. */
  it("keeps HTML as text", () => {
    const evil = '<img src=x onerror="alert(1)">';
    expect(parseMarkdown(evil)).toEqual([{ kind: "paragraph", children: [{ kind: "text", text: evil }] }]);
  });

  /** Nesting without end neither hangs nor overflows the stack. */
  it("bounds depth", () => {
    expect(parseMarkdown(">".repeat(5_000)).length).toBe(1);
    expect(parseMarkdown("- ".repeat(5_000)).length).toBe(1);
  });

  /** A large hostile text is read in reasonable time: the expressions do not backtrack without bound. */
  it("survives hostile text", () => {
    for (const text of ["*".repeat(50_000), "[".repeat(50_000), "_a".repeat(25_000), "|-".repeat(25_000)]) {
      expect(parseMarkdown(text).length).toBeGreaterThan(0);
    }
  });
});

describe("parseInline", () => {
  /** Marks inside words of code are left alone, and only web addresses become links. */
  it("reads marks and links", () => {
    expect(parseInline("snake_case_name")).toEqual([{ kind: "text", text: "snake_case_name" }]);
    expect(parseInline("**b** `*c*`")).toEqual([
      { kind: "strong", children: [{ kind: "text", text: "b" }] },
      { kind: "text", text: " " },
      { kind: "code", text: "*c*" },
    ]);
    expect(parseInline("[x](https://example.com)")[0]?.kind).toBe("link");
    expect(parseInline("[x](javascript:alert(1))").every(({ kind }) => kind === "text")).toBe(true);
  });
});
