"""Clocks that are wrong: boards without a battery, and what retention makes of it. Needs libfaketime."""

import glob
import time

import otlp
from programs import Server, Skipped

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1",
             "/usr/local/lib/faketime/libfaketimeMT.so.1")
# what retention needs to look once, and more
RUN_SECONDS = 12


def library():
    for pattern in LIBRARIES:
        if found := glob.glob(pattern):
            return found[0]
    raise Skipped("libfaketime is not installed (Debian: apt-get install faketime)")


def at(server, offset):
    """Starts the server with a clock that is so much off; None for the right one."""
    for name in ("LD_PRELOAD", "FAKETIME"):
        server.settings.pop(name, None)
    if offset:
        server.settings.update(LD_PRELOAD=library(), FAKETIME=offset)
    server.start()


def stored(server):
    server.login()
    reply = server.ask("GET", "/otel/status").json
    return max(reply.get("store", {}).get("spans", 0), reply.get("indexed_spans", 0))


def clock_jumps_and_retention(expect):
    """the clock is 400 days ahead for a while, or behind while spans arrive, with a retention of 30 days"""
    library()
    for name, first, second in (("ahead for a while", None, "+400d"), ("behind while they arrive", "-400d", None)):
        settings = {"JUNJO_SEAL_SECONDS": "1", "JUNJO_RETENTION_DAYS": "30", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}
        with Server(settings) as server:
            at(server, first)
            server.register()
            for _ in range(10):
                status, _ = server.send(otlp.one_span())
                assert status == 200, status
            assert server.wait_indexed(10) is not None
            time.sleep(4)
            server.process.stop()
            at(server, second)
            time.sleep(RUN_SECONDS)
            warned = any(word in server.process.log().lower() for word in ("clock", "time is", "jump"))
            server.process.stop()
            at(server, None)
            time.sleep(3)
            left = stored(server)
            expect(left == 10, f"{name}: {left} of 10 spans are left")
            expect(warned or second is None, f"{name}: the log {'warns' if warned else 'says nothing'} of it")


def clock_goes_back_and_forth(expect):
    """ten starts with clocks years apart, spans at each"""
    library()
    with Server({"JUNJO_SEAL_SECONDS": "1", "FAKETIME_DONT_FAKE_MONOTONIC": "1"}) as server:
        sent = 0
        for offset in (None, "+3y", "-3y", "+1d", "-1d", None):
            at(server, offset)
            if server.cookie is None:
                server.register()
            else:
                server.login()
            status, _ = server.send(otlp.one_span())
            sent += status == 200
            expect(status == 200 and server.wait_indexed(sent, 30) is not None, f"at {offset or 'the right time'}: a span is "
                   f"answered with {status}, and queryable with those of before")
            server.process.stop()


ALL = [clock_jumps_and_retention, clock_goes_back_and_forth]
