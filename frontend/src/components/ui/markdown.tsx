/** Shows parsed markdown. Built from elements of our own; the text can choose none, and nothing is fetched. */
import { Square, SquareCheck } from "lucide-react";
import { type ReactNode, useMemo } from "react";
import { cn } from "@/lib/cn";
import { type Block, type Inline, type ListItem, parseMarkdown } from "@/lib/markdown";
import { Code } from "./code";
import { Picture } from "./picture";

export function Markdown({ text, className }: { text: string; className?: string }) {
  const blocks = useMemo(() => parseMarkdown(text), [text]);
  return (
    <div className={cn("grid min-w-0 gap-2 break-words leading-5.5 [overflow-wrap:anywhere]", className)}>
      <Blocks blocks={blocks} />
    </div>
  );
}

function Blocks({ blocks }: { blocks: Block[] }) {
  return blocks.map((block, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: a text's blocks have no other identity
    <BlockView key={index} block={block} />
  ));
}

function BlockView({ block }: { block: Block }): ReactNode {
  switch (block.kind) {
    case "heading":
      return (
        <p className={cn("font-semibold", block.level <= 2 ? "text-base" : "text-sm")}>
          <Inlines parts={block.children} />
        </p>
      );
    case "paragraph":
      return (
        <p className="whitespace-pre-wrap [tab-size:4]">
          <Inlines parts={block.children} />
        </p>
      );
    case "code":
      return <Code text={block.text} language={block.language} />;
    case "quote":
      return (
        <blockquote className="grid gap-2 border-line-strong border-l-2 pl-3 text-muted">
          <Blocks blocks={block.children} />
        </blockquote>
      );
    case "list":
      return <ListView list={block} />;
    case "table":
      return <TableView table={block} />;
    case "rule":
      return <hr className="border-line" />;
  }
}

function ListView({ list }: { list: Extract<Block, { kind: "list" }> }) {
  const items = list.items.map((item, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    <ItemView key={index} item={item} />
  ));
  if (!list.ordered) return <ul className="grid list-disc gap-1 pl-5">{items}</ul>;
  return (
    <ol className={cn("grid gap-1 pl-6", list.mark === ")" ? "list-[decimal-paren]" : "list-decimal")}>
      {items}
    </ol>
  );
}

function ItemView({ item: { number, done, blocks } }: { item: ListItem }) {
  const Box = done ? SquareCheck : Square;
  return (
    <li value={number} className={cn("min-w-0 pl-0.5", done !== undefined && "relative list-none")}>
      {done !== undefined && (
        <Box
          size={14}
          role="img"
          aria-label={done ? "Done" : "To do"}
          className={cn("absolute top-1 -left-4.5", done ? "text-ok" : "text-faint")}
        />
      )}
      <Blocks blocks={blocks} />
    </li>
  );
}

function TableView({ table }: { table: Extract<Block, { kind: "table" }> }) {
  const cell = "border border-line px-2 py-1 text-left align-top";
  return (
    <div className="min-w-0 overflow-x-auto">
      <table className="border-collapse text-xs">
        <thead>
          <tr>
            {table.head.map((parts, index) => (
              // biome-ignore lint/suspicious/noArrayIndexKey: as above
              <th key={index} className={cn(cell, "bg-surface font-medium")}>
                <Inlines parts={parts} />
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {table.rows.map((row, index) => (
            // biome-ignore lint/suspicious/noArrayIndexKey: as above
            <tr key={index}>
              {row.map((parts, column) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: as above
                <td key={column} className={cell}>
                  <Inlines parts={parts} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function Inlines({ parts }: { parts: Inline[] }) {
  return parts.map((part, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: as above
    <InlineView key={index} part={part} />
  ));
}

function InlineView({ part }: { part: Inline }): ReactNode {
  switch (part.kind) {
    case "text":
      return part.text;
    case "code":
      return <code className="rounded-sm bg-hover px-1 font-mono text-[0.92em]">{part.text}</code>;
    case "strong":
      return (
        <strong className="font-semibold">
          <Inlines parts={part.children} />
        </strong>
      );
    case "emphasis":
      return (
        <em>
          <Inlines parts={part.children} />
        </em>
      );
    case "struck":
      return (
        <del>
          <Inlines parts={part.children} />
        </del>
      );
    case "image":
      return <Picture src={part.src} alt={part.text || "Picture in the text"} />;
    case "link":
      return (
        <a
          href={part.href}
          target="_blank"
          rel="noopener noreferrer nofollow"
          title={part.href}
          className="text-accent-text underline underline-offset-2"
        >
          <Inlines parts={part.children} />
        </a>
      );
  }
}
