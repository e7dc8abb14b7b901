/** Sums for the head of a trace page. Pure. */
import type { TraceModel } from "./build-trace";

export interface TraceTotals {
  errors: number;
  llmCalls: number;
  inputTokens: number | null;
  outputTokens: number | null;
  costUsd: number | null;
  unpricedCalls: number;
  services: string[];
  models: string[];
}

/** Only spans that call a model count: agents and chains often repeat the sums of their children. */
const CALLS_MODEL = new Set(["llm", "embedding", "reranker"]);

export function traceTotals(model: TraceModel): TraceTotals {
  const totals: TraceTotals = {
    errors: 0,
    llmCalls: 0,
    inputTokens: null,
    outputTokens: null,
    costUsd: null,
    unpricedCalls: 0,
    services: [],
    models: [],
  };
  const services = new Set<string>();
  const models = new Set<string>();
  const inCall = new Uint8Array(model.spans.length);
  model.spans.forEach((span, index) => {
    services.add(span.service);
    if (span.status === "error") totals.errors += 1;
    const up = model.parent[index] ?? -1;
    const inside = up >= 0 && inCall[up] === 1;
    const calls = span.role !== null && CALLS_MODEL.has(span.role);
    inCall[index] = inside || calls ? 1 : 0;
    if (!calls || inside) return;
    if (span.role === "llm") totals.llmCalls += 1;
    if (span.model) models.add(span.model);
    totals.inputTokens = add(totals.inputTokens, span.input_tokens);
    totals.outputTokens = add(totals.outputTokens, span.output_tokens);
    totals.costUsd = add(totals.costUsd, span.cost_usd);
    if (span.cost_usd === null) totals.unpricedCalls += 1;
  });
  totals.services = [...services].sort();
  totals.models = [...models].sort();
  return totals;
}

function add(sum: number | null, value: number | null): number | null {
  return value === null ? sum : (sum ?? 0) + value;
}
