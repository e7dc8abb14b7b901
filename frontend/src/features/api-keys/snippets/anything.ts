/** Snippets that need no SDK, or go for all of them. */
import type { Snippet, SnippetTarget } from "./snippet";

export function environment({ grpcUrl, httpUrl, apiKey }: SnippetTarget): Snippet {
  const grpc =
    grpcUrl === null
      ? ""
      : `

# or over gRPC, in the place of the first two lines:
#export OTEL_EXPORTER_OTLP_PROTOCOL="grpc"
#export OTEL_EXPORTER_OTLP_ENDPOINT="${grpcUrl}"`;
  return {
    id: "env",
    label: "Any SDK",
    group: "language",
    about: "Every OpenTelemetry SDK reads these, in Go, Java, .NET, Ruby, Rust and others.",
    files: [
      {
        name: "shell",
        code: `export OTEL_EXPORTER_OTLP_PROTOCOL="http/protobuf"
export OTEL_EXPORTER_OTLP_ENDPOINT="${httpUrl}"
export OTEL_EXPORTER_OTLP_HEADERS="x-junjo-api-key=${apiKey}"
export OTEL_SERVICE_NAME="my-agent"${grpc}`,
      },
    ],
  };
}

/** By hand; JSON, which the page's own port always takes. */
export function curl({ pageUrl, apiKey }: SnippetTarget): Snippet {
  return {
    id: "curl",
    label: "curl",
    group: "language",
    about: "One span of one millisecond, to see whether the way here is open.",
    files: [],
    run: `NOW=$(date +%s)
curl "${pageUrl}/v1/traces" \\
  -H "content-type: application/json" -H "x-junjo-api-key: ${apiKey}" \\
  -d '{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"my-agent"}}]},
    "scopeSpans":[{"spans":[{"traceId":"'$(openssl rand -hex 16)'","spanId":"'$(openssl rand -hex 8)'",
    "name":"hello","kind":1,"startTimeUnixNano":"'$NOW'000000000","endTimeUnixNano":"'$NOW'001000000"}]}]}]}'`,
  };
}
