/** The time window of lists, as it stands in the URL: a relative preset, or two exact ends. */
import { formatWindow } from "@/lib/format/time";
import { z } from "@/lib/zod";

export const PRESETS = [
  { id: "15m", label: "Last 15 minutes", millis: 15 * 60_000 },
  { id: "1h", label: "Last hour", millis: 3_600_000 },
  { id: "6h", label: "Last 6 hours", millis: 6 * 3_600_000 },
  { id: "24h", label: "Last 24 hours", millis: 24 * 3_600_000 },
  { id: "7d", label: "Last 7 days", millis: 7 * 24 * 3_600_000 },
  { id: "30d", label: "Last 30 days", millis: 30 * 24 * 3_600_000 },
  { id: "all", label: "All time", millis: null },
] as const;

export type PresetId = (typeof PRESETS)[number]["id"];

export const DEFAULT_PRESET: PresetId = "24h";

const presetIds = PRESETS.map((preset) => preset.id) as [PresetId, ...PresetId[]];
const instant = z.string().refine((text) => !Number.isNaN(Date.parse(text)));

/** URL parameters; anything damaged falls back to the default instead of failing the page. */
export const timeRangeSearch = z.object({
  range: z.enum(presetIds).optional().catch(undefined),
  from: instant.optional().catch(undefined),
  to: instant.optional().catch(undefined),
});

export type TimeRangeSearch = z.infer<typeof timeRangeSearch>;

/** Bounds for a request. Relative ranges are resolved at request time, so that a live list moves on. */
export function resolveTimeRange(search: TimeRangeSearch, nowMs: number): { from?: string; to?: string } {
  if (search.from !== undefined || search.to !== undefined) {
    return {
      ...(search.from === undefined ? {} : { from: new Date(search.from).toISOString() }),
      ...(search.to === undefined ? {} : { to: new Date(search.to).toISOString() }),
    };
  }
  const preset = PRESETS.find((candidate) => candidate.id === (search.range ?? DEFAULT_PRESET));
  if (!preset?.millis) return {};
  return { from: new Date(nowMs - preset.millis).toISOString() };
}

/** Fixed ends do not move, so there is nothing new to wait for once `to` is past. */
export function isMoving(search: TimeRangeSearch, nowMs: number): boolean {
  return search.to === undefined || Date.parse(search.to) > nowMs;
}

export function describeTimeRange(search: TimeRangeSearch): string {
  if (search.from !== undefined || search.to !== undefined) {
    return formatWindow(search.from, search.to);
  }
  return PRESETS.find((preset) => preset.id === (search.range ?? DEFAULT_PRESET))?.label ?? "";
}

/** The window between two points in milliseconds since 1970, as dragging over a chart gives it. */
export function exactRange(fromMs: number, toMs: number): TimeRangeSearch {
  return { range: undefined, from: new Date(fromMs).toISOString(), to: new Date(toMs).toISOString() };
}
