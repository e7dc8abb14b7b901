"""Records what a library's instrumentation exports: OTLP requests, each after its length as a varint."""
import pathlib
import sys

from opentelemetry import _logs, trace
from opentelemetry.exporter.otlp.proto.common._log_encoder import encode_logs
from opentelemetry.exporter.otlp.proto.common.trace_encoder import encode_spans
from opentelemetry.sdk._logs import LoggerProvider
from opentelemetry.sdk._logs.export import LogRecordExporter, LogRecordExportResult, SimpleLogRecordProcessor
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor, SpanExporter, SpanExportResult


def varint(number):
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)


class LogRecorder(LogRecordExporter):
    def __init__(self):
        self.records = []

    def export(self, batch):
        self.records.extend(batch)
        return LogRecordExportResult.SUCCESS

    def shutdown(self):
        pass

    def force_flush(self, timeout_millis=0):
        return True


class Recorder(SpanExporter):
    def __init__(self):
        self.spans = []
        self.logs = LogRecorder()

    def export(self, spans):
        self.spans.extend(spans)
        return SpanExportResult.SUCCESS

    def save(self, name):
        folder = pathlib.Path(sys.argv[1])
        write(folder / f"real_{name}.bin", encode_spans(self.spans))
        if self.logs.records:
            write(folder / f"real_{name}.logs.bin", encode_logs(self.logs.records))
        for span in self.spans:
            print(f"  {span.instrumentation_scope.name}: {span.name}")


def write(path, message):
    request = message.SerializeToString()
    path.write_bytes(varint(len(request)) + request)
    print(f"{path.name}: {len(request)} bytes")


def start(service):
    """Sets the global providers of traces and logs; what they export is in the recorder that is returned."""
    recorder = Recorder()
    resource = Resource({"service.name": service})
    logs = LoggerProvider(resource=resource)
    logs.add_log_record_processor(SimpleLogRecordProcessor(recorder.logs))
    _logs.set_logger_provider(logs)
    provider = TracerProvider(resource=resource)
    provider.add_span_processor(SimpleSpanProcessor(recorder))
    trace.set_tracer_provider(provider)
    return recorder
