"""A sender as exporters are: it sends at a steady rate, sends again what is refused for now, and remembers what was acknowledged."""

import contextlib
import http.client
import itertools
import os
import secrets
import threading
import time

import http2
import otlp

SPANS_PER_REQUEST = 100
SPANS_PER_TRACE = 50
# half over gRPC, half over HTTP
CONNECTIONS = 8
# after a refusal, as Retry-After says, and then twice as long each time up to the last
PAUSES = (1, 2, 4, 8)
# a request that is not acknowledged for so long is given up, which counts as refused for good
PATIENCE_SECONDS = 120
ATTRIBUTES = [("gen_ai.request.model", "a-model"), ("http.request.method", "POST"), ("note", "an honest span " * 8)]


class Refused(Exception):
    """An answer that exporters do not repeat."""


def message():
    """A request, and the ids of its traces."""
    traces = [otlp.new_trace() for _ in range(SPANS_PER_REQUEST // SPANS_PER_TRACE)]
    spans = [otlp.span(trace, number + 1, f"step {number}", ATTRIBUTES) for trace in traces for number in range(SPANS_PER_TRACE)]
    return traces, otlp.traces(spans, service="honest")


class Http:
    """Exports over one HTTP/1.1 connection that is kept."""

    def __init__(self, target):
        self.target, self.connection = target, None

    def send(self, body):
        """True when acknowledged, False when refused for now."""
        fresh = self.connection is None
        self.connection = self.connection or http.client.HTTPConnection(self.target.otlp, timeout=30)
        headers = {"content-type": "application/x-protobuf", "x-junjo-api-key": self.target.honest_key}
        try:
            self.connection.request("POST", "/v1/traces", body=body, headers=headers)
            response = self.connection.getresponse()
            answer = response.read()
        except (OSError, http.client.HTTPException):
            self.close()
            return False if fresh else self.send(body)  # an idle connection may have been closed meanwhile
        if response.status == 200:
            return True
        if response.status in (429, 502, 503, 504):
            return False
        raise Refused(f"{response.status} {answer[:200]!r}")

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Grpc:
    """The same over one connection of HTTP/2."""

    def __init__(self, target):
        self.target, self.connection = target, None

    def send(self, body):
        fresh = self.connection is None
        try:
            self.connection = self.connection or http2.Connection(self.target.grpc)
            stream = self.connection.export(self.target.honest_key, body)
            answer = self.connection.body_of(stream, 30)
            if answer is not None:
                self.connection.forget(stream)
                # a refusal has trailers alone; that of a sender who is let in and sends well is UNAVAILABLE
                return answer[:1] == b"\0"
        except OSError:
            pass
        self.close()
        return False if fresh else self.send(body)

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


class Sender:
    """All connections, until `stop` is set."""

    def __init__(self, target, rate, stop):
        self.target, self.stop = target, stop
        self.period = CONNECTIONS * SPANS_PER_REQUEST / rate
        self.lock = threading.Lock()
        self.waits, self.acknowledged, self.refusals, self.lost = [], [], 0, []

    def run(self):
        threads = [threading.Thread(target=self._send_on, args=(number,)) for number in range(CONNECTIONS)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    def _send_on(self, number):
        connection = (Grpc if number % 2 else Http)(self.target)
        at = time.monotonic() + self.period * number / CONNECTIONS
        while not self.stop.wait(max(0, at - time.monotonic())):
            # what could not be sent in time is not made up for: the rate is what was sent
            at = max(at + self.period, time.monotonic())
            self._export(connection)
        connection.close()

    def _export(self, connection):
        traces, body = message()
        began = time.monotonic()
        pauses = itertools.chain(PAUSES, itertools.repeat(PAUSES[-1]))
        try:
            while not connection.send(body):
                with self.lock:
                    self.refusals += 1
                if time.monotonic() - began > PATIENCE_SECONDS:
                    raise Refused(f"not acknowledged within {PATIENCE_SECONDS} s")
                time.sleep(next(pauses) * (0.75 + secrets.randbelow(500) / 1000))
        except Refused as reason:
            with self.lock:
                self.lost.append(str(reason))
            return
        with self.lock:
            self.waits.append((time.monotonic(), time.monotonic() - began))
            self.acknowledged.extend(traces)

    def told(self):
        """What there is to tell so far."""
        with self.lock:
            return {"waits": list(self.waits), "refusals": self.refusals, "lost": list(self.lost)}


def run(target, rate, niceness, stop, pipe):
    """For a process of its own, of this priority: tells every second how it goes, and at last what was acknowledged."""
    os.nice(niceness)
    sender = Sender(target, rate, stop)
    running = threading.Thread(target=sender.run)
    running.start()
    told = 0
    while running.is_alive():
        running.join(1)
        report = sender.told()
        report["waits"], told = report["waits"][told:], len(report["waits"])
        with contextlib.suppress(BrokenPipeError):
            pipe.send(report)
    pipe.send({"waits": [], "refusals": sender.refusals, "lost": sender.lost, "acknowledged": sender.acknowledged})
    pipe.close()
