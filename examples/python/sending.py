"""What both examples share: the command line, ids of what was sent, and a steady pace."""

import argparse
import os
import threading
import time

from opentelemetry.sdk.trace import ReadableSpan, SpanProcessor
from opentelemetry.sdk.trace.export import SpanExporter, SpanExportResult


class IdWriter(SpanProcessor):
    """Writes "trace_id span_id" of each ended span, so that somebody can check what arrived."""

    def __init__(self, path: str) -> None:
        self._file = open(path, "a", encoding="ascii", buffering=1)
        self._lock = threading.Lock()

    def on_end(self, span: ReadableSpan) -> None:
        context = span.context
        with self._lock:
            self._file.write(f"{context.trace_id:032x} {context.span_id:016x}\n")


class Counted(SpanExporter):
    """Counts the spans that another exporter could not get rid of: exporters log that, and programs end as if all were well."""

    def __init__(self, exporter: SpanExporter) -> None:
        self._exporter = exporter
        self.failed = 0

    def export(self, spans) -> SpanExportResult:
        result = self._exporter.export(spans)
        if result is not SpanExportResult.SUCCESS:
            self.failed += len(spans)
        return result

    def shutdown(self) -> None:
        self._exporter.shutdown()

    def force_flush(self, timeout_millis: int = 30_000) -> bool:
        return self._exporter.force_flush(timeout_millis)


def parser(description: str, endpoint: str) -> argparse.ArgumentParser:
    """The arguments that every sender takes."""
    arguments = argparse.ArgumentParser(description=description)
    arguments.add_argument("--endpoint", default=endpoint)
    arguments.add_argument("--key", default=os.environ.get("JUNJO_API_KEY", ""), help="API key ($JUNJO_API_KEY)")
    arguments.add_argument("--seconds", type=float, default=0, help="go on for so long; 0: once")
    arguments.add_argument("--pause", type=float, default=0.2, help="seconds between two runs")
    arguments.add_argument("--ids", help="file for the ids of what was sent")
    return arguments


def repeatedly(seconds: float, pause: float):
    """Yields once, and then every `pause` until `seconds` have passed."""
    end = time.monotonic() + seconds
    yield 0
    number = 1
    while time.monotonic() + pause < end:
        time.sleep(pause)
        yield number
        number += 1
