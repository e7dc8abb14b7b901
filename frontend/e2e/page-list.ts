/** Every page behind the sign-in, with an address that shows something. */
import type { Page } from "@playwright/test";

interface Trace {
  trace_id: string;
  root_role: string | null;
  span_count: number;
  service: string;
  workflow_count: number;
  session_id: string | null;
  user_id: string | null;
}

interface Span {
  span_id: string;
  parent_span_id: string | null;
  role: string | null;
  model: string | null;
}

/** Name and URL of each page; traces and runs are those that the server has. */
export async function pageList(page: Page): Promise<[string, string][]> {
  const read = async <T>(url: string) => (await (await page.request.get(url)).json()) as T;
  const { items } = await read<{ items: Trace[] }>("/otel/traces?limit=50");
  const largest = items.reduce((best, item) => (item.span_count > best.span_count ? item : best));
  const { spans } = await read<{ spans: Span[] }>(`/otel/trace/${largest.trace_id}`);
  const call = spans.find((span) => span.role === "llm") ?? spans.at(-1);
  const runs = await read<{ items: { trace_id: string; span_id: string; structural_id: string | null }[] }>(
    "/otel/runs?limit=50",
  );
  const first = runs.items.find((item) => item.structural_id !== null) ?? runs.items[0];
  const agent = items.find((item) => item.root_role === "agent")?.trace_id;
  const ofAgent = agent === undefined ? [] : (await read<{ spans: Span[] }>(`/otel/trace/${agent}`)).spans;
  const agentRun = `/runs/${agent}/${ofAgent.find((span) => span.parent_span_id === null)?.span_id}`;
  const conversation = items.find((item) => item.session_id !== null)?.session_id;
  const user = items.find((item) => item.user_id !== null)?.user_id;
  const other = items.find((item) => item.trace_id !== largest.trace_id) ?? largest;
  const trace = `/traces/${largest.trace_id}`;
  const run = `/runs/${first?.trace_id}/${first?.span_id}`;
  return [
    ["overview", "/overview"],
    ["traces", "/traces"],
    ["trace", `${trace}?critical=true`],
    ["trace-tree", `${trace}?view=tree`],
    ["trace-read", `${trace}?view=read`],
    ["trace-found", `${trace}?find=e&span=${call?.span_id}`],
    ["span", `${trace}?span=${call?.span_id}`],
    ["span-attributes", `${trace}?span=${call?.span_id}&tab=attributes`],
    ["span-raw", `${trace}?span=${call?.span_id}&tab=raw`],
    ["runs", "/runs"],
    ["run", run],
    ["run-step", `${run}?step=2&show=state`],
    ["run-blame", `${run}?step=3&show=blame`],
    ["run-facts", `${run}?tab=run`],
    ["overlay", `/runs/overlay/${first?.structural_id}?range=all`],
    ["agent", agentRun],
    ["agent-step", `${agentRun}?step=1`],
    ["errors", "/errors?state=all"],
    ["logs", "/logs"],
    ["logs-none", "/logs?q=nothing-has-this-text"],
    ["span-logs", `${trace}?tab=logs`],
    ["conversations", "/conversations"],
    ["conversation", `/conversations/${encodeURIComponent(conversation ?? "none")}`],
    ["users", "/users"],
    ["user", `/users/${encodeURIComponent(user ?? "none")}?range=all`],
    ["traces-columns", "/traces?cols=user,session,input,output,attributes.http.route&order=cost"],
    ["services", "/services"],
    ["service", `/services/${encodeURIComponent(largest.service)}`],
    ["models", "/models"],
    ["model", `/models/${encodeURIComponent(call?.model ?? "none")}`],
    ["compare", `/compare?a=${largest.trace_id}&b=${other.trace_id}`],
    ["profile", "/settings/profile"],
    ["api-keys", "/settings/api-keys"],
    ["accounts", "/settings/accounts"],
    ["audit", "/settings/audit"],
    ["ingestion", "/settings/ingestion"],
    ["storage", "/settings/storage"],
    ["about", "/settings/about"],
    ["welcome", "/welcome"],
    ["not-found", "/nowhere"],
  ];
}
