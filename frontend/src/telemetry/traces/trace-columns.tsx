/** What a row of a list of traces says: what ran and what it was about, where, how it went, and what it cost. */
import { Link, useLocation, useSearch } from "@tanstack/react-router";
import { Hint } from "@/components/hint/hint";
import { type DataColumns, dataColumns } from "@/components/ui/data-columns";
import { rowLinkClass } from "@/components/ui/row-link";
import { TimeAgo } from "@/components/ui/time-ago";
import { nanosToNumber } from "@/lib/format/duration";
import { shortModel } from "@/telemetry/vocabulary/models";
import { Names, OneLine } from "@/telemetry/vocabulary/names";
import { Cost, Count, Duration, Tokens, Unknown } from "@/telemetry/vocabulary/numbers";
import { RoleMark } from "@/telemetry/vocabulary/role-mark";
import { ErrorMark } from "@/telemetry/vocabulary/status";
import { timeColumns } from "@/telemetry/vocabulary/time-columns";
import { attributeColumns, columnLabel } from "./columns";
import type { TraceSummary } from "./traces-query";
import { type TracesSearch, tracesSearch } from "./traces-search";

const column = dataColumns<TraceSummary>();

const NUMBERS = column.columns([
  column.display({
    id: "service",
    header: "Service",
    meta: { track: "minmax(96px,1fr)", from: 750 },
    cell: ({ row }) => <Names names={row.original.services} first={row.original.service} />,
  }),
  column.display({
    id: "model",
    header: "Model",
    meta: { track: "minmax(110px,1fr)", from: 980 },
    cell: ({ row }) => <Models models={row.original.models} />,
  }),
  column.display({
    id: "calls",
    header: "Calls",
    meta: { track: "44px", align: "end", from: 1040 },
    cell: ({ row }) => <Count value={row.original.llm_call_count} one="model call" />,
  }),
  column.display({
    id: "tokens",
    header: "Tokens",
    meta: { track: "92px", align: "end", from: 640, sort: "desc" },
    cell: ({ row }) => <Tokens input={row.original.input_tokens} output={row.original.output_tokens} />,
  }),
  column.display({
    id: "cost",
    header: "Cost",
    meta: { track: "84px", align: "end", from: 850, sort: "desc" },
    cell: ({ row }) => <TraceCost trace={row.original} />,
  }),
  column.display({
    id: "spans",
    header: "Spans",
    meta: { track: "56px", align: "end", from: 1110, sort: "desc" },
    cell: ({ row }) => <Count value={row.original.span_count} one="span" />,
  }),
  column.display({
    id: "errors",
    header: "Errors",
    meta: { track: "60px", align: "end", sort: "desc" },
    cell: ({ row }) => <Count value={row.original.error_count} one="failed span" />,
  }),
  column.display({
    id: "input",
    header: "First question",
    meta: { track: "minmax(180px,2fr)" },
    cell: ({ row }) => <Text text={row.original.first_input} none="No question was recorded" />,
  }),
  column.display({
    id: "output",
    header: "Last answer",
    meta: { track: "minmax(180px,2fr)" },
    cell: ({ row }) => <Text text={row.original.last_output} none="No answer was recorded" />,
  }),
  column.display({
    id: "user",
    header: "User",
    meta: { track: "minmax(100px,1fr)" },
    cell: ({ row }) => <Text text={row.original.user_id} none="No span names a user" />,
  }),
  column.display({
    id: "session",
    header: "Conversation",
    meta: { track: "minmax(100px,1fr)" },
    cell: ({ row }) => <Text text={row.original.session_id} none="No span names a conversation" />,
  }),
]) as DataColumns<TraceSummary>;

/** The columns with these ids, in their order; `maxNanos` is the longest duration in sight. */
export function traceColumns(ids: readonly string[], maxNanos: number): DataColumns<TraceSummary> {
  const [duration, start] = timeColumns<TraceSummary>(maxNanos, (trace) => trace.error_count > 0);
  const known = new Map([...NUMBERS, ...(duration ? [duration] : [])].map((own) => [own.id, own]));
  const attributes = new Set(attributeColumns(ids));
  return [
    nameColumn(ids),
    ...ids.flatMap((id) => known.get(id) ?? (attributes.has(id) ? attributeColumn(id) : [])),
    ...(start ? [start] : []),
  ];
}

/** The name, and behind it what was said, unless that has columns of its own. */
function nameColumn(ids: readonly string[]): DataColumns<TraceSummary>[number] {
  const input = !ids.includes("input");
  const output = !ids.includes("output");
  return column.display({
    id: "name",
    header: "Trace",
    meta: { track: "minmax(220px,3fr)" },
    cell: ({ row }) => (
      <span className="flex min-w-0 items-center gap-2.5">
        <TraceName trace={row.original} />
        <Said
          input={input ? row.original.first_input : null}
          output={output ? row.original.last_output : null}
        />
      </span>
    ),
  }) as DataColumns<TraceSummary>[number];
}

function attributeColumn(id: string): DataColumns<TraceSummary>[number] {
  return column.display({
    id,
    header: columnLabel(id),
    meta: { track: "minmax(110px,1fr)" },
    cell: ({ row }) => (
      <Text text={shown(row.original.columns?.[id])} none="The trace's root does not have this attribute" />
    ),
  }) as DataColumns<TraceSummary>[number];
}

/** A scalar or text, as the server gives it. */
function shown(value: unknown): string | null {
  if (value === null || value === undefined) return null;
  return typeof value === "string" ? value : JSON.stringify(value);
}

function TraceName({ trace }: { trace: TraceSummary }) {
  return (
    <>
      <RoleMark spanRole={trace.root_role} kind="trace" />
      <TraceLink trace={trace} />
      {trace.error_count > 0 && <ErrorMark count={trace.error_count} />}
      {trace.root_missing && <Running />}
    </>
  );
}

function TraceLink({ trace }: { trace: TraceSummary }) {
  const list = useListSearch();
  return (
    <Link
      to="/traces/$traceId"
      params={{ traceId: trace.trace_id }}
      state={{ tracesSearch: list }}
      className={rowLinkClass}
    >
      {trace.root_name || "(no name)"}
    </Link>
  );
}

/** What the list is of, for the way back and to a trace's neighbours. */
function useListSearch(): TracesSearch {
  const search = useSearch({ strict: false });
  const path = useLocation({ select: (location) => location.pathname });
  const user = /^\/users\/(.+)$/.exec(path)?.[1];
  const listed = tracesSearch.parse(search);
  return user === undefined ? listed : { ...listed, user_id: decodeURIComponent(user) };
}

/** First question and last answer, as much of them as there is room for. */
function Said({ input, output }: { input: string | null; output: string | null }) {
  if (input === null && output === null) return null;
  return (
    <Hint
      className="hidden min-w-[35%] flex-1 truncate text-faint text-xs sm:block"
      content={() => <SaidFacts input={input} output={output} />}
    >
      {input}
      {input !== null && output !== null && (
        <span className="px-1" aria-hidden>
          →
        </span>
      )}
      {output}
    </Hint>
  );
}

function SaidFacts({ input, output }: { input: string | null; output: string | null }) {
  return (
    <div className="grid gap-1.5 [overflow-wrap:anywhere]">
      {input !== null && (
        <p>
          <span className="block text-faint">First question</span>
          {input}
        </p>
      )}
      {output !== null && (
        <p>
          <span className="block text-faint">Last answer</span>
          {output}
        </p>
      )}
    </div>
  );
}

function Running() {
  return (
    <Hint
      content={() => "The root span has not arrived yet; the earliest span stands in"}
      className="shrink-0 rounded-sm border border-line-strong border-dashed px-1 text-2xs text-faint"
    >
      no root yet
    </Hint>
  );
}

function Models({ models }: { models: string[] }) {
  if (models.length === 0) return <Unknown why="No model was called" />;
  return <Names names={models} short={shortModel} />;
}

function TraceCost({ trace }: { trace: TraceSummary }) {
  return <Cost usd={trace.cost_usd} unpricedCalls={trace.unpriced_calls} calls={trace.llm_call_count} />;
}

function Text({ text, none }: { text: string | null; none: string }) {
  return text === null || text === "" ? <Unknown why={none} /> : <OneLine text={text} />;
}

/** Pixels of the card below. */
export const TRACE_CARD_PX = 84;

/** The same in three lines, for narrow screens. */
export function CompactTrace({ trace }: { trace: TraceSummary }) {
  const said = trace.first_input ?? trace.last_output;
  return (
    <>
      <span className="flex min-w-0 items-center gap-2.5">
        <TraceName trace={trace} />
      </span>
      <span className="mt-0.5 truncate pl-7 text-faint text-xs">{said ?? "–"}</span>
      <span className="mt-0.5 flex min-w-0 items-center gap-2 pl-7 text-faint text-xs tnum">
        <span className="truncate">{trace.service}</span>
        <span className="ml-auto flex shrink-0 gap-2">
          {trace.input_tokens !== null && <Tokens input={trace.input_tokens} output={trace.output_tokens} />}
          <Duration nanos={nanosToNumber(trace.duration_ns)} className="text-muted" />
          <TimeAgo iso={trace.start_time} />
        </span>
      </span>
    </>
  );
}
