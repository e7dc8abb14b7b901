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
  if (block.kind === "list")
    return block.items.map(({ number, blocks }) => `${number ?? ""} ${shown(blocks)}`).join("\n");
  if (block.kind === "table") return [block.head, ...block.rows].flat().map(shownInline).join(" ");
  return block.kind === "rule" ? "" : shownInline(block.children);
}

function shownInline(parts: readonly Inline[]): string {
  return parts
    .map((part) => {
      if (part.kind === "text" || part.kind === "code" || part.kind === "image") return part.text;
      const text = shownInline(part.children);
      return part.kind === "link" && !part.href.endsWith(text) ? `${text} ${part.href}` : text;
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

/** Words that people, programs and logs write, and that mean nothing but themselves. */
const WORDS = [
  "word",
  "Über",
  "naïve,",
  "日本",
  "🙂",
  "?",
  "(x)",
  "50%",
  "a/b",
  "a@b.c",
  "&amp;",
  "<T>",
  "</div>",
  "Vec<u8>",
  "a < b",
  "$5",
  "it's",
  '"so"',
  "{}",
  "x=1",
  "https://a.example/b_c_d?e=f*g",
  "__init__",
  "self.__class__.__name__",
  "_private",
  "a_b_c",
  "*.py",
  "src/**/*.ts",
  "src/*.py, tests/*.py",
  '"*", "*"',
  "f(*args, **kwargs)",
  "2 * 3 * 4",
  "2*3*4",
  "x**2 + y**2",
  "~",
  "~5",
  "~/notes ~/drafts",
  "#1",
  "#tag",
  "C:\\Users\\new",
  "\\d+\\.\\w",
  "\\\\server",
  "arr[0]",
  "[INFO]",
  "[x](y)",
  "{{name}}",
  "a|b",
  "a -> b",
  "--flag",
  "5 - 3",
  "x > y",
  "!",
  "====",
  "12:30:01.123",
];
/** How a line of a text may begin: as it is, indented, as in a log, a stack trace, code, or the words of a prompt. */
const BEGINNINGS = ["", "", "", "  ", "   ", "    ", "\t", "\t\t", "        ", "<context>\n"];
/** Lines that look as if something began, and nothing does. */
const LONE_LINES = ["1.", "-", "#1", "2024. A year", "007. Bond", "", "", "\\", "<T>", "====", "   "];

function plainText(seed: number): string {
  const next = randomNumbers(seed);
  const pick = <T>(from: readonly T[]) => from[next(from.length)] as T;
  const line = () => {
    if (next(6) === 0) return pick(LONE_LINES);
    const words = Array.from({ length: 1 + next(8) }, () => pick(WORDS));
    return (
      pick(BEGINNINGS) + words.join(next(5) === 0 ? "  " : " ") + pick(["", "", "", " ", "  ", " \\", "\t"])
    );
  };
  return Array.from({ length: 1 + next(8) }, line).join("\n");
}

const PLAIN = [
  "word",
  "Über",
  "日本",
  "🙂",
  " ",
  " ",
  "\n",
  ", ",
  ". ",
  "(x)",
  "50%",
  "a@b.c",
  "&amp;",
  "<",
  '"so"',
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
    expect(list?.kind === "list" && list.items[1]?.blocks[1]?.kind).toBe("list");
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

  /**
   * Scenario: random texts of names, paths, sums, logs, tags, addresses, with lines and indentation of all kinds. Guarantee:
   * each is shown sign by sign as it was written, its blanks, tabs and empty lines too.
   */
  it("shows text without markup as it is", () => {
    for (let seed = 0; seed < RUNS; seed++) {
      const text = plainText(seed);
      expect(shown(parseMarkdown(text)), `seed ${seed}`).toBe(text);
    }
  });

  /** Markup beside signs that look like it is still read. */
  it.each([
    ["path/*.py and **bold**", "path/*.py and [bold]"],
    ["foo.__init__ is *here*", "foo.__init__ is [here]"],
    ["**R**etrieval 中文**加粗**中文", "[R]etrieval 中文[加粗]中文"],
    ["this is **bold**. And *so*, (*on*)", "this is [bold]. And [so], ([on])"],
    ["~5 ~~gone~~ ~6", "~5 [gone] ~6"],
    ["***both***", "[[both]]"],
  ])("reads %s", (text, wanted) => {
    const marked = (parts: readonly Inline[]): string =>
      parts.map((part) => ("children" in part ? `[${marked(part.children)}]` : part.text)).join("");
    expect(marked(parseInline(text))).toBe(wanted);
  });

  /** Tasks are told from other items, numbers and their marks are the writer's, unless all are the same. */
  it("reads lists as they were written", () => {
    const listOf = (text: string) => {
      const [block] = parseMarkdown(text);
      if (block?.kind !== "list") throw new Error("no list");
      return { mark: block.mark, items: block.items.map(({ number, done }) => number ?? done) };
    };
    expect(listOf("- [ ] a\n- [x] b\n- c").items).toEqual([false, true, undefined]);
    expect(listOf("1) a\n3) b")).toEqual({ mark: ")", items: [1, 3] });
    expect(listOf("1. a\n1. b\n1. c")).toEqual({ mark: ".", items: [1, 2, 3] });
  });

  /** An address becomes a link that ends where the sentence goes on; an e-mail address stays text. */
  it("links bare addresses", () => {
    const parts = parseInline("See https://a.example/b_c. Or www.d.example, or e@f.example");
    expect(parts.flatMap((part) => (part.kind === "link" ? part.href : []))).toEqual([
      "https://a.example/b_c",
      "http://www.d.example",
    ]);
  });

  /** A picture that came inside the text is one; with scripts in it, it is text. */
  it("keeps pictures in the text", () => {
    expect(parseInline("![dot](data:image/png;base64,AAAA)")).toEqual([
      { kind: "image", src: "data:image/png;base64,AAAA", text: "dot" },
    ]);
    const svg = "![x](data:image/svg+xml;base64,AAAA)";
    expect(parseInline(svg)).toEqual([{ kind: "text", text: svg }]);
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
