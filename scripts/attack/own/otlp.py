"""OTLP messages, encoded by hand: an attacker needs no library, and the machine may have none."""

import gzip
import secrets
import time


def varint(number):
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def field(number, content):
    """A length-delimited field."""
    return varint(number << 3 | 2) + varint(len(content)) + content


def fixed(number, value):
    """A field of 64 bits."""
    return varint(number << 3 | 1) + value.to_bytes(8, "little")


def text(value):
    """An AnyValue that is a string."""
    return field(1, value.encode() if isinstance(value, str) else value)


def attribute(key, value):
    return field(1, key.encode()) + field(2, text(value))


def span(trace, number, name="op", attributes=(), at=None):
    at = at or time.time_ns()
    content = [field(1, trace), field(2, number.to_bytes(8, "big")), field(5, name.encode()), fixed(7, at), fixed(8, at + 1000)]
    content += [field(9, attribute(key, value)) for key, value in attributes]
    return b"".join(content)


def traces(spans, service="attack"):
    """An ExportTraceServiceRequest of one resource."""
    return _traces(b"".join(field(2, one) for one in spans), service)


def large_trace(trace, count, first=1):
    """The same of so many spans of one trace, made quickly: they differ in their ids alone."""
    mark = b"\xff" * 8
    before, after = field(2, span(trace, int.from_bytes(mark, "big"))).split(mark)
    return _traces(b"".join(before + number.to_bytes(8, "big") + after for number in range(first, first + count)), "attack")


def _traces(spans, service):
    resource = field(1, field(1, attribute("service.name", service)))
    return field(1, resource + field(2, spans))


def logs(bodies, service="attack"):
    """An ExportLogsServiceRequest of one resource."""
    resource = field(1, field(1, attribute("service.name", service)))
    records = b"".join(field(2, fixed(1, time.time_ns()) + field(5, text(body))) for body in bodies)
    return field(1, resource + field(2, records))


def one_span(trace=None, name="honest", **more):
    return traces([span(trace or new_trace(), int.from_bytes(secrets.token_bytes(7), "big") + 1, name, **more)])


def new_trace():
    return secrets.token_bytes(16)


def packed(message):
    return gzip.compress(message, 1)
