/** A JSON value as a tree to unfold, with a copy button per value. Text inside is never read as HTML. */
import { ChevronRight } from "lucide-react";
import { type ReactNode, useState } from "react";
import { cn } from "@/lib/cn";
import { exactInteger, jsonEntries, jsonKind, parseJsonText, toText } from "@/lib/json";
import { CopyButton } from "./copy-button";
import { LongText } from "./long-text";

/** Children shown at first; the rest on demand, so that a huge payload cannot freeze the page. */
const CHILDREN_AT_FIRST = 100;
/** Depth to which objects start unfolded. */
const OPEN_DEPTH = 2;
const OPEN_CHILDREN_MAX = 20;

interface JsonTreeProps {
  value: unknown;
  /** What it is, for screen readers. */
  label: string;
  openDepth?: number;
  /** Something to do with a top-level value, shown beside its copy button. */
  renderAction?: ((name: string, value: unknown) => ReactNode) | undefined;
}

export function JsonTree({ value, label, openDepth = OPEN_DEPTH, renderAction }: JsonTreeProps) {
  return (
    <ul aria-label={label} className="min-w-0 font-mono text-xs leading-5">
      <JsonChildren value={value} depth={0} openDepth={openDepth} renderAction={renderAction} />
    </ul>
  );
}

interface ChildrenProps {
  value: unknown;
  depth: number;
  openDepth: number;
  renderAction?: JsonTreeProps["renderAction"];
}

function JsonChildren({ value, depth, openDepth, renderAction }: ChildrenProps) {
  const entries = jsonEntries(value);
  const [shown, setShown] = useState(CHILDREN_AT_FIRST);
  const flat = !entries.some(([, child]) => isBranch(contentOf(child)));
  return (
    <>
      {entries.slice(0, shown).map(([key, child]) => (
        <JsonRow
          key={key}
          name={key}
          value={child}
          depth={depth}
          openDepth={openDepth}
          flat={flat}
          renderAction={renderAction}
        />
      ))}
      {entries.length > shown && (
        <li>
          <button
            type="button"
            className="ml-5 text-accent-text hover:underline"
            onClick={() => setShown(shown + CHILDREN_AT_FIRST * 5)}
          >
            {entries.length - shown} more…
          </button>
        </li>
      )}
    </>
  );
}

/** JSON that was sent as text is shown as what it is. */
function contentOf(value: unknown): unknown {
  return typeof value === "string" ? (parseJsonText(value) ?? value) : value;
}

function isBranch(content: unknown): boolean {
  const kind = jsonKind(content);
  return (kind === "object" || kind === "array") && jsonEntries(content).length > 0;
}

interface RowProps extends ChildrenProps {
  name: string;
  /** No sibling can be unfolded, so no room is kept for the arrow. */
  flat: boolean;
}

function JsonRow({ name, value, depth, openDepth, flat, renderAction }: RowProps) {
  const content = contentOf(value);
  const embedded = content !== value;
  const kind = jsonKind(content);
  const branch = isBranch(content);
  const [open, setOpen] = useState(
    branch && !embedded && depth + 1 < openDepth && jsonEntries(content).length <= OPEN_CHILDREN_MAX,
  );

  return (
    <li className="min-w-0">
      <div className="group flex min-w-0 items-start gap-1 rounded-sm px-1 hover:bg-hover">
        {branch ? (
          <button
            type="button"
            aria-expanded={open}
            onClick={() => setOpen(!open)}
            className="flex min-w-0 flex-1 items-start gap-1 text-left"
          >
            <ChevronRight
              size={13}
              className={cn("mt-[3.5px] shrink-0 text-faint transition-transform", open && "rotate-90")}
              aria-hidden
            />
            <span className="max-w-[75%] shrink-0 text-muted [overflow-wrap:anywhere]">{name}</span>
            <span className="min-w-0 truncate pl-1 text-faint">
              {summary(content, kind)}
              {embedded && " (JSON text)"}
            </span>
          </button>
        ) : (
          <div className={cn("flex min-w-0 flex-1 flex-wrap items-start gap-x-2", !flat && "pl-[17px]")}>
            <span className="min-w-0 text-muted [overflow-wrap:anywhere]">{name}</span>
            <Scalar value={content} kind={kind} />
          </div>
        )}
        {renderAction?.(name, value)}
        <CopyButton
          text={() => exactInteger(value) ?? toText(value)}
          what={name}
          className="size-5 shrink-0 opacity-0 focus-visible:opacity-100 group-hover:opacity-100"
        />
      </div>
      {open && (
        <ul className="ml-[7px] min-w-0 border-line border-l pl-2">
          <JsonChildren value={content} depth={depth + 1} openDepth={openDepth} />
        </ul>
      )}
    </li>
  );
}

function Scalar({ value, kind }: { value: unknown; kind: ReturnType<typeof jsonKind> }) {
  if (kind === "string") return <LongText text={String(value)} className="min-w-0 text-text" />;
  if (kind === "number")
    return (
      <span className="break-all text-[var(--role-retriever)] tnum">
        {exactInteger(value) ?? String(value)}
      </span>
    );
  if (kind === "boolean") return <span className="text-[var(--role-embedding)]">{String(value)}</span>;
  return <span className="text-faint">{kind === "object" ? "{}" : kind === "array" ? "[]" : "null"}</span>;
}

const SUMMARY_KEYS = 4;

function summary(value: unknown, kind: ReturnType<typeof jsonKind>): string {
  const entries = jsonEntries(value);
  if (kind === "array") return `[${entries.length}]`;
  const keys = entries.slice(0, SUMMARY_KEYS).map(([key]) => key);
  return `{${keys.join(", ")}${entries.length > SUMMARY_KEYS ? ", …" : ""}}`;
}
