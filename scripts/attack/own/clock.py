"""Clocks that are wrong: boards without a battery, and what retention makes of it. Needs libfaketime."""

import contextlib
import glob
import os
import sqlite3
import time

import otlp
from programs import Server, Skipped, until

LIBRARIES = ("/usr/lib/*/faketime/libfaketimeMT.so.1", "/usr/lib/faketime/libfaketimeMT.so.1",
             "/usr/local/lib/faketime/libfaketimeMT.so.1")


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
    """Spans in the index; what was dropped is not there."""
    return until(lambda: server.status().get("store", {}).get("spans"), 30) or 0


def believe(server):
    """What a server has noted that has run for an hour: a clock that nothing is known of cannot have jumped."""
    with contextlib.closing(sqlite3.connect(os.path.join(server.data, "app.db"))) as catalog, catalog:
        assert catalog.execute("UPDATE clock SET believed_unix_nano = ?", (time.time_ns(),)).rowcount == 1


def warned(server):
    return any(word in server.process.log().lower() for word in ("clock", "time is", "jump"))


def round_of_retention(server, what):
    """Waits until retention has looked at least once."""
    server.login()
    if not server.wait_upkeep():
        raise RuntimeError(f"{what}: no round of upkeep ended: {server.status().get('upkeep')}")


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
            assert server.wait_indexed(10) is not None and server.wait_sealed(), server.status()
            server.process.stop()
            if second is not None:
                believe(server)
            at(server, second)
            round_of_retention(server, name)
            warns = second is None or until(lambda: warned(server), 30)
            server.process.stop()
            at(server, None)
            round_of_retention(server, name)
            left = stored(server)
            expect(left == 10, f"{name}: {left} of 10 spans are left")
            expect(warns, f"{name}: the log {'warns' if warns else 'says nothing'} of it")


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
