/** What the keyboard can do on a trace page beyond the tree's own arrow keys. */
import { useLayoutEffect, useMemo, useRef } from "react";
import { type Command, useCommands } from "@/state/commands";
import type { TraceModel } from "@/telemetry/trace/build-trace";
import type { VisibleRows } from "./model/visible-rows";
import { onlyMatters, type TraceSearch } from "./trace-search";

interface TraceCommandsInput {
  model: TraceModel;
  visible: VisibleRows;
  selectedId: string | undefined;
  search: TraceSearch;
  select: (spanId: string) => void;
  onSearchChange: (change: Partial<TraceSearch>) => void;
}

export function useTraceCommands(input: TraceCommandsInput): void {
  // Commands stay registered while what they act on changes with every key.
  const latest = useRef(input);
  useLayoutEffect(() => {
    latest.current = input;
  });
  const commands = useMemo(() => traceCommands(() => latest.current), []);
  useCommands(commands);
}

function traceCommands(now: () => TraceCommandsInput): Command[] {
  const command = (id: string, label: string, keys: string, run: () => void): Command => ({
    id: `trace-${id}`,
    label,
    group: "Trace",
    keys,
    run,
  });
  const step = (direction: 1 | -1, wanted: (index: number) => boolean) => {
    const { model, visible, selectedId, select } = now();
    const next = nextRow(
      visible.rows,
      selectedId === undefined ? -1 : (model.indexById.get(selectedId) ?? -1),
      direction,
      wanted,
    );
    const spanId = next === undefined ? undefined : model.spans[next]?.span_id;
    if (spanId) select(spanId);
  };
  const isMatch = (index: number) => now().visible.matches?.[index] !== 0;
  const failed = (index: number) => now().model.spans[index]?.status === "error";
  return [
    command("find", "Search in this trace", "/", () =>
      document.querySelector<HTMLInputElement>('input[aria-label="Search in this trace"]')?.focus(),
    ),
    command("next", "Next match or span", "n", () => step(1, isMatch)),
    command("previous", "Previous match or span", "p", () => step(-1, isMatch)),
    command("error", "Next failed span", "e", () => step(1, failed)),
    command("critical", "Critical path", "c", () => {
      const { search, onSearchChange } = now();
      onSearchChange({ critical: search.critical ? undefined : true });
    }),
    command("view", "Next view: time, figures, reading", "v", () => {
      const { search, onSearchChange } = now();
      onSearchChange({
        view: search.view === undefined ? "tree" : search.view === "tree" ? "read" : undefined,
      });
    }),
    command("matters", "Only what matters", "m", () => {
      const { search, onSearchChange } = now();
      onSearchChange({ matters: !onlyMatters(search) });
    }),
    command("time", "Show the whole time", "0", () => now().onSearchChange({ t: undefined })),
  ];
}

/** The next wanted row in a direction, around the end if need be. Pure. */
function nextRow(
  rows: Int32Array,
  selected: number,
  direction: 1 | -1,
  wanted: (index: number) => boolean,
): number | undefined {
  const from = rows.indexOf(selected);
  for (let step = 1; step <= rows.length; step++) {
    const at = (((from + direction * step) % rows.length) + rows.length) % rows.length;
    const index = rows[at];
    if (index !== undefined && wanted(index)) return index;
  }
  return undefined;
}
