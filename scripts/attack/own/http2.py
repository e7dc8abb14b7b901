"""HTTP/2 frame by frame (RFC 9113), so that windows stay shut, streams stay open, and frames come that no client sends."""

import socket
import struct
import threading
import time

PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"
DATA, HEADERS, RST_STREAM, SETTINGS, PING, GOAWAY, WINDOW_UPDATE = 0, 1, 3, 4, 6, 7, 8
END_STREAM, END_HEADERS, ACK = 1, 4, 1
INITIAL_WINDOW_SIZE = 4
GRPC_EXPORT = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"


def frame(kind, flags, stream, payload=b""):
    return len(payload).to_bytes(3, "big") + bytes((kind, flags)) + stream.to_bytes(4, "big") + payload


def settings(**values):
    known = {"window": INITIAL_WINDOW_SIZE}
    return frame(SETTINGS, 0, 0, b"".join(struct.pack(">HI", known[name], value) for name, value in values.items()))


def _text(value):
    content = value.encode()
    if len(content) < 127:
        return bytes((len(content),)) + content
    rest, out = len(content) - 127, bytearray((127,))
    while rest >= 128:
        out.append(rest & 127 | 128)
        rest >>= 7
    return bytes(out) + bytes((rest,)) + content


def header_block(fields):
    """HPACK without its tables: every field as a literal that is not indexed."""
    return b"".join(b"\0" + _text(name) + _text(value) for name, value in fields)


class Connection:
    """One connection. It reads in a thread, and answers settings and pings, unless it is told to be deaf."""

    def __init__(self, address, window=None, deaf=False):
        name, port = address.rsplit(":", 1)
        self.socket = socket.create_connection((name, int(port)), timeout=20)
        if deaf:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        self.lock = threading.Lock()
        self.next = 1
        self.received = {}
        self.ended_at = None
        self.changed = threading.Condition()
        hello = settings() if window is None else settings(window=window)
        self.socket.sendall(PREFACE + hello)
        if not deaf:
            threading.Thread(target=self._read, daemon=True).start()

    def send(self, data):
        with self.lock:
            self.socket.sendall(data)

    def request(self, method, path, headers=(), end=True):
        """Opens a stream; returns its number."""
        with self.lock:
            stream = self.next
            self.next += 2
            fields = [(":method", method), (":scheme", "http"), (":path", path), (":authority", "localhost"), *headers]
            flags = END_HEADERS | (END_STREAM if end else 0)
            self.socket.sendall(frame(HEADERS, flags, stream, header_block(fields)))
        return stream

    def export(self, key, message, end=True):
        """An export over gRPC."""
        headers = [("content-type", "application/grpc"), ("te", "trailers"), ("x-junjo-api-key", key)]
        stream = self.request("POST", GRPC_EXPORT, headers, end=False)
        body = b"\0" + len(message).to_bytes(4, "big") + message
        for start in range(0, len(body), 16384):
            self.send(frame(DATA, 0, stream, body[start:start + 16384]))
        if end:
            self.send(frame(DATA, END_STREAM, stream))
        return stream

    def body_of(self, stream, seconds):
        """What a stream's body is once it has ended; None when it was reset, refused or did not end in time."""
        with self.changed:
            self.changed.wait_for(lambda: self.ended_at or self.received.get(stream, {}).get("ended"), seconds)
            got = self.received.get(stream, {})
        return bytes(got["body"]) if got.get("ended") and not got.get("reset") else None

    def forget(self, stream):
        """Lets go what is known of a stream that has ended."""
        with self.changed:
            self.received.pop(stream, None)

    def wait_ended(self, seconds):
        """Whether the server ends the connection in time."""
        with self.changed:
            return bool(self.changed.wait_for(lambda: self.ended_at, seconds))

    def close(self):
        self.socket.close()

    def _exactly(self, count):
        data = b""
        while len(data) < count:
            more = self.socket.recv(count - len(data))
            if not more:
                raise ConnectionError("the server closed the connection")
            data += more
        return data

    def _read(self):
        try:
            self.socket.settimeout(None)
            while True:
                head = self._exactly(9)
                payload = self._exactly(int.from_bytes(head[:3], "big"))
                self._take(head[3], head[4], int.from_bytes(head[5:], "big") & 0x7FFFFFFF, payload)
        except (OSError, ConnectionError):
            with self.changed:
                self.ended_at = time.monotonic()
                self.changed.notify_all()

    def _take(self, kind, flags, stream, payload):
        if kind == SETTINGS and not flags & ACK:
            self.send(frame(SETTINGS, ACK, 0))
        elif kind == PING and not flags & ACK:
            self.send(frame(PING, ACK, 0, payload))
        elif kind in (DATA, HEADERS, RST_STREAM):
            with self.changed:
                got = self.received.setdefault(stream, {"body": bytearray()})
                if kind == DATA:
                    got["body"] += payload
                if not got.get("ended"):  # a reset after the end says only that the rest of a request is not needed
                    got["reset"] = kind == RST_STREAM
                    got["ended"] = got["reset"] or bool(flags & END_STREAM)
                self.changed.notify_all()


def export_once(address, key, message, timeout=20):
    """One export over gRPC by a new connection: 200 when acknowledged, 503 when refused, 0 without an answer; and seconds."""
    started = time.monotonic()
    try:
        connection = Connection(address)
        try:
            body = connection.body_of(connection.export(key, message), timeout)
        finally:
            connection.close()
    except OSError:
        return 0, time.monotonic() - started
    # a refusal has trailers alone; an acknowledgement has a message, which is empty when all was accepted
    status = 0 if body is None else 200 if body[:1] == b"\0" else 503
    return status, time.monotonic() - started


def flood(address, unit, seconds):
    """Sends the same bytes again and again and reads nothing; returns the bytes sent and whether the server ended it."""
    connection = Connection(address, deaf=True)
    sent, end = 0, time.monotonic() + seconds
    connection.socket.settimeout(1)
    try:
        while time.monotonic() < end:
            try:
                sent += connection.socket.send(unit)
            except TimeoutError:
                continue  # the server does not read on
    except OSError:
        return sent, True
    finally:
        connection.close()
    return sent, False
