"""Memory: answers that nobody reads, requests that unpack, and reads of what is large."""

import re
import socket
import threading
import time

import http2
import otlp
from programs import Honest, Server

LIMIT = {"JUNJO_MEMORY_LIMIT": "256M"}
# what a container with room for a limit of 256M gets
PEAK_MIB = 512
# and what a machine with 1 GB has for a limit of its half
SMALL_MACHINE = {"JUNJO_MEMORY_LIMIT": "512M"}
SMALL_MACHINE_PEAK_MIB = 768
SLOWEST_SECONDS = 2
MIB = 1 << 20


def largest_files(server):
    """The page's scripts and documents, largest first: what an attacker would ask for."""
    page = server.ask("GET", "/").body.decode("utf-8", "replace")
    names = set(re.findall(r'(?:src|href)="(/assets/[^"]+)"', page))
    for name in list(names):
        script = server.ask("GET", name).body.decode("utf-8", "replace")
        names.update("/assets/" + other for other in re.findall(r"([\w.-]+-[\w-]{8}\.js)", script))
    names.update(("/openapi.json", "/docs/swagger-ui-bundle.js"))
    replies = {name: server.ask("GET", name, headers={"accept-encoding": "identity"}) for name in names}
    sizes = {name: len(reply.body) for name, reply in replies.items() if reply.status == 200}
    return sorted(sizes, key=sizes.get, reverse=True)


def unread_answers(expect):
    """one stranger asks 128 times on each of eight connections for a compressed file, and reads nothing"""
    with Server(LIMIT).start().register() as server:
        target = largest_files(server)[0]
        honest = Honest(lambda: http2.export_once(server.grpc, server.key, otlp.one_span()))
        for encoding in ("br", "gzip", "zstd", "identity"):
            server.process.forget_peak()
            held = []
            for _ in range(8):
                connection = http2.Connection(server.http, window=0)
                held.append(connection)
                try:
                    for _ in range(128):
                        connection.request("GET", target, [("accept-encoding", encoding)])
                except OSError:
                    pass  # the server had enough
            honest.during(6)
            peak = server.process.peak_mib()
            expect(peak < PEAK_MIB, f"{target} as {encoding}, 1,024 times: peak {peak} MiB with a limit of 256M")
            for connection in held:
                connection.close()
        expect(honest.was_served(SLOWEST_SECONDS), honest.said())


def unread_large_answers(expect):
    """forty readers of a span of 8 MB stop reading"""
    with Server(LIMIT).start().register() as server:
        trace = otlp.new_trace()
        message = otlp.traces([otlp.span(trace, 1, attributes=[("prompt", "abcdefgh" * MIB)])])
        status, _ = server.send(otlp.packed(message), encoding="gzip")
        expect(status in (200, 413, 400, 503), f"the span itself is answered with {status}")
        if status != 200 or server.wait_indexed(1) is None:
            return
        server.process.forget_peak()
        name, port = server.http.rsplit(":", 1)
        held = []
        for _ in range(40):
            reader = socket.create_connection((name, int(port)), timeout=20)
            reader.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
            reader.sendall(f"GET /otel/trace/{trace.hex()}?include=payload HTTP/1.1\r\nhost: {server.http}\r\n"
                           f"cookie: {server.cookie}\r\n\r\n".encode())
            held.append(reader)
        honest = Honest(lambda: server.send(otlp.one_span())).during(8)
        peak = server.process.peak_mib()
        expect(peak < PEAK_MIB, f"peak {peak} MiB with a limit of 256M")
        expect(honest.was_served(SLOWEST_SECONDS), honest.said())
        for reader in held:
            reader.close()


def one_large_request(expect):
    """one request of 900,000 spans within every documented limit, and kill -9 while it is in the log"""
    with Server(SMALL_MACHINE).start().register() as server:
        for count in (900_000, 600_000, 300_000, 150_000):
            body = otlp.packed(otlp.large_trace(otlp.new_trace(), count))
            status, seconds = server.send(body, encoding="gzip", timeout=180)
            expect(status in (200, 413), f"{count} spans, {len(body) >> 10} KiB on the wire: {status} after {seconds:.1f} s")
            if status == 200:
                break
        honest = Honest(lambda: server.send(otlp.one_span())).during(5)
        peak = server.process.peak_mib()
        expect(peak < SMALL_MACHINE_PEAK_MIB, f"peak {peak} MiB with a limit of 512M")
        expect(honest.was_served(SLOWEST_SECONDS), honest.said())
        server.process.kill()
        server.start()
        server.login()
        took = server.wait_indexed(count, 300)
        expect(took is not None, f"after kill -9 all are queryable after {took or 300:.0f} s")
        peak = server.process.peak_mib()
        expect(peak < SMALL_MACHINE_PEAK_MIB, f"peak of the second start {peak} MiB")


def unpacking_requests(expect):
    """eight senders of one key at once send 60 MiB that travel as 60 KiB"""
    with Server(LIMIT).start().register() as server:
        message = otlp.traces([otlp.span(otlp.new_trace(), 1, attributes=[("zeros", "0" * (60 * MIB))])])
        body = otlp.packed(message)
        server.process.forget_peak()
        statuses = []
        senders = [threading.Thread(target=lambda: statuses.append(server.send(body, encoding="gzip")[0])) for _ in range(8)]
        for sender in senders:
            sender.start()
        honest = Honest(lambda: http2.export_once(server.grpc, server.make_key()["key"], otlp.one_span()))
        honest.during(3, pause=0.4)
        for sender in senders:
            sender.join()
        peak = server.process.peak_mib()
        expect(set(statuses) <= {200, 413, 400, 503}, f"answers {sorted(statuses)}")
        expect(peak < PEAK_MIB, f"peak {peak} MiB with a limit of 256M")
        expect(honest.was_served(SLOWEST_SECONDS * 2), honest.said())


def reads_without_a_byte_limit(expect):
    """one GET of a page of large log records, and one of a trace with large payloads"""
    with Server(LIMIT).start().register() as server:
        trace = otlp.new_trace()
        records = otlp.packed(otlp.logs("z" * MIB for _ in range(8)))
        for number in range(36):
            status, _ = server.send(records, "/v1/logs", encoding="gzip")
            assert status == 200, status
            spans = [otlp.span(trace, number * 17 + one + 1, attributes=[("p", "abcdefgh" * 51200)]) for one in range(17)]
            status, _ = server.send(otlp.packed(otlp.traces(spans)), encoding="gzip")
            assert status == 200, status
        took = server.wait_indexed(612)
        expect(took is not None, f"300 MB of log records and 240 MB of payload are queryable after {took or 0:.0f} s")
        for path in (f"/otel/trace/{trace.hex()}?include=payload", "/otel/logs?limit=500", "/otel/logs?limit=500&q=zzz"):
            server.process.stop()
            server.start()
            server.login()
            end = time.monotonic() + 30
            while server.ask("GET", "/otel/traces?limit=1").status == 503 and time.monotonic() < end:
                time.sleep(0.1)
            before = server.process.mib()
            server.process.forget_peak()
            reply = server.ask("GET", path, timeout=120)
            peak = server.process.peak_mib()
            expect(peak < PEAK_MIB, f"{path[:12]}…{path[-16:]}: {reply.status}, {len(reply.body) >> 20} MiB answered, "
                                    f"memory {before} -> {peak} MiB")


ALL = [unread_answers, unread_large_answers, one_large_request, unpacking_requests, reads_without_a_byte_limit]
