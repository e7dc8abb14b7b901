/** What the palette offers for a text: commands, services, and traces that the server finds. */
import { useQuery } from "@tanstack/react-query";
import { useNavigate } from "@tanstack/react-router";
import { Boxes, ListTree, type LucideIcon, Zap } from "lucide-react";
import { useDeferredValue } from "react";
import { formatAge } from "@/lib/format/time";
import { allCommands, useCommandStore } from "@/state/commands";
import { serviceNamesQuery } from "@/telemetry/services/services-query";
import { searchTracesQuery, type TraceSummary } from "@/telemetry/traces/traces-query";
import { asTraceId } from "@/telemetry/traces/traces-search";
import { ranked } from "./palette-ranking";

export interface Entry {
  id: string;
  label: string;
  words?: string;
  group: string;
  note?: string;
  keys?: string;
  icon: LucideIcon;
  run: () => void;
}

const SERVICES_MAX = 5;
/** Fewest letters that are worth a search on the server. */
const SEARCH_FROM = 2;

export function usePaletteEntries(query: string): Entry[] {
  const state = useCommandStore();
  const open = useOpenings();
  const text = query.trim();
  const traceId = asTraceId(query);
  const deferred = useDeferredValue(text);
  const services = useQuery(serviceNamesQuery());
  const traces = useQuery({
    ...searchTracesQuery(deferred),
    enabled: deferred.length >= SEARCH_FROM && asTraceId(deferred) === undefined,
  });

  const commands = allCommands(state)
    .filter((command) => command.id !== "palette")
    .map((command): Entry => ({ ...command, icon: Zap }));
  const named = text === "" ? [] : (services.data ?? []).map((service) => serviceEntry(service, open));
  const found = text.length >= SEARCH_FROM ? (traces.data ?? []) : [];
  return [
    ...(traceId ? [pastedEntry(traceId, open)] : []),
    ...ranked(commands, text),
    ...ranked(named, text).slice(0, SERVICES_MAX),
    ...found.map((trace) => traceEntry(trace, open)),
  ];
}

interface Openings {
  trace: (traceId: string) => void;
  service: (service: string) => void;
}

function useOpenings(): Openings {
  const navigate = useNavigate();
  return {
    trace: (traceId) => void navigate({ to: "/traces/$traceId", params: { traceId } }),
    service: (service) => void navigate({ to: "/services/$service", params: { service } }),
  };
}

function pastedEntry(traceId: string, open: Openings): Entry {
  return {
    id: "open-trace",
    label: `Open trace ${traceId.slice(0, 12)}…`,
    group: "Trace id",
    icon: ListTree,
    run: () => open.trace(traceId),
  };
}

function serviceEntry(service: string, open: Openings): Entry {
  return {
    id: `service-${service}`,
    label: service,
    note: "service",
    group: "Services",
    icon: Boxes,
    run: () => open.service(service),
  };
}

function traceEntry(trace: TraceSummary, open: Openings): Entry {
  return {
    id: trace.trace_id,
    label: trace.root_name || "(no name)",
    note: `${trace.service} · ${formatAge(trace.start_time, Date.now())}`,
    group: "Traces",
    icon: ListTree,
    run: () => open.trace(trace.trace_id),
  };
}
