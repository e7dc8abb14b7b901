/**
 * The place of rows whose sender's clock is ahead. By their start they would stand on top of a live list until it is true; they
 * stand where they were first seen instead, below what came after them. Pure, except that `seen` remembers.
 */
import { isAhead } from "@/lib/format/time";

interface SettleInput<Row> {
  /** The newest start first. */
  rows: Row[];
  idOf: (row: Row) => string;
  /** ISO 8601. */
  startOf: (row: Row) => string;
  /** When rows that are ahead were first seen, in milliseconds since 1970, by id. */
  seen: Map<string, number>;
  nowMs: number;
}

export function settleAhead<Row>({ rows, idOf, startOf, seen, nowMs }: SettleInput<Row>): Row[] {
  // They stand first, so that a list without any costs one look.
  if (!rows[0] || !isAhead(startOf(rows[0]), nowMs)) return rows;
  const placed = rows.map((row) => {
    const start = startOf(row);
    if (!isAhead(start, nowMs)) return { row, at: Date.parse(start) };
    const id = idOf(row);
    const at = seen.get(id) ?? nowMs;
    seen.set(id, at);
    return { row, at };
  });
  return placed.sort((a, b) => b.at - a.at).map(({ row }) => row);
}
