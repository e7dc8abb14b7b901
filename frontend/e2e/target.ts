/** What the flows run against, and how they send telemetry to it. */
import { execFile } from "node:child_process";
import { promisify } from "node:util";
import type { APIRequestContext } from "@playwright/test";

export const MOCK_URL = `http://localhost:${process.env.JUNJO_MOCK_PORT ?? 5152}`;
export const SESSION_FILE = "test-results/session.json";
export const SCREENSHOTS = "e2e/screenshots";

const isMock = process.env.JUNJO_E2E_URL === undefined;

export const account = {
  email: process.env.JUNJO_E2E_EMAIL ?? "ada@example.com",
  password: process.env.JUNJO_E2E_PASSWORD ?? "correct horse battery",
};

const SEND_TIMEOUT_MS = 240_000;

/** Sends at least one trace with the key. */
export async function sendTelemetry(request: APIRequestContext, apiKey: string): Promise<void> {
  const command = process.env.JUNJO_E2E_SEND;
  if (command) {
    await promisify(execFile)("sh", ["-c", command], {
      env: { ...process.env, JUNJO_API_KEY: apiKey },
      timeout: SEND_TIMEOUT_MS,
    });
    return;
  }
  if (!isMock) throw new Error("JUNJO_E2E_SEND must be set with JUNJO_E2E_URL");
  const answer = await request.post("/v1/traces", { headers: { "x-junjo-api-key": apiKey }, data: {} });
  if (!answer.ok()) throw new Error(`mock refused the key: ${answer.status()}`);
}

/** Makes sure that a span has a log record, and gives a text that finds it. The mock has records for its own spans. */
export async function sendLog(
  request: APIRequestContext,
  span: { traceId: string; spanId: string },
): Promise<string> {
  if (isMock) return "accepted";
  const made = await request.post("/api-keys", { data: { name: `logs ${Date.now()}` } });
  if (!made.ok()) throw new Error(`no API key: ${made.status()} ${await made.text()}`);
  const { key } = (await made.json()) as { key: string };
  const text = `budget nearly used, ${Date.now()}`;
  const record = {
    timeUnixNano: `${Date.now()}000000`,
    severityNumber: 13,
    severityText: "WARN",
    body: { stringValue: text },
    ...span,
  };
  const sent = await request.post("/v1/logs", {
    headers: { "x-junjo-api-key": key },
    data: { resourceLogs: [{ scopeLogs: [{ logRecords: [record] }] }] },
  });
  if (!sent.ok()) throw new Error(`log refused: ${sent.status()} ${await sent.text()}`);
  return text;
}

/** Sends one run of a workflow that has this identity and name, as the Junjo SDK does. */
export async function sendRun(
  request: APIRequestContext,
  run: { service_name: string; runtime_id: string; name: string },
): Promise<void> {
  const made = await request.post("/api-keys", { data: { name: `runs ${Date.now()}` } });
  if (!made.ok()) throw new Error(`no API key: ${made.status()} ${await made.text()}`);
  const { key } = (await made.json()) as { key: string };
  const texts = (values: Record<string, string>) =>
    Object.entries(values).map(([name, stringValue]) => ({ key: name, value: { stringValue } }));
  const span = {
    traceId: crypto.randomUUID().replaceAll("-", ""),
    spanId: crypto.randomUUID().replaceAll("-", "").slice(16),
    name: run.name,
    kind: 1,
    startTimeUnixNano: `${Date.now() - 1_000}000000`,
    endTimeUnixNano: `${Date.now()}000000`,
    attributes: texts({ "junjo.span_type": "workflow", "junjo.executable_runtime_id": run.runtime_id }),
  };
  const resource = { attributes: texts({ "service.name": run.service_name }) };
  const sent = await request.post("/v1/traces", {
    headers: { "x-junjo-api-key": key },
    data: { resourceSpans: [{ resource, scopeSpans: [{ spans: [span] }] }] },
  });
  if (!sent.ok()) throw new Error(`run refused: ${sent.status()} ${await sent.text()}`);
}

/** Puts the mock into a known state, with its clock stopped at `nowMs` if that is given; a real server stays as it is. */
export async function resetMock(
  request: APIRequestContext,
  state: "fresh" | "busy",
  nowMs?: number,
): Promise<void> {
  if (isMock) await request.post(`/__mock/reset?state=${state}${nowMs === undefined ? "" : `&now=${nowMs}`}`);
}
