/** What the Go server's page does with its API: its calls, made by a real browser at another origin, and its schemas. */
import { createServer } from "node:http";
import type { Page } from "@playwright/test";

export interface Answer {
  status: number;
  ok: boolean;
  body: unknown;
}

/** Serves an empty page at the old page's address, opens it, and returns how to stop serving. */
export async function openOldPage(page: Page, origin: string): Promise<() => void> {
  const server = createServer((_, response) => {
    response.setHeader("content-type", "text/html");
    response.end("<!doctype html><title>old page</title>");
  });
  await new Promise<void>((resolve) => server.listen(Number(new URL(origin).port), "127.0.0.1", resolve));
  await page.goto(origin);
  return () => server.close();
}

/** The API as the old page calls it: JSON in, JSON out, with cookies unless said otherwise. */
export class OldApi {
  private readonly page: Page;
  private readonly host: string;

  constructor(page: Page, host: string) {
    this.page = page;
    this.host = host;
  }

  call(
    method: string,
    path: string,
    body?: unknown,
    credentials: RequestCredentials = "include",
  ): Promise<Answer> {
    return this.page.evaluate(
      async ({ url, method, body, credentials }) => {
        const init: RequestInit = { method, credentials };
        if (body !== undefined) {
          init.headers = { "Content-Type": "application/json" };
          init.body = JSON.stringify(body);
        }
        const response = await fetch(url, init);
        const text = await response.text();
        return { status: response.status, ok: response.ok, body: text === "" ? null : JSON.parse(text) };
      },
      { url: `${this.host}${path}`, method, body, credentials },
    );
  }

  get(path: string): Promise<Answer> {
    return this.call("GET", path);
  }
}

type Fields = Record<string, unknown>;
type Check = (value: unknown) => boolean;

const isText: Check = (value) => typeof value === "string";
const isNumber: Check = (value) => typeof value === "number";
const isObject: Check = (value) => typeof value === "object" && value !== null && !Array.isArray(value);
const isTime: Check = (value) =>
  isText(value) && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)$/.test(value as string);
const isTextOrNull: Check = (value) => value === null || isText(value);
const list =
  (check: Check): Check =>
  (value) =>
    Array.isArray(value) && value.every(check);
const oneOf =
  (...words: string[]): Check =>
  (value) =>
    words.includes(value as string);
const optional =
  (check: Check): Check =>
  (value) =>
    value === undefined || check(value);

const USER = {
  ID: Number.isInteger,
  Email: isText,
  CreatedAt: (value: unknown) => isTime(value) && (value as string).endsWith("Z"),
};
const KEY = { Key: isText, Name: isText, CreatedAt: isText };
const SPAN = {
  span_id: isText,
  trace_id: isText,
  service_name: isText,
  name: isText,
  kind: isText,
  status_code: isText,
  status_message: isText,
  attributes_json: isObject,
  start_time: isTime,
  end_time: isTime,
  events_json: list((event) => isObject(event) && isNumber((event as Fields).timeUnixNano)),
  links_json: list(isObject),
  parent_span_id: isTextOrNull,
  trace_flags: isNumber,
  trace_state: (value: unknown) => value !== undefined,
  junjo_id: isText,
  junjo_parent_id: isText,
  junjo_wf_store_id: isText,
  junjo_span_type: oneOf("workflow", "subflow", "node", "run_concurrent", ""),
  junjo_wf_state_start: isObject,
  junjo_wf_state_end: isObject,
  junjo_wf_graph_structure: isObject,
};
const NODE = {
  id: isText,
  type: isText,
  label: isText,
  children: optional(list(isText)),
  subflowSourceId: optional(isText),
  subflowSinkId: optional(isText),
};
const EDGE = {
  id: isText,
  source: isText,
  target: isText,
  condition: optional(isTextOrNull),
  type: optional(oneOf("explicit", "subflow")),
  subflowId: optional(isTextOrNull),
};

/** Fields of the items that the old page would refuse; it refuses a whole list for one of them. */
function refused(items: unknown, schema: Record<string, Check>): string[] {
  if (!Array.isArray(items)) return ["no list"];
  return items.flatMap((item: Fields, place) =>
    Object.entries(schema)
      .filter(([field, check]) => !check(item[field]))
      .map(([field]) => `[${place}].${field}`),
  );
}

export interface OldSpan {
  trace_id: string;
  span_id: string;
  name: string;
  start_time: string;
  junjo_id: string;
  junjo_span_type: string;
  junjo_wf_graph_structure: { nodes?: { id: string }[]; edges?: unknown[] };
}

function parsed<T>(answer: Answer, schema: Record<string, Check>): T[] {
  const wrong = answer.ok ? refused(answer.body, schema) : [`status ${answer.status}`];
  if (wrong.length > 0) throw new Error(`the old page refuses this: ${wrong.slice(0, 10).join(", ")}`);
  return answer.body as T[];
}

export const users = (answer: Answer) => parsed<{ ID: number; Email: string }>(answer, USER);
export const keys = (answer: Answer) => parsed<{ Key: string; Name: string }>(answer, KEY);
export const spans = (answer: Answer) => parsed<OldSpan>(answer, SPAN);

/** Ids of a run's graph as the old page would draw it; it shows an error where the graph is none. */
export function nodesOf(run: OldSpan): string[] {
  const { nodes, edges } = run.junjo_wf_graph_structure;
  const wrong = [...refused(nodes, NODE), ...refused(edges, EDGE)];
  if (wrong.length > 0) throw new Error(`${run.name} cannot be drawn: ${wrong.join(", ")}`);
  return (nodes ?? []).map((node) => node.id);
}
