// The client of scripts/split.sh, over the REST API of the server that it started:
//   node split-client.mjs key        registers the first user, prints a new API key
//   node split-client.mjs arrived    waits until everything that was acknowledged is queryable, and prints it
const base = `http://${process.env.JUNJO_HTTP_ADDR}`;
const credentials = { email: "split@example.com", password: process.env.JUNJO_SPLIT_PASSWORD };
const PATIENCE_MS = 30_000;
let cookie = "";

async function call(method, path, body) {
  const headers = { cookie, ...(body ? { "content-type": "application/json" } : {}) };
  const response = await fetch(base + path, { method, headers, body: body && JSON.stringify(body) });
  if (!response.ok) throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
  cookie = response.headers.getSetCookie().map((set) => set.split(";")[0])[0] ?? cookie;
  return response.json();
}

// Everything is here when nothing waits in the ingestion service and the index has what the log has. An ingestion service
// says within 10 seconds that nothing waits; two equal looks in a row leave no batch between the two.
async function drained() {
  let before = "";
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await new Promise((resolve) => setTimeout(resolve, 500))) {
    const status = await call("GET", "/otel/status");
    const [source] = status.sources;
    const now = `${status.accepted_spans} ${source.pulled_items}`;
    const isDone = source.connected && source.waiting_batches === 0 && status.accepted_spans > 0;
    if (isDone && status.accepted_spans === status.indexed_spans && now === before) return status;
    before = now;
  }
  throw new Error(`the spans did not arrive: ${JSON.stringify(await call("GET", "/otel/status"))}`);
}

async function arrived() {
  await call("POST", "/auth/login", credentials);
  const status = await drained();
  const [source] = status.sources;
  console.log(`server: ${status.indexed_spans} spans indexed, ${source.pulled_items} spans and log records pulled`);
  for (const service of (await call("GET", "/otel/services")).items) {
    console.log(`  service ${service.name}: ${service.span_count} spans in ${service.trace_count} traces`);
  }
  for (const trace of (await call("GET", "/otel/traces?limit=5")).items) {
    console.log(`  trace ${trace.trace_id} ${trace.root_name}: ${trace.span_count} spans, ${trace.llm_call_count} model calls`);
  }
}

if (process.argv[2] === "key") {
  await call("POST", "/auth/register", credentials);
  console.log((await call("POST", "/api-keys", { name: "split" })).key);
} else {
  await arrived();
}
