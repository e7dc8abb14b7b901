/**
 * Markdown as a tree of plain data, for text that a model wrote: headings, lists, quotes, code, tables, rules; bold, italic,
 * struck out, code, links. `marked` reads the text; here its tokens become our own tree, in which nothing can become an element
 * that the text chose. HTML stays the text that it is, images of other hosts become links, no word is left out, and a text
 * without markup is one paragraph that holds it sign by sign. Pure.
 */
import type { MarkedToken, Token, Tokens } from "marked";
import { lexMarkdown } from "./markdown-lexer";

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "emphasis" | "struck"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] }
  /** A picture that came inside the text: a `data:` address that is safe to draw. */
  | { kind: "image"; src: string; text: string };

export interface ListItem {
  /** What stands in front of it in an ordered list. */
  number: number | undefined;
  /** Of a task: whether it is done. */
  done: boolean | undefined;
  blocks: Block[];
}

export type Block =
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "paragraph"; children: Inline[] }
  /** `language` is all that stands behind the fence. */
  | { kind: "code"; language: string; text: string }
  | { kind: "quote"; children: Block[] }
  /** `mark` is the one behind the numbers of an ordered list. */
  | { kind: "list"; ordered: boolean; mark: "." | ")"; items: ListItem[] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

export function parseMarkdown(text: string): Block[] {
  const tokens = lexMarkdown(text);
  return plainText(tokens, text) ?? blocksOf(tokens);
}

/** A text that is paragraphs of words and bare addresses keeps its lines, blanks and empty lines. */
function plainText(tokens: readonly Token[], source: string): Block[] | undefined {
  const parts: Inline[] = [];
  for (const token of tokens) {
    if (token.type === "space") parts.push(...textOf(token.raw));
    else if (token.type === "paragraph") {
      const { tokens: inner, text, raw } = token as Tokens.Paragraph;
      parts.push(...inlinesOf(inner), ...textOf(raw.slice(text.length)));
    } else return undefined;
  }
  const children = joined(parts);
  const shown = children.map((part) =>
    part.kind === "link" ? bareText(part) : part.kind === "text" ? part.text : "",
  );
  return shown.join("") === source ? [{ kind: "paragraph", children }] : undefined;
}

/** The text of a link that consists of nothing else. */
function bareText({ children: [only] }: { children: Inline[] }): string {
  return only?.kind === "text" ? only.text : "";
}

function blocksOf(tokens: readonly Token[]): Block[] {
  return tokens.flatMap((token) => blockOf(token as MarkedToken) ?? []);
}

function blockOf(token: MarkedToken): Block | undefined {
  switch (token.type) {
    case "space":
      return undefined;
    case "heading":
      return { kind: "heading", level: token.depth, children: inlinesOf(token.tokens) };
    case "code":
      return { kind: "code", language: token.lang ?? "", text: token.text };
    case "blockquote":
      return { kind: "quote", children: blocksOf(token.tokens) };
    case "list":
      return listOf(token);
    case "table":
      return tableOf(token);
    case "hr":
      return { kind: "rule" };
    default:
      return paragraphOf(token);
  }
}

function listOf({ ordered, items }: Tokens.List): Block {
  const numbers = items.map((item) => Number(/^\s*(\d{1,9})/.exec(item.raw)?.[1] ?? 1));
  const first = numbers[0] ?? 1;
  // Equal numbers leave the counting to whoever shows the list; others are the writer's own.
  const counts = numbers.length > 1 && numbers.every((number) => number === first);
  return {
    kind: "list",
    ordered,
    mark: /^\s*\d+\)/.test(items[0]?.raw ?? "") ? ")" : ".",
    items: items.map((item, index) => ({
      number: ordered ? (counts ? first + index : numbers[index]) : undefined,
      done: item.task ? item.checked === true : undefined,
      blocks: itemOf(item),
    })),
  };
}

/** What stands on the item's own line comes as inline tokens or as a block, depending on blank lines around it. */
function itemOf({ tokens }: Tokens.ListItem): Block[] {
  const blocks: Block[] = [];
  let line: Token[] = [];
  const endLine = () => {
    if (line.length > 0) blocks.push({ kind: "paragraph", children: trimmedEnd(inlinesOf(line)) });
    line = [];
  };
  for (const token of tokens) {
    if (token.type === "checkbox") continue;
    if (token.type === "text") line.push(...((token as Tokens.Text).tokens ?? [token]));
    else {
      endLine();
      blocks.push(...blocksOf([token]));
    }
  }
  endLine();
  return blocks;
}

/** Without the line breaks at the end, which would be shown as an empty line. */
function trimmedEnd(parts: Inline[]): Inline[] {
  const last = parts.at(-1);
  return last?.kind === "text" ? [...parts.slice(0, -1), ...textOf(last.text.trimEnd())] : parts;
}

function tableOf({ header, rows, raw }: Tokens.Table): Block {
  // Cells beyond the head of a table are dropped by the lexer, so such a table is shown as text.
  const isOverfull = raw.split("\n").some((line) => countCells(line) > header.length);
  if (isOverfull) return { kind: "paragraph", children: textOf(raw.trimEnd()) };
  const cells = (row: Tokens.TableCell[]) => row.map((cell) => inlinesOf(cell.tokens));
  return { kind: "table", head: cells(header), rows: rows.map(cells) };
}

function countCells(line: string): number {
  const inner = line.trim().replace(/^\||\|$/g, "");
  return inner.split(/(?<!\\)\|/).length;
}

/** A paragraph, and whatever has no look of its own here: its text. */
function paragraphOf(token: MarkedToken): Block {
  const inner = "tokens" in token && token.tokens ? inlinesOf(token.tokens) : textOf(token.raw.trimEnd());
  return { kind: "paragraph", children: inner };
}

function inlinesOf(tokens: readonly Token[]): Inline[] {
  return joined(tokens.flatMap((token) => inlineOf(token as MarkedToken)));
}

function inlineOf(token: MarkedToken): Inline[] {
  switch (token.type) {
    case "codespan":
      return [{ kind: "code", text: token.text }];
    case "strong":
      return [{ kind: "strong", children: inlinesOf(token.tokens) }];
    case "em":
      return [{ kind: "emphasis", children: inlinesOf(token.tokens) }];
    case "del":
      return [{ kind: "struck", children: inlinesOf(token.tokens) }];
    case "link":
      return linkTo(token, inlinesOf(token.tokens));
    case "image":
      if (isDrawable(token.href)) return [{ kind: "image", src: token.href, text: token.text }];
      return linkTo(token, textOf(token.text || token.href));
    case "br":
      // With its backslash, which belongs to a command of a shell more often than to a text.
      return textOf(token.raw);
    case "escape":
      return textOf(ESCAPED_MARK.test(token.raw) ? token.text : token.raw);
    default:
      return textOf(token.raw);
  }
}

/** A backslash is markup in front of a mark only; in front of a bracket it may be a formula. */
const ESCAPED_MARK = /^\\[*_`~#|>+-]$/;

function linkTo({ href, title, raw }: Tokens.Link | Tokens.Image, children: Inline[]): Inline[] {
  if (!isWebAddress(href)) return textOf(raw);
  return [{ kind: "link", href, children }, ...textOf(title ? ` (${title})` : "")];
}

function textOf(text: string): Inline[] {
  return text === "" ? [] : [{ kind: "text", text }];
}

/** Neighbouring texts as one. */
function joined(parts: readonly Inline[]): Inline[] {
  const whole: Inline[] = [];
  for (const part of parts) {
    const last = whole.at(-1);
    if (part.kind === "text" && last?.kind === "text")
      whole.splice(-1, 1, { ...last, text: last.text + part.text });
    else whole.push(part);
  }
  return whole;
}

/** Whether an address holds a raster image itself. SVG can carry scripts and stays closed. */
export function isDrawable(address: string): boolean {
  return /^data:image\/(?:png|jpe?g|gif|webp|avif|bmp);base64,./i.test(address);
}

/** Only these addresses become links; `javascript:` and the like stay text. */
export function isWebAddress(href: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(href);
}
