"""Attacks on one server for as long as it is asked for: each is a round that is made again and again, all of them at once.

What needs a server's folder, clock or limits for itself (kills, flipped bytes, jumps of the clock) is not here: `make attack` and
`make chaos` do it.
"""

import contextlib
import http.client
import itertools
import os
import pathlib
import secrets
import socket
import subprocess
import sys
import threading
import time

import http2
import memory
import otlp
import places
import rights
from programs import PASSWORD, call

# attackers are elsewhere in the world: they do not take the server's share of this machine's processors
NICENESS = 15
# how long what is opened is held open
HOLD_SECONDS = 8
# a stream ends within two seconds, and this machine is busy
END_SECONDS = 6
LARGE_SPAN = "abcdefgh" * (1 << 20)


class Target:
    """The server under siege, and what the attackers have: keys of their own, and the cookie of somebody who may read."""

    def __init__(self, server):
        self.http, self.grpc, self.otlp = server.http, server.grpc, server.otlp
        self.cookie, self.pid, self.log, self.data = server.cookie, server.process.pid, server.process.log_path, server.data
        self.honest_key, self.key = server.key, server.make_key()["key"]
        self.large_span, self.large_payload = otlp.new_trace(), otlp.new_trace()
        self.largest_file = memory.largest_files(server)[0]

    def ask(self, method, path, body=None, headers=None, **more):
        return call(self.http, method, path, body, {"cookie": self.cookie, **(headers or {})}, **more)

    def send(self, body, path="/v1/traces", timeout=60):
        """An attacker's export, compressed; returns the status, 0 without an answer."""
        headers = {"content-type": "application/x-protobuf", "x-junjo-api-key": self.key, "content-encoding": "gzip"}
        try:
            return call(self.otlp, "POST", path, otlp.packed(body), headers, timeout=timeout).status
        except (OSError, http.client.HTTPException):
            return 0

    def insist(self, body, path="/v1/traces"):
        """The same until it is stored; for what the attacks need."""
        end = time.monotonic() + 120
        while (status := self.send(body, path)) != 200:
            assert status in (0, 503) and time.monotonic() < end, status
            time.sleep(1)

    def prepare(self):
        """What readers ask for: a span of 8 MB, 36 MB of payload in one trace, and 24 MB of log records."""
        self.insist(otlp.traces([otlp.span(self.large_span, 1, attributes=[("prompt", LARGE_SPAN)])]))
        for number in range(6):
            spans = [otlp.span(self.large_payload, number * 15 + one + 1, attributes=[("p", "abcdefgh" * 51200)])
                     for one in range(15)]
            self.insist(otlp.traces(spans))
            self.insist(otlp.logs("z" * memory.MIB for _ in range(4)), "/v1/logs")


def pause(stop, least, most):
    stop.wait(least + (most - least) * secrets.randbelow(1000) / 1000)


def unread_answers(target, stop):
    """strangers ask 1,024 times for compressed files and read nothing"""
    for encoding in ("gzip", "br", "zstd", "identity"):
        held = []
        for _ in range(8):
            connection = http2.Connection(target.http, window=0)
            held.append(connection)
            with contextlib.suppress(OSError):
                for _ in range(128):
                    connection.request("GET", target.largest_file, [("accept-encoding", encoding)])
        stop.wait(HOLD_SECONDS)
        for connection in held:
            connection.close()


def unread_large_answers(target, stop):
    """forty readers of a span of 8 MB stop reading"""
    name, port = target.http.rsplit(":", 1)
    held = []
    for _ in range(40):
        reader = socket.create_connection((name, int(port)), timeout=20)
        held.append(reader)
        reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader.sendall(f"GET /otel/trace/{target.large_span.hex()}?include=payload HTTP/1.1\r\nhost: {target.http}\r\n"
                       f"cookie: {target.cookie}\r\n\r\n".encode())
    stop.wait(HOLD_SECONDS)
    places.let_go(held)


def large_reads(target, stop):
    """pages of large log records, and traces with large payloads, eight at once"""
    paths = itertools.cycle((f"/otel/trace/{target.large_payload.hex()}?include=payload", "/otel/logs?limit=500",
                             "/otel/logs?limit=500&q=zzz", "/otel/export?of=spans&format=json&limit=2000"))
    threads = [threading.Thread(target=_ask_quietly, args=(target, next(paths))) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pause(stop, 1, 3)


def _ask_quietly(target, path):
    with contextlib.suppress(OSError, http.client.HTTPException):
        target.ask("GET", path, timeout=60)


def large_requests(target, stop):
    """requests of 900,000, 300,000 and 50,000 spans"""
    for count in (900_000, 300_000, 50_000):
        target.send(otlp.large_trace(otlp.new_trace(), count), timeout=120)
        # a receiver that stores what is allowed is not attacked by more of it: the index gets time for others
        pause(stop, 8, 12)


def unpacking_requests(target, stop):
    """eight senders of one key send 60 MiB each that travel as 60 KiB"""
    message = otlp.traces([otlp.span(otlp.new_trace(), 1, attributes=[("zeros", "0" * (60 * memory.MIB))])])
    threads = [threading.Thread(target=target.send, args=(message,)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    pause(stop, 2, 5)


def idle_connections(target, stop):
    """2,100 connections with one refused request each, and 1,100 silent ones, on each port in turn"""
    for address, count, data, sources in itertools.product(
            (target.http, target.grpc, target.otlp), (2100,), (places.one_refused_request(), b""), (1, 64)):
        if stop.is_set():
            return
        held = places.hold(address, count, data, sources)
        stop.wait(HOLD_SECONDS)
        places.let_go(held)


def declared_lengths(target, stop):
    """lengths that are only declared, over HTTP and gRPC"""
    head = (f"POST /v1/traces HTTP/1.1\r\nhost: x\r\nx-junjo-api-key: {target.key}\r\n"
            "content-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\nx")
    for declared in (16 << 20, 64 << 20):
        held, streams = places.hold_declared(target.otlp, target.grpc, target.key, head, declared)
        stop.wait(HOLD_SECONDS)
        places.let_go(held)
        for connection in streams:
            connection.close()


def frame_floods(target, stop):
    """rapid reset and frames that carry nothing, on each port"""
    for address, unit in itertools.product((target.http, target.grpc, target.otlp), places.flood_units(20_000).values()):
        if stop.is_set():
            return
        http2.flood(address, unit, 3)


def lock_out(target, stop):
    """sixty addresses guess the password of one account"""
    body = {"email": "victim@example.org", "password": "not the password"}

    def guess(number):
        while not stop.is_set():
            with contextlib.suppress(OSError, http.client.HTTPException):
                call(target.http, "POST", "/auth/login", body, source=f"127.3.0.{number + 1}")
            pause(stop, 1, 2)

    threads = [threading.Thread(target=guess, args=(number,)) for number in range(60)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def tails(target, stop):
    """live tails whose readers lose their rights; one that goes on is told"""
    email = f"reader-{secrets.token_hex(6)}@example.org"
    made = target.ask("POST", "/auth/register", {"email": email, "password": PASSWORD, "role": "viewer"})
    if made.status != 201:
        return pause(stop, 1, 3)
    reply = call(target.http, "POST", "/auth/login", {"email": email, "password": PASSWORD})
    if reply.status != 200:
        return pause(stop, 1, 3)
    cookie = reply.header("set-cookie").split(";")[0]
    streams = [rights.Stream(target.http, "/otel/tail", {"cookie": cookie}) for _ in range(4)]
    for stream in streams:
        stream.start()
    for stream in streams:
        stream.begun.wait(20)
    stop.wait(3)
    ended = call(target.http, "POST", "/auth/logout", {}, {"cookie": cookie})
    if ended.status in (200, 204):
        for stream in streams:
            stream.join(END_SECONDS)
            if stream.status == 200 and stream.ended_at is None:
                raise AssertionError("a live tail goes on after its reader signed out")
    return None


def growing_trace(target, stop):
    """a trace that grows without end"""
    trace, sent = otlp.new_trace(), 0
    while not stop.is_set():
        count = 10_000 if sent < 200_000 else 1
        if target.send(otlp.large_trace(trace, count, sent + 1)) == 200:
            sent += count
        pause(stop, 0.1, 2 if sent < 200_000 else 0.2)


def lost_rights_and_odd_requests(target, stop):
    """the attacks of scripts/attack: guesses, stolen cookies, odd heads and bodies, and all the rest over its ports"""
    here = pathlib.Path(__file__).resolve().parents[1]
    environment = {**os.environ, "JUNJO_URL": f"http://{target.http}", "JUNJO_GRPC": target.grpc, "JUNJO_OTLP_HTTP": target.otlp,
                   "JUNJO_COOKIE": target.cookie, "JUNJO_EMAIL": "root@example.org", "JUNJO_PASSWORD": PASSWORD,
                   "JUNJO_SERVER_PID": str(target.pid), "JUNJO_SERVER_LOG": target.log, "JUNJO_SERVER_DATA": target.data}
    child = subprocess.Popen([sys.executable, "-B", str(here)], env=environment, stdout=subprocess.DEVNULL,
                             stderr=subprocess.DEVNULL)
    while child.poll() is None and not stop.wait(0.2):
        pass
    child.kill()
    child.wait()


ALL = [unread_answers, unread_large_answers, large_reads, large_requests, unpacking_requests, idle_connections, declared_lengths,
       frame_floods, lock_out, tails, growing_trace, lost_rights_and_odd_requests]


def run(attack, target, stop, pipe):
    """For a process of its own: makes rounds until `stop` is set, and tells how many, and what was seen."""
    os.nice(NICENESS)
    rounds, notes = 0, []
    while not stop.is_set():
        try:
            attack(target, stop)
        except (OSError, http.client.HTTPException):
            pause(stop, 0.5, 1)  # the server did not let it in
        except AssertionError as seen:
            notes.append(str(seen))
        rounds += 1
    pipe.send((rounds, notes))
    pipe.close()
