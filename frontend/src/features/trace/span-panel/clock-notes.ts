/** What the times of a span say about the clocks that made them. Pure. */
import { formatDuration } from "@/lib/format/duration";

interface SpanTimes {
  /** Unix nanoseconds, as sent. */
  start_time_unix_nano: string;
  end_time_unix_nano: string;
  /** ISO 8601, by the server's clock. */
  received_at: string;
}

/** Clocks on one network differ by less. */
const AHEAD_NANOS_MIN = 1_000_000_000;
/** A parent's start is taken before its child's; a little less is rounding. */
const BEFORE_PARENT_NANOS_MIN = 1_000;

/** Sentences, the gravest first; `parentOffset` and `offset` are nanoseconds after the start of the trace. */
export function clockNotes(times: SpanTimes, offset: number, parentOffset: number | undefined): string[] {
  const notes: string[] = [];
  const start = toNanos(times.start_time_unix_nano);
  const end = toNanos(times.end_time_unix_nano);
  if (end < start)
    notes.push(`Ends ${formatDuration(Number(start - end))} before it starts, so it has no duration.`);
  const later = start > end ? start : end;
  const ahead = Number(later - BigInt(Date.parse(times.received_at) || 0) * 1_000_000n);
  if (ahead >= AHEAD_NANOS_MIN && Number.isFinite(Date.parse(times.received_at)))
    notes.push(`Its sender's clock is ${formatDuration(ahead)} or more ahead of the server's.`);
  if (parentOffset !== undefined && parentOffset - offset >= BEFORE_PARENT_NANOS_MIN)
    notes.push(`Starts ${formatDuration(parentOffset - offset)} before its parent: their clocks differ.`);
  return notes;
}

function toNanos(text: string): bigint {
  return /^\d+$/.test(text) ? BigInt(text) : 0n;
}
