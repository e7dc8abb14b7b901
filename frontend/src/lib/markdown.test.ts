import { describe, expect, it } from "vitest";
import { type Block, type Inline, parseMarkdown } from "./markdown";

/** The parts of a text that is one paragraph. */
function parseInline(text: string): Inline[] {
  const [block] = parseMarkdown(text);
  return block?.kind === "paragraph" ? block.children : [];
}

/** Everything that a reader sees of the tree, in order, and the addresses of links. */
function shown(blocks: readonly Block[]): string {
  return blocks.map(shownBlock).join("\n");
}

function shownBlock(block: Block): string {
  if (block.kind === "code") return `${block.language} ${block.text}`;
  if (block.kind === "quote") return shown(block.children);
  if (block.kind === "list") return block.items.map(shown).join("\n");
  if (block.kind === "table") return [block.head, ...block.rows].flat().map(shownInline).join(" ");
  return block.kind === "rule" ? "" : shownInline(block.children);
}

function shownInline(parts: readonly Inline[]): string {
  return parts
    .map((part) => {
      if (part.kind === "text" || part.kind === "code") return part.text;
      return shownInline(part.children) + (part.kind === "link" ? ` ${part.href}` : "");
    })
    .join("");
}

/** Numbers from 0 up to `below`, the same ones in every run. */
function randomNumbers(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return Math.floor((state / 2 ** 32) * below);
  };
}

function randomText(seed: number, pieces: readonly string[]): string {
  const next = randomNumbers(seed);
  return Array.from({ length: 1 + next(60) }, () => pieces[next(pieces.length)]).join("");
}

const PLAIN = [
  "word",
  "Über",
  "naïve",
  "日本",
  "🙂",
  " ",
  " ",
  "\n",
  ", ",
  ". ",
  "; ",
  "?",
  "(x)",
  "50%",
  "a/b",
  "a@b.c",
  "&amp;",
  "<",
  "$5",
  "it's",
  '"so"',
  "{}",
  "x=1",
  "https://a.example/b?c=d",
];
const MARKS = [
  ...PLAIN,
  "*",
  "**",
  "_",
  "`",
  "```",
  "~~",
  "#",
  "- ",
  "1. ",
  "> ",
  "|",
  "|-|",
  "[",
  "](",
  ")",
  "![",
  "\\",
  "<b>",
  "\n\n",
  "    ",
  "===",
  "---",
  "[a]: b",
];
const RUNS = 2_000;
const letters = (text: string) => text.match(/\p{L}/gu) ?? [];

/** Whether all of `wanted` stands in `given`, in order. */
function contains(given: readonly string[], wanted: readonly string[]): boolean {
  let at = 0;
  for (const letter of given) if (letter === wanted[at]) at += 1;
  return at === wanted.length;
}

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

  /** Scenario: random texts of words and harmless signs. Guarantee: each is shown sign by sign as it was written. */
  it("shows text without markup as it is", () => {
    const squeezed = (text: string) => text.replace(/\s+/g, " ").trim();
    for (let seed = 0; seed < RUNS; seed++) {
      const text = randomText(seed, PLAIN);
      expect(squeezed(shown(parseMarkdown(text)))).toBe(squeezed(text));
    }
  });

  /** Scenario: random texts full of marks, broken ones too. Guarantee: every letter is in the tree, in order. */
  it("loses no letter", () => {
    for (let seed = 0; seed < RUNS; seed++) {
      const text = randomText(seed, MARKS);
      expect(contains(letters(shown(parseMarkdown(text))), letters(text)), text).toBe(true);
    }
  });

  /** Scenario: an image from another host. Guarantee: a link to it that somebody may follow; nothing to load by itself. */
  it("turns images into links", () => {
    expect(parseInline("![chart](https://example.com/a.png)")).toEqual([
      { kind: "link", href: "https://example.com/a.png", children: [{ kind: "text", text: "chart" }] },
    ]);
  });

  /** Nesting without end neither hangs nor overflows the stack. */
  it("bounds depth", () => {
    expect(parseMarkdown(">".repeat(5_000)).length).toBe(1);
    expect(parseMarkdown("- ".repeat(5_000)).length).toBe(1);
    expect(parseMarkdown("1. ".repeat(5_000)).length).toBe(1);
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
    expect(parseInline("**b *i* b**")[0]).toMatchObject({
      kind: "strong",
      children: [{}, { kind: "emphasis" }, {}],
    });
    expect(parseInline("[x](https://example.com)")[0]?.kind).toBe("link");
    expect(parseInline("[x](javascript:alert(1))").every(({ kind }) => kind === "text")).toBe(true);
  });
});
