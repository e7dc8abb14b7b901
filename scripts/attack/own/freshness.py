"""What is told of what was acknowledged: while the index is made anew, and beside a trace that grows without end."""

import pathlib
import threading
import time

import otlp
from programs import Server, call

SLOWEST_SECONDS = 2


def ok_while_the_index_is_empty(expect):
    """the index is gone while everything is still in the log: what do /health and queries say until it is back?"""
    with Server().start().register() as server:
        traces = [otlp.new_trace() for _ in range(40)]
        for trace in traces:
            status, _ = server.send(otlp.packed(otlp.large_trace(trace, 5000)), encoding="gzip")
            assert status == 200, status
        assert server.wait_indexed(200_000) is not None
        server.process.stop()
        for path in pathlib.Path(server.data).glob("index.duckdb*"):
            path.unlink()
        server.start()
        looks, lies, health, end = 0, [], "", time.monotonic() + 60
        while time.monotonic() < end:
            health = call(server.http, "GET", "/health").body.decode("utf-8", "replace")
            status = server.ask("GET", f"/otel/trace/{traces[-1].hex()}?limit=1").status
            looks += 1
            if status == 404:
                lies.append(health)
            if status == 200 and '"index":"ok"' in health.replace(" ", ""):
                break
            time.sleep(0.02)
        expect(status == 200, f"the last trace is told again after {looks} looks: {status}")
        expect(not lies, f"{len(lies)} of {looks} looks said 404 for what was acknowledged; health then: {(lies or ['-'])[0][:120]}")


def large_trace_beside_others(expect):
    """a program that never ends its trace: how late are the spans of others?"""
    with Server().start().register() as server:
        large, sent = otlp.new_trace(), 0
        for _ in range(30):
            body = otlp.packed(otlp.large_trace(large, 20_000, sent + 1))
            status, _ = server.send(body, encoding="gzip")
            assert status == 200, status
            sent += 20_000
        took = server.wait_indexed(sent, 300)
        expect(took is not None, f"a trace of {sent} spans is queryable {took or 300:.0f} s after its last span")
        stop = threading.Event()

        def grow():
            number = sent
            while not stop.is_set():
                server.send(otlp.traces([otlp.span(large, number + 1)]))
                number += 1
                stop.wait(0.1)

        grower = threading.Thread(target=grow)
        grower.start()
        waits = []
        for _ in range(30):
            trace = otlp.new_trace()
            server.send(otlp.one_span(trace))
            acknowledged = time.monotonic()
            while time.monotonic() - acknowledged < 30:
                if server.ask("GET", f"/otel/trace/{trace.hex()}?limit=1").status == 200:
                    break
                time.sleep(0.02)
            waits.append(time.monotonic() - acknowledged)
        stop.set()
        grower.join()
        waits.sort()
        expect(waits[-1] < SLOWEST_SECONDS, f"beside it spans of others are queryable after {waits[15]:.2f} s (p50), "
                                            f"{waits[-1]:.2f} s (the last of 30)")


ALL = [ok_while_the_index_is_empty, large_trace_beside_others]
