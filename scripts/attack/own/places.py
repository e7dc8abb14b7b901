"""Places: connections that say nothing, lengths that are only declared, frames without end, and guesses from everywhere."""

import contextlib
import resource
import socket
import threading
import time

import http2
import otlp
from programs import EMAIL, PASSWORD, Honest, Server, call

SLOWEST_SECONDS = 2
# after docs/ingestion.md: 75 s, and a little for the machine
SILENCE_SECONDS = 95


def hold(address, count, data=b"", sources=1):
    """Opens connections that send `data` and nothing more; those that are refused are left out."""
    name, port = address.rsplit(":", 1)
    held = []
    for number in range(count):
        source = None if sources == 1 else (f"127.2.{number % sources // 250}.{number % sources % 250 + 1}", 0)
        try:
            connection = socket.create_connection((name, int(port)), timeout=2, source_address=source)
            held.append(connection)
            connection.sendall(data)
        except OSError:
            continue
    return held


def let_go(held):
    for connection in held:
        with contextlib.suppress(OSError):
            connection.close()


def one_refused_request():
    fields = [(":method", "POST"), (":scheme", "http"), (":path", "/x"), (":authority", "x"), ("content-type", "application/grpc")]
    block = http2.header_block(fields)
    return http2.PREFACE + http2.settings() + http2.frame(http2.HEADERS, http2.END_STREAM | http2.END_HEADERS, 1, block)


def served(expect, what, address, key):
    honest = Honest(lambda: http2.export_once(address, key, otlp.one_span(), timeout=10)).during(5)
    expect(honest.was_served(SLOWEST_SECONDS), f"{what}; {honest.said()}")


def idle_http2_connections(expect):
    """2,100 HTTP/2 connections with one refused request each, on each port, from 1 and from 64 addresses"""
    with Server().start().register() as server:
        kept = {name: http2.Connection(address) for name, address in
                (("page", server.http), ("gRPC", server.grpc), ("OTLP/HTTP", server.otlp))}
        for connection in kept.values():
            connection.request("GET", "/ping")
        began = time.monotonic()
        for sources in (1, 64):
            held = hold(server.grpc, 2100, one_refused_request(), sources)
            served(expect, f"{len(held)} on the gRPC port from {sources} address(es)", server.grpc, server.key)
            let_go(held)
        for name, connection in kept.items():
            ended = connection.wait_ended(SILENCE_SECONDS - (time.monotonic() - began))
            after = (connection.ended_at or time.monotonic()) - began
            expect(ended, f"a silent HTTP/2 connection to the {name} port that answers pings is "
                          f"{'closed' if ended else 'still open'} after {after:.0f} s")


def few_open_files(expect):
    """1,100 silent connections to one port of a server that may open 1,024 files, on each port in turn"""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    for name, hard in (("soft", most), ("hard", 1024)):
        limit = {"preexec_fn": lambda hard=hard: resource.setrlimit(resource.RLIMIT_NOFILE, (1024, hard))}
        with Server(popen=limit).start().register() as server:
            for port, address in (("page", server.http), ("OTLP/HTTP", server.otlp)):
                held = hold(address, 1100)
                served(expect, f"{name} limit, {len(held)} on the {port} port", server.grpc, server.key)
                let_go(held)
            held = hold(server.grpc, 1100)
            honest = Honest(lambda: server.send(otlp.one_span(), timeout=10)).during(5)
            expect(honest.was_served(SLOWEST_SECONDS), f"{name} limit, {len(held)} on the gRPC port; {honest.said()}")
            let_go(held)


def declared_lengths(expect):
    """eight connections declare 64 MiB and send one byte, over HTTP and gRPC"""
    with Server({"JUNJO_MEMORY_LIMIT": "256M"}).start().register() as server:
        head = (f"POST /v1/traces HTTP/1.1\r\nhost: x\r\nx-junjo-api-key: {server.key}\r\n"
                "content-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\nx")
        declared_on(expect, server.otlp, server.grpc, server.key, head, lambda body: server.send(body))


def declared_on(expect, otlp_http, grpc, key, head, send):
    """The same for any receiver: what its own sender gets beside such connections, and how a slow body ends."""
    for declared in (16 << 20, 64 << 20):
        held, streams = hold_declared(otlp_http, grpc, key, head, declared)
        large = otlp.traces([otlp.span(otlp.new_trace(), 1, attributes=[("text", "x" * (2 << 20))])])
        honest = Honest(lambda: send(large)).during(5)
        expect(honest.was_served(SLOWEST_SECONDS), f"{declared >> 20} MiB declared; {honest.said()}")
        let_go(held)
        for connection in streams:
            connection.close()


def hold_declared(otlp_http, grpc, key, head, declared):
    """Four connections over HTTP and four over gRPC that declare so many bytes and send one."""
    held = hold(otlp_http, 4, head.format(declared).encode())
    streams = [http2.Connection(grpc) for _ in range(4)]
    for connection in streams:
        headers = [("content-type", "application/grpc"), ("te", "trailers"), ("x-junjo-api-key", key)]
        stream = connection.request("POST", http2.GRPC_EXPORT, headers, end=False)
        connection.send(http2.frame(http2.DATA, 0, stream, b"\0" + declared.to_bytes(4, "big") + b"x"))
    return held, streams


def frame_floods(expect):
    """rapid reset, settings, pings, window updates and continued headers without end, on each port that speaks HTTP/2"""
    with Server({"JUNJO_MEMORY_LIMIT": "256M"}).start().register() as server:
        floods_on(expect, server.process, {"page": server.http, "gRPC": server.grpc, "OTLP/HTTP": server.otlp},
                  lambda: http2.export_once(server.grpc, server.key, otlp.one_span()), ends_all=True)


def flood_units(resets):
    """What is sent again and again, by name; one unit has so many streams that are taken back."""
    block = http2.header_block([(":method", "POST"), (":scheme", "http"), (":path", http2.GRPC_EXPORT), (":authority", "x"),
                                ("content-type", "application/grpc")])
    taken_back = bytearray()
    for number in range(resets):
        stream = 2 * number + 1
        taken_back += http2.frame(http2.HEADERS, http2.END_HEADERS, stream, block)
        taken_back += http2.frame(http2.RST_STREAM, 0, stream, (8).to_bytes(4, "big"))
    endless = http2.frame(http2.HEADERS, 0, 1, block) + http2.frame(9, 0, 1, http2.header_block([("x-more", "y" * 4000)])) * 50
    return {
        "rapid reset": bytes(taken_back),
        "settings": http2.settings(window=65535) * 2000,
        "pings": http2.frame(http2.PING, 0, 0, b"12345678") * 2000,
        "window updates": http2.frame(http2.WINDOW_UPDATE, 0, 0, (1).to_bytes(4, "big")) * 2000,
        "unknown frames": http2.frame(200, 0, 0, b"12345678") * 2000,
        "headers without end": endless,
    }


def floods_on(expect, process, addresses, send, ends_all):
    """Floods each address in each way beside an honest sender; `ends_all` says that each such connection has to be ended."""
    units = flood_units(200_000)
    for port, address in addresses.items():
        for name, unit in units.items():
            process.forget_peak()
            ends = []
            floods = [threading.Thread(target=lambda unit=unit: ends.append(http2.flood(address, unit, 4))) for _ in range(3)]
            for flood in floods:
                flood.start()
            honest = Honest(send).during(4)
            for flood in floods:
                flood.join()
            peak, sent, ended = process.peak_mib(), sum(sent for sent, _ in ends), sum(ended for _, ended in ends)
            expect(peak < 512 and honest.was_served(SLOWEST_SECONDS) and (ended == 3 or not ends_all),
                   f"{name} on the {port} port, {sent >> 10} KiB taken, {ended} of 3 ended by the server: "
                   f"peak {peak} MiB; {honest.said()}")


def lock_out_from_many_addresses(expect):
    """120 addresses guess the password of one account all the time; its owner signs in again where they are signed in"""
    with Server().start().register() as server:
        stop, statuses = threading.Event(), []

        def guess(number):
            while not stop.is_set():
                body = {"email": EMAIL, "password": "not the password"}
                with contextlib.suppress(OSError):
                    statuses.append(call(server.http, "POST", "/auth/login", body, source=f"127.3.0.{number + 1}").status)
                stop.wait(1)

        guessers = [threading.Thread(target=guess, args=(number,)) for number in range(120)]
        for guesser in guessers:
            guesser.start()
        began = time.monotonic()
        entered, refusals = None, 0
        while entered is None and time.monotonic() - began < 90:
            status = call(server.http, "POST", "/auth/login", {"email": EMAIL, "password": PASSWORD}).status
            if status == 200:
                entered = time.monotonic() - began
            refusals += status != 200
            time.sleep(1)
        session = server.ask("GET", "/auth/me").status
        stop.set()
        for guesser in guessers:
            guesser.join()
        expect(session == 200, f"a session that is open goes on: {session}")
        expect(entered is not None, f"beside {len(statuses)} guesses the owner {'is in after' if entered else 'is not in after'} "
                                    f"{entered or 90:.0f} s, {refusals} refusals")
        expect(statuses.count(401) <= 30, f"of the guesses {statuses.count(401)} were looked at, {statuses.count(429)} refused")


ALL = [idle_http2_connections, few_open_files, declared_lengths, frame_floods, lock_out_from_many_addresses]
