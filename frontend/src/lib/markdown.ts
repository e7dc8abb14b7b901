/**
 * Markdown as a tree of plain data, for text that a model wrote: headings, lists, quotes, code, tables, rules; bold, italic,
 * code, links. `marked` reads the text; here its tokens become our own tree, in which nothing can become an element that the
 * text chose. HTML stays the text that it is, images become links, and no word is left out. Pure.
 */
import type { MarkedToken, Token, Tokens } from "marked";
import { lexMarkdown } from "./markdown-lexer";

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "emphasis"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

export type Block =
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "paragraph"; children: Inline[] }
  /** `language` is all that stands behind the fence. */
  | { kind: "code"; language: string; text: string }
  | { kind: "quote"; children: Block[] }
  | { kind: "list"; ordered: boolean; start: number; items: Block[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

export function parseMarkdown(text: string): Block[] {
  return blocksOf(lexMarkdown(text));
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

function listOf({ ordered, start, items }: Tokens.List): Block {
  return { kind: "list", ordered, start: start || 1, items: items.map((item) => itemOf(item)) };
}

/** What stands on the item's own line comes as inline tokens or as a block, depending on blank lines around it. */
function itemOf({ tokens }: Tokens.ListItem): Block[] {
  const blocks: Block[] = [];
  let line: Token[] = [];
  const endLine = () => {
    if (line.length > 0) blocks.push({ kind: "paragraph", children: inlinesOf(line) });
    line = [];
  };
  for (const token of tokens) {
    if (token.type === "checkbox") line.push(token);
    else if (token.type === "text") line.push(...((token as Tokens.Text).tokens ?? [token]));
    else {
      endLine();
      blocks.push(...blocksOf([token]));
    }
  }
  endLine();
  return blocks;
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
    case "link":
      return linkTo(token, inlinesOf(token.tokens));
    case "image":
      return linkTo(token, textOf(token.text || token.href));
    case "br":
      return textOf("\n");
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

/** Only these addresses become links; `javascript:` and the like stay text. */
export function isWebAddress(href: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(href);
}
