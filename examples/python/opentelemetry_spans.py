"""Plain OpenTelemetry: a conversation turn with a retrieval, a model call and, now and then, a failure."""

import sys
import urllib.parse

from opentelemetry import trace
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter

from sending import Counted, IdWriter, parser, repeatedly

# what listens on the ports that are usual for each
PROTOCOLS = {50051: "grpc", 4317: "grpc", 26155: "grpc", 4318: "http", 1324: "http"}


def protocol_of(endpoint: str) -> str:
    """What is spoken at an endpoint, by its port; gRPC where that says nothing."""
    _, _, place = endpoint.rpartition("://")
    return PROTOCOLS.get(urllib.parse.urlsplit(f"//{place}").port or 0, "grpc")


def exporter(protocol: str, endpoint: str, key: str, compression: str) -> SpanExporter:
    """The stock exporter of the OpenTelemetry SDK; only endpoint and key are ours."""
    headers = {"x-junjo-api-key": key}
    if protocol == "grpc":
        import grpc
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter

        kinds = {"none": grpc.Compression.NoCompression, "gzip": grpc.Compression.Gzip}
        return OTLPSpanExporter(endpoint=endpoint, insecure=True, headers=headers, compression=kinds[compression])
    from opentelemetry.exporter.otlp.proto.http import Compression
    from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter as HttpExporter

    return HttpExporter(endpoint=f"{endpoint}/v1/traces", headers=headers, compression=Compression(compression))


def turn(tracer: trace.Tracer, number: int) -> None:
    """One turn of a conversation, as instrumentations record it."""
    with tracer.start_as_current_span("answer question") as root:
        root.set_attribute("session.id", f"conversation-{number // 10}")
        with tracer.start_as_current_span("search documents") as search:
            search.set_attribute("db.query.text", "SELECT text FROM documents WHERE topic = $1")
        with tracer.start_as_current_span("chat gpt-4o-mini") as call:
            call.set_attributes({
                "gen_ai.operation.name": "chat", "gen_ai.provider.name": "openai",
                "gen_ai.request.model": "gpt-4o-mini", "gen_ai.usage.input_tokens": 310,
                "gen_ai.usage.output_tokens": 42,
            })
            if number % 10 == 9:
                call.set_status(trace.StatusCode.ERROR, "rate limited")
                call.record_exception(TimeoutError("rate limited, try again in 20 s"))


def main() -> None:
    arguments = parser(__doc__, "")
    arguments.add_argument("--protocol", choices=["grpc", "http"], help="without it, what the endpoint's port is known for")
    arguments.add_argument("--compression", choices=["none", "gzip", "deflate"], default="none")
    arguments.add_argument("--service", default="example-opentelemetry")
    chosen = arguments.parse_args()
    protocol = chosen.protocol or protocol_of(chosen.endpoint)
    endpoint = chosen.endpoint or ("localhost:50051" if protocol == "grpc" else "http://localhost:4318")
    provider = TracerProvider(resource=Resource.create({"service.name": chosen.service}))
    sender = Counted(exporter(protocol, endpoint, chosen.key, chosen.compression))
    provider.add_span_processor(BatchSpanProcessor(sender, schedule_delay_millis=500))
    if chosen.ids:
        provider.add_span_processor(IdWriter(chosen.ids))
    tracer = provider.get_tracer("example")
    for number in repeatedly(chosen.seconds, chosen.pause):
        turn(tracer, number)
    provider.shutdown()
    if sender.failed:
        sys.exit(f"{sender.failed} spans were not taken: is {protocol} spoken at {endpoint}? (--protocol grpc or http)")


if __name__ == "__main__":
    main()
