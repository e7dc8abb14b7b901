/** A state as rows of text with RFC 6901 pointers, so that changes and authors can be shown beside each part. Pure. */
import { exactInteger, jsonEntries, jsonKind } from "@/lib/json";

export interface StateRow {
  pointer: string;
  name: string;
  depth: number;
  value: unknown;
  isBranch: boolean;
  isOpen: boolean;
}

/** Rows shown of one state; the rest is said to be there. */
const ROWS_MAX = 2_000;
/** Depth to which parts start unfolded. */
const OPEN_DEPTH = 2;
const OPEN_CHILDREN_MAX = 12;

/** `toggled` holds pointers whose folding differs from what it would be by itself. */
export function stateRows(
  state: unknown,
  changed: ReadonlySet<string>,
  toggled: ReadonlySet<string>,
): { rows: StateRow[]; complete: boolean } {
  const rows: StateRow[] = [];
  const opened = ancestorsOf(changed);
  const stack: Omit<StateRow, "isBranch" | "isOpen">[] = children("", state, 0).reverse();
  for (let part = stack.pop(); part; part = stack.pop()) {
    if (rows.length >= ROWS_MAX) return { rows, complete: false };
    const entries = isBranch(part.value) ? jsonEntries(part.value).length : 0;
    const byItself =
      opened.has(part.pointer) || (part.depth + 1 < OPEN_DEPTH && entries <= OPEN_CHILDREN_MAX);
    const isOpen = entries > 0 && byItself !== toggled.has(part.pointer);
    rows.push({ ...part, isBranch: entries > 0, isOpen });
    if (isOpen) stack.push(...children(part.pointer, part.value, part.depth + 1).reverse());
  }
  return { rows, complete: true };
}

function children(pointer: string, value: unknown, depth: number) {
  return jsonEntries(value).map(([name, child]) => ({
    pointer: `${pointer}/${escaped(name)}`,
    name,
    depth,
    value: child,
  }));
}

function isBranch(value: unknown): boolean {
  const kind = jsonKind(value);
  return kind === "object" || kind === "array";
}

function escaped(name: string): string {
  return name.replaceAll("~", "~0").replaceAll("/", "~1");
}

/** All pointers on the way to the given ones. */
function ancestorsOf(pointers: ReadonlySet<string>): Set<string> {
  const found = new Set<string>();
  for (const pointer of pointers) {
    for (let at = pointer.lastIndexOf("/"); at > 0; at = pointer.lastIndexOf("/", at - 1)) {
      found.add(pointer.slice(0, at));
    }
  }
  return found;
}

/** Whether the part, or what it is inside of, is among the changed ones. */
export function isChanged(pointer: string, changed: ReadonlySet<string>): boolean {
  for (let at = pointer; at !== ""; at = at.slice(0, at.lastIndexOf("/"))) if (changed.has(at)) return true;
  return changed.has("");
}

/** The value at a pointer; `found` false where there is nothing. */
export function valueAt(state: unknown, pointer: string): { found: boolean; value: unknown } {
  let value = state;
  for (const token of pointer.split("/").slice(1)) {
    const name = token.replaceAll("~1", "/").replaceAll("~0", "~");
    if (typeof value !== "object" || value === null || !Object.hasOwn(value, name)) {
      return { found: false, value: undefined };
    }
    value = (value as Record<string, unknown>)[name];
  }
  return { found: true, value };
}

/** A value in one line. */
export function inline(value: unknown): string {
  return exactInteger(value) ?? (typeof value === "string" ? value : JSON.stringify(value)) ?? "";
}
