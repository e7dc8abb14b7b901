/** Ready-to-paste configuration for the common SDKs. Pure: text from an address and a key. */

export interface SnippetTarget {
  /** Host that takes OTLP/gRPC. */
  hostname: string;
  /** Whether the page came over TLS; gRPC then is assumed to use it too. */
  secure: boolean;
  /** Scheme, host and port of this page, which also takes OTLP/HTTP. */
  origin: string;
  apiKey: string;
}

export interface Snippet {
  id: string;
  label: string;
  /** What to install first, if anything. */
  install?: string;
  /** Name of the file it belongs in, or what it is. */
  file: string;
  code: string;
}

const GRPC_PORT = 50051;

/** Stands in for the key wherever the real one is not known. */
export const KEY_PLACEHOLDER = "YOUR_API_KEY";

export function snippetsFor(target: SnippetTarget): Snippet[] {
  return [junjo(target), python(target), node(target), environment(target), http(target)];
}

function junjo({ hostname, secure, apiKey }: SnippetTarget): Snippet {
  return {
    id: "junjo",
    label: "Junjo SDK",
    install: "pip install 'junjo>=0.67'",
    file: "telemetry.py",
    code: `from junjo.telemetry.junjo_otel_exporter import JunjoOtelExporter
from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider

exporter = JunjoOtelExporter(
    endpoint="${hostname}:${GRPC_PORT}",
    api_key="${apiKey}",
    insecure=${secure ? "False" : "True"},
)
resource = Resource.create({"service.name": "my-agent"})
provider = TracerProvider(resource=resource)
provider.add_span_processor(exporter.span_processor)
trace.set_tracer_provider(provider)`,
  };
}

function python({ hostname, secure, apiKey }: SnippetTarget): Snippet {
  return {
    id: "python",
    label: "Python",
    install: "pip install opentelemetry-sdk opentelemetry-exporter-otlp-proto-grpc",
    file: "telemetry.py",
    code: `from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

exporter = OTLPSpanExporter(
    endpoint="${hostname}:${GRPC_PORT}",
    headers={"x-junjo-api-key": "${apiKey}"},
    insecure=${secure ? "False" : "True"},
)
resource = Resource.create({"service.name": "my-agent"})
provider = TracerProvider(resource=resource)
provider.add_span_processor(BatchSpanProcessor(exporter))
trace.set_tracer_provider(provider)`,
  };
}

function node(target: SnippetTarget): Snippet {
  return {
    id: "node",
    label: "Node.js",
    install: "npm install @opentelemetry/sdk-node @opentelemetry/exporter-trace-otlp-grpc @grpc/grpc-js",
    file: "telemetry.mjs",
    code: `import { Metadata } from "@grpc/grpc-js";
import { OTLPTraceExporter } from "@opentelemetry/exporter-trace-otlp-grpc";
import { NodeSDK } from "@opentelemetry/sdk-node";

const metadata = new Metadata();
metadata.set("x-junjo-api-key", "${target.apiKey}");

const sdk = new NodeSDK({
  serviceName: "my-agent",
  traceExporter: new OTLPTraceExporter({ url: "${grpcUrl(target)}", metadata }),
});
sdk.start();`,
  };
}

function environment(target: SnippetTarget): Snippet {
  return {
    id: "env",
    label: "Environment",
    file: "any OpenTelemetry SDK",
    code: `export OTEL_SERVICE_NAME="my-agent"
export OTEL_EXPORTER_OTLP_ENDPOINT="${grpcUrl(target)}"
export OTEL_EXPORTER_OTLP_PROTOCOL="grpc"
export OTEL_EXPORTER_OTLP_HEADERS="x-junjo-api-key=${target.apiKey}"`,
  };
}

/** OTLP over HTTP: for networks that let nothing but HTTP pass, for browsers, and to try it by hand. */
function http({ origin, apiKey }: SnippetTarget): Snippet {
  return {
    id: "http",
    label: "HTTP",
    file: "any OpenTelemetry SDK, OTLP over HTTP",
    code: `export OTEL_SERVICE_NAME="my-agent"
export OTEL_EXPORTER_OTLP_ENDPOINT="${origin}"
export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_EXPORTER_OTLP_HEADERS="x-junjo-api-key=${apiKey}"

# or by hand: one span of one millisecond
NOW=$(date +%s)
curl "${origin}/v1/traces" \\
  -H "content-type: application/json" -H "x-junjo-api-key: ${apiKey}" \\
  -d '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"curl"}}]},
    "scopeSpans":[{"spans":[{"traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'",
    "name":"hello","kind":1,"startTimeUnixNano":"'$NOW'000000000","endTimeUnixNano":"'$NOW'001000000"}]}]}]}'`,
  };
}

function grpcUrl({ hostname, secure }: SnippetTarget): string {
  return `${secure ? "https" : "http"}://${hostname}:${GRPC_PORT}`;
}
