"""The Go ingestion service in front of a server, attacked as the server's own receiver is."""

import contextlib
import os
import secrets
import shutil
import threading
import time

import disk
import http2
import otlp
import places
from programs import START_SECONDS, Honest, Process, Server, call, free_port, program

SLOWEST_SECONDS = 2


class Split:
    """A server and an ingestion service that know each other."""

    def __init__(self, settings=None, popen=None):
        internal, keys, metrics = (f"127.0.0.1:{free_port()}" for _ in range(3))
        token = secrets.token_hex(16)
        binary = program("JUNJO_INGESTION_SERVICE")
        self.server = Server({"JUNJO_INGESTION_URL": f"http://{internal}", "JUNJO_INTERNAL_GRPC_ADDR": keys,
                              "JUNJO_INTERNAL_TOKEN": token})
        self.grpc, self.otlp = (f"127.0.0.1:{free_port()}" for _ in range(2))
        self.metrics = metrics
        self.folder = os.path.join(self.server.home, "log")
        settings = {"JUNJO_INTERNAL_GRPC_ADDR": internal, "JUNJO_BACKEND_ADDR": keys, "JUNJO_METRICS_ADDR": metrics,
                    "JUNJO_INTERNAL_TOKEN": token, "JUNJO_OTLP_GRPC_ADDR": self.grpc, "JUNJO_OTLP_HTTP_ADDR": self.otlp,
                    "BADGERDB_PATH": self.folder, "JUNJO_FREE_SPACE_MIN": "1M", **(settings or {})}
        self.process = Process([binary], settings, os.path.join(self.server.home, "service.log"), **(popen or {}))
        self.internal = internal

    def __enter__(self):
        self.server.start().register()
        end = time.monotonic() + START_SECONDS
        while self.send(otlp.one_span())[0] != 200:
            if time.monotonic() > end or not self.process.is_alive():
                raise RuntimeError("the service does not acknowledge: " + self.process.log()[-600:])
            time.sleep(0.1)
        return self

    def __exit__(self, *fault):
        self.process.stop()
        self.server.__exit__(*fault)
        with contextlib.suppress(OSError):
            shutil.rmtree(self.folder)

    def send(self, body, **more):
        return self.server.send(body, address=self.otlp, **more)

    def export(self, timeout=10):
        return http2.export_once(self.grpc, self.server.key, otlp.one_span(), timeout)


def service_places(expect):
    """1,100 HTTP/2 connections and 1,100 silent ones on each port of the service"""
    with Split() as split:
        for name, data in (("HTTP/2", places.one_refused_request()), ("silent", b"")):
            for port, address in (("gRPC", split.grpc), ("OTLP/HTTP", split.otlp), ("internal", split.internal)):
                held = places.hold(address, 1100, data)
                honest = Honest(split.export).during(2)
                expect(honest.was_served(SLOWEST_SECONDS), f"{len(held)} {name} connections on the {port} port; {honest.said()}")
                places.let_go(held)
        kept = http2.Connection(split.grpc)
        kept.request("GET", "/ping")
        ended = kept.wait_ended(places.SILENCE_SECONDS)
        expect(ended, f"a silent HTTP/2 connection that answers pings is {'closed' if ended else 'still open'}")


def service_declared_lengths(expect):
    """declared lengths at the service"""
    with Split({"JUNJO_MEMORY_LIMIT": "256M"}) as split:
        head = (f"POST /v1/traces HTTP/1.1\r\nhost: x\r\nx-junjo-api-key: {split.server.key}\r\n"
                "content-type: application/x-protobuf\r\ncontent-length: {}\r\n\r\nx")
        places.declared_on(expect, split.otlp, split.grpc, split.server.key, head, split.send)


def service_frame_floods(expect):
    """rapid reset and control frames without end at the service"""
    with Split({"JUNJO_MEMORY_LIMIT": "256M"}) as split:
        addresses = {"gRPC": split.grpc, "OTLP/HTTP": split.otlp, "internal": split.internal}
        places.floods_on(expect, split.process, addresses, split.export, ends_all=False)


def service_memory(expect):
    """eight requests at once that unpack to 60 MiB each, and 900,000 spans, at the service"""
    # what a machine with 1 GB has
    with Split({"JUNJO_MEMORY_LIMIT": "512M"}) as split:
        zeros = otlp.packed(otlp.traces([otlp.span(otlp.new_trace(), 1, attributes=[("zeros", "0" * (60 << 20))])]))
        many = otlp.packed(otlp.large_trace(otlp.new_trace(), 900_000))
        split.process.forget_peak()
        status, seconds = split.send(many, encoding="gzip")
        expect(status == 200, f"900,000 spans: {status} after {seconds:.1f} s")
        statuses = at_once(8, lambda: split.send(zeros, encoding="gzip")[0])
        expect(set(statuses) <= {200, 503}, f"eight unpacking requests: {sorted(statuses)}")
        honest = Honest(split.export).during(3)
        expect(honest.was_served(SLOWEST_SECONDS), honest.said())
        peak = split.process.peak_mib()
        expect(peak < 768, f"peak {peak} MiB with a limit of 512M")
        page = call(split.metrics, "GET", "/metrics").body.decode()
        held = [line for line in page.splitlines() if line.startswith("junjo_memory_used_bytes") and "read" not in line]
        expect(len(held) == 2 and all(line.endswith(" 0") for line in held), f"held afterwards: {held}")


def at_once(count, work):
    """Runs the same work so many times at once; returns the results."""
    results = []
    threads = [threading.Thread(target=lambda: results.append(work())) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def service_file_modes(expect):
    """another account of the machine reads the service's folder"""
    with Split(popen={"preexec_fn": lambda: os.umask(0o022)}) as split:
        split.export()
        found = disk.open_to_others(split.folder)
        expect(not found, f"{len(disk.files_of(split.folder))} files, open to others: {found[:5] or 'none'}")


ALL = [service_places, service_declared_lengths, service_frame_floods, service_memory, service_file_modes]
