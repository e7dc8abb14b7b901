// OpenTelemetry JS: sends a small trace now and then with one of the stock exporters.
//
//   npm ci
//   JUNJO_API_KEY=… node send.mjs --protocol json      (or proto, grpc)
//
// --endpoint http://localhost:4318 (grpc: http://localhost:50051), --seconds N to go on, --ids FILE to write what was sent.
import { appendFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { parseArgs } from "node:util";
import { SpanStatusCode, trace } from "@opentelemetry/api";
import { resourceFromAttributes } from "@opentelemetry/resources";
import { BatchSpanProcessor, NodeTracerProvider } from "@opentelemetry/sdk-trace-node";

const { values } = parseArgs({
  options: {
    protocol: { type: "string", default: "json" },
    endpoint: { type: "string" },
    key: { type: "string", default: process.env.JUNJO_API_KEY ?? "" },
    compression: { type: "string", default: "none" },
    seconds: { type: "string", default: "0" },
    pause: { type: "string", default: "0.2" },
    ids: { type: "string" },
  },
});

async function exporter() {
  const { protocol, compression, key } = values;
  if (protocol === "grpc") {
    const { OTLPTraceExporter } = await import("@opentelemetry/exporter-trace-otlp-grpc");
    const { Metadata } = await import("@grpc/grpc-js");
    const metadata = new Metadata();
    metadata.set("x-junjo-api-key", key);
    return new OTLPTraceExporter({ url: values.endpoint ?? "http://localhost:50051", metadata, compression });
  }
  const module = `@opentelemetry/exporter-trace-otlp-${protocol === "json" ? "http" : "proto"}`;
  const { OTLPTraceExporter } = await import(module);
  const url = `${values.endpoint ?? "http://localhost:4318"}/v1/traces`;
  return new OTLPTraceExporter({ url, headers: { "x-junjo-api-key": key }, compression });
}

// Writes "trace_id span_id" of each ended span, so that somebody can check what arrived.
const idWriter = {
  onStart() {},
  onEnd(span) {
    const { traceId, spanId } = span.spanContext();
    appendFileSync(values.ids, `${traceId} ${spanId}\n`);
  },
  async forceFlush() {},
  async shutdown() {},
};

const provider = new NodeTracerProvider({
  resource: resourceFromAttributes({ "service.name": "example-javascript" }),
  spanProcessors: [
    new BatchSpanProcessor(await exporter(), { scheduledDelayMillis: 500 }),
    ...(values.ids ? [idWriter] : []),
  ],
});
provider.register();
const tracer = trace.getTracer("example");

function turn(number) {
  tracer.startActiveSpan("answer question", (root) => {
    tracer.startActiveSpan("chat gpt-4o-mini", (call) => {
      call.setAttributes({
        "gen_ai.operation.name": "chat",
        "gen_ai.provider.name": "openai",
        "gen_ai.request.model": "gpt-4o-mini",
        "gen_ai.usage.input_tokens": 210,
        "gen_ai.usage.output_tokens": 33,
      });
      if (number % 10 === 9) call.setStatus({ code: SpanStatusCode.ERROR, message: "rate limited" });
      call.end();
    });
    root.end();
  });
}

const end = Date.now() + Number(values.seconds) * 1000;
for (let number = 0; number === 0 || Date.now() < end; number++) {
  turn(number);
  await pause(Number(values.pause) * 1000);
}
try {
  await provider.shutdown();
} catch (error) {
  // a failed last flush throws here; what was lost shows when ids are compared
  console.error(String(error));
  process.exitCode = 1;
}
