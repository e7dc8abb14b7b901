/** A state as a tree: what the change touched is marked, and each part can say who wrote it last. */
import { ChevronRight } from "lucide-react";
import { useMemo, useState } from "react";
import { isChanged, type StateRow, stateRows } from "@/features/run/model/state-rows";
import { cn } from "@/lib/cn";
import { exactInteger, jsonEntries, jsonKind } from "@/lib/json";

const INDENT_PX = 14;
const NONE: ReadonlySet<string> = new Set();

interface StateTreeProps {
  state: unknown;
  label: string;
  changed?: ReadonlySet<string>;
  tone?: "before" | "after";
  /** What to say at the end of a row, for example its author. */
  renderNote?: (pointer: string) => React.ReactNode;
}

export function StateTree({ state, label, changed = NONE, tone = "after", renderNote }: StateTreeProps) {
  const [toggled, setToggled] = useState<ReadonlySet<string>>(NONE);
  const { rows, complete } = useMemo(() => stateRows(state, changed, toggled), [state, changed, toggled]);
  if (rows.length === 0)
    return <p className="font-mono text-faint text-xs">{JSON.stringify(state) ?? "–"}</p>;

  function toggle(pointer: string) {
    const next = new Set(toggled);
    if (!next.delete(pointer)) next.add(pointer);
    setToggled(next);
  }
  return (
    <>
      <ul aria-label={label} className="min-w-0 font-mono text-xs leading-6">
        {rows.map((row) => (
          <li
            key={row.pointer}
            className={cn(
              "flex min-w-0 items-start gap-2 rounded-sm px-1",
              isChanged(row.pointer, changed) &&
                (tone === "after" ? "bg-accent/15" : "bg-danger/10 text-muted"),
            )}
            style={{ paddingLeft: 4 + row.depth * INDENT_PX }}
          >
            <RowBody row={row} onToggle={() => toggle(row.pointer)} />
            {renderNote && <span className="ml-auto shrink-0 font-sans">{renderNote(row.pointer)}</span>}
          </li>
        ))}
      </ul>
      {!complete && <p className="mt-1 text-faint text-xs">Only the first {rows.length} parts are shown.</p>}
    </>
  );
}

function RowBody({ row, onToggle }: { row: StateRow; onToggle: () => void }) {
  if (!row.isBranch) {
    return (
      <span className="flex min-w-0 flex-1 items-start gap-2 pl-4">
        <span className="shrink-0 text-muted">{row.name}</span>
        <Scalar value={row.value} />
      </span>
    );
  }
  return (
    <button
      type="button"
      aria-expanded={row.isOpen}
      onClick={onToggle}
      className="flex min-h-6 min-w-0 flex-1 items-start gap-1 text-left"
    >
      <ChevronRight
        size={12}
        aria-hidden
        className={cn("mt-1.5 shrink-0 text-muted transition-transform", row.isOpen && "rotate-90")}
      />
      <span className="shrink-0 text-muted">{row.name}</span>
      <span className="min-w-0 truncate pl-1 text-muted">{summary(row.value)}</span>
    </button>
  );
}

const TEXT_CHARACTERS_MAX = 400;

export function Scalar({ value }: { value: unknown }) {
  const kind = jsonKind(value);
  if (kind === "string") {
    const text = String(value);
    return (
      <span className="min-w-0 whitespace-pre-wrap break-words text-text [overflow-wrap:anywhere]">
        {text === "" ? <span className="text-faint">""</span> : text.slice(0, TEXT_CHARACTERS_MAX)}
        {text.length > TEXT_CHARACTERS_MAX && <span className="text-faint">…</span>}
      </span>
    );
  }
  if (kind === "number") {
    return <span className="text-[var(--role-retriever)] tnum">{exactInteger(value) ?? String(value)}</span>;
  }
  if (kind === "boolean") return <span className="text-[var(--role-embedding)]">{String(value)}</span>;
  return <span className="text-faint">{kind === "object" ? "{}" : kind === "array" ? "[]" : "null"}</span>;
}

const KEYS_MAX = 4;

function summary(value: unknown): string {
  const entries = jsonEntries(value);
  if (Array.isArray(value)) return `[${entries.length}]`;
  const keys = entries.slice(0, KEYS_MAX).map(([key]) => key);
  return `{${keys.join(", ")}${entries.length > KEYS_MAX ? ", …" : ""}}`;
}
