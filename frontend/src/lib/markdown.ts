/**
 * Markdown as a tree of plain data, for text that a model wrote. A small, safe part of the language: headings, lists,
 * quotes, fenced code, tables, rules; bold, italic, code, links. HTML stays the text that it is. Pure, linear in the text.
 */

export type Inline =
  | { kind: "text"; text: string }
  | { kind: "code"; text: string }
  | { kind: "strong" | "emphasis"; children: Inline[] }
  | { kind: "link"; href: string; children: Inline[] };

export type Block =
  | { kind: "heading"; level: number; children: Inline[] }
  | { kind: "paragraph"; children: Inline[] }
  | { kind: "code"; language: string; text: string }
  | { kind: "quote"; children: Block[] }
  | { kind: "list"; ordered: boolean; start: number; items: Block[][] }
  | { kind: "table"; head: Inline[][]; rows: Inline[][][] }
  | { kind: "rule" };

/** Quotes and lists deeper than this are shown as text. */
const DEPTH_MAX = 8;

const FENCE = /^ {0,3}(```+|~~~+)\s*(\S*)/;
const HEADING = /^ {0,3}(#{1,6})\s+(.*?)\s*#*$/;
const RULE = /^ {0,3}([-*_])(?:\s*\1){2,}\s*$/;
const ITEM = /^( {0,3})([-*+]|\d{1,9}[.)])(?:\s+|$)(.*)$/;
const QUOTE = /^ {0,3}> ?(.*)$/;
const TABLE_LINE = /^\s*\|?(?:\s*:?-{1,}:?\s*\|)+\s*:?-*:?\s*\|?\s*$/;

export function parseMarkdown(text: string): Block[] {
  return parseBlocks(text.split(/\r?\n/), 0);
}

function parseBlocks(lines: string[], depth: number): Block[] {
  const blocks: Block[] = [];
  let at = 0;
  while (at < lines.length) {
    const line = lines[at] ?? "";
    if (line.trim() === "") {
      at += 1;
      continue;
    }
    const [block, next] = readBlock(lines, at, depth);
    blocks.push(block);
    at = next;
  }
  return blocks;
}

/** The block that starts at a line, and the line after it. */
function readBlock(lines: string[], at: number, depth: number): [Block, number] {
  const line = lines[at] ?? "";
  const fence = FENCE.exec(line);
  if (fence) return readCode(lines, at, fence[1] ?? "```", fence[2] ?? "");
  const heading = HEADING.exec(line);
  if (heading) {
    return [
      { kind: "heading", level: heading[1]?.length ?? 1, children: parseInline(heading[2] ?? "") },
      at + 1,
    ];
  }
  if (RULE.test(line)) return [{ kind: "rule" }, at + 1];
  if (depth < DEPTH_MAX && QUOTE.test(line)) return readQuote(lines, at, depth);
  if (depth < DEPTH_MAX && ITEM.test(line)) return readList(lines, at, depth);
  if (line.includes("|") && TABLE_LINE.test(lines[at + 1] ?? "")) return readTable(lines, at);
  return readParagraph(lines, at);
}

function readCode(lines: string[], at: number, fence: string, language: string): [Block, number] {
  let end = at + 1;
  while (end < lines.length && !(lines[end] ?? "").trim().startsWith(fence)) end += 1;
  return [{ kind: "code", language, text: lines.slice(at + 1, end).join("\n") }, end + 1];
}

function readQuote(lines: string[], at: number, depth: number): [Block, number] {
  const inner: string[] = [];
  let end = at;
  for (; end < lines.length; end++) {
    const match = QUOTE.exec(lines[end] ?? "");
    if (!match) break;
    inner.push(match[1] ?? "");
  }
  return [{ kind: "quote", children: parseBlocks(inner, depth + 1) }, end];
}

function readList(lines: string[], at: number, depth: number): [Block, number] {
  const first = ITEM.exec(lines[at] ?? "");
  const ordered = /\d/.test(first?.[2] ?? "");
  const items: string[][] = [];
  let end = at;
  while (end < lines.length) {
    const line = lines[end] ?? "";
    const item = ITEM.exec(line);
    if (item && /\d/.test(item[2] ?? "") === ordered) items.push([item[3] ?? ""]);
    else if (/^(?: {2,}|\t)\S/.test(line) && items.length > 0)
      items.at(-1)?.push(line.replace(/^(?: {2,4}|\t)/, ""));
    else if (line.trim() === "" && continuesList(lines[end + 1], ordered)) items.at(-1)?.push("");
    else break;
    end += 1;
  }
  const start = ordered ? Number.parseInt(first?.[2] ?? "1", 10) : 1;
  return [
    { kind: "list", ordered, start, items: items.map((item) => parseBlocks(item, depth + 1)) },
    Math.max(end, at + 1),
  ];
}

function continuesList(line: string | undefined, ordered: boolean): boolean {
  const item = ITEM.exec(line ?? "");
  return item ? /\d/.test(item[2] ?? "") === ordered : /^(?: {2,}|\t)\S/.test(line ?? "");
}

function readTable(lines: string[], at: number): [Block, number] {
  let end = at + 2;
  while (end < lines.length && (lines[end] ?? "").includes("|")) end += 1;
  const head = cells(lines[at] ?? "");
  const rows = lines.slice(at + 2, end).map((line) => {
    const row = cells(line);
    return head.map((_, index) => row[index] ?? []);
  });
  return [{ kind: "table", head, rows }, end];
}

function cells(line: string): Inline[][] {
  return line
    .trim()
    .replace(/^\||\|$/g, "")
    .split("|")
    .map((cell) => parseInline(cell.trim()));
}

function readParagraph(lines: string[], at: number): [Block, number] {
  let end = at + 1;
  while (end < lines.length) {
    const line = lines[end] ?? "";
    if (line.trim() === "" || FENCE.test(line) || HEADING.test(line) || QUOTE.test(line) || ITEM.test(line))
      break;
    end += 1;
  }
  return [{ kind: "paragraph", children: parseInline(lines.slice(at, end).join("\n")) }, end];
}

/** Code first, then links, then bold and italic; each alternative is bounded by its own closing mark. */
const INLINE =
  /`([^`\n]+)`|\[([^\]\n]{1,500})\]\(([^()\s]{1,2000})\)|\*\*([^*\n]+)\*\*|__([^_\n]+)__|\*([^*\s][^*\n]*)\*|(?<![\w])_([^_\s][^_\n]*)_(?![\w])/g;

export function parseInline(text: string): Inline[] {
  const parts: Inline[] = [];
  let at = 0;
  const plain = (end: number) => {
    if (end > at) parts.push({ kind: "text", text: text.slice(at, end) });
  };
  for (const match of text.matchAll(INLINE)) {
    plain(match.index);
    parts.push(inlineOf(match));
    at = match.index + match[0].length;
  }
  plain(text.length);
  return parts;
}

function inlineOf(match: RegExpExecArray): Inline {
  const [whole, code, label, href, ...marks] = match;
  if (code !== undefined) return { kind: "code", text: code };
  if (label !== undefined && href !== undefined) {
    return isWebAddress(href)
      ? { kind: "link", href, children: [{ kind: "text", text: label }] }
      : { kind: "text", text: whole };
  }
  const [strong, alsoStrong, ...emphasis] = marks;
  const bold = strong ?? alsoStrong;
  if (bold !== undefined) return { kind: "strong", children: parseInline(bold) };
  return { kind: "emphasis", children: parseInline(emphasis.find((text) => text !== undefined) ?? "") };
}

/** Only these addresses become links; `javascript:` and the like stay text. */
export function isWebAddress(href: string): boolean {
  return /^https?:\/\/[^\s]+$/i.test(href);
}
