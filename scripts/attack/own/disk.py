"""The folder: who may read it, what stays of what was deleted, and what happens when its bytes change or cannot change."""

import contextlib
import http.client
import os
import pathlib
import secrets
import shutil
import time

import otlp
from programs import Process, Server, Skipped

SEALED_SOON = {"JUNJO_SEAL_SECONDS": "1"}


def files_of(folder):
    return sorted(path for path in pathlib.Path(folder).rglob("*") if path.is_file())


def open_to_others(folder):
    """What others than the owner may read, write or enter, with its mode."""
    paths = [pathlib.Path(folder), *pathlib.Path(folder).rglob("*")]
    return [f"{path.name} {path.stat().st_mode & 0o777:o}" for path in paths
            if not path.is_symlink() and path.stat().st_mode & 0o077]


def file_modes(expect):
    """another account of the machine reads the folder, new and from before, with the usual mask"""
    with Server(SEALED_SOON, popen={"preexec_fn": lambda: os.umask(0o022)}).start().register() as server:
        server.send(otlp.one_span())
        server.wait_indexed(1)
        found = open_to_others(server.data)
        expect(not found, f"{len(files_of(server.data))} files, open to others: {found[:5] or 'none'}")
        server.process.stop()
        for path in [pathlib.Path(server.data), *pathlib.Path(server.data).rglob("*")]:
            path.chmod(0o755 if path.is_dir() else 0o644)
        server.start()
        found = open_to_others(server.data)
        expect(not found, f"a folder of before, open to others after a start: {found[:5] or 'none'}")


def copies_of(folder, marker):
    counts = {}
    for path in files_of(folder):
        with contextlib.suppress(OSError):
            if count := path.read_bytes().count(marker):
                counts[path.name] = count
    return counts


def deleted_text(expect):
    """search the folder for what a deletion that is done has deleted"""
    with Server(SEALED_SOON).start().register() as server:
        marker = "MARKER" + secrets.token_hex(12)
        spans = [otlp.span(otlp.new_trace(), number + 1, f"{marker} {number}", attributes=[("note", f"{marker} note")])
                 for number in range(200)]
        server.send(otlp.traces(spans, service="doomed"))
        server.send(otlp.logs((f"{marker} record {number}" for number in range(200)), service="doomed"), "/v1/logs")
        server.send(otlp.traces([otlp.span(otlp.new_trace(), 1, "kept")], service="kept"))
        server.wait_indexed(201)
        before = copies_of(server.data, marker.encode())
        expect(bool(before), f"copies before the deletion (so the rest means something): {before}")
        reply = server.ask("POST", "/otel/deletions", {"service": "doomed"})
        assert reply.status == 202, (reply.status, reply.body)
        asked, state, end = reply.json["id"], None, time.monotonic() + 120
        while state != "done" and time.monotonic() < end:
            time.sleep(0.2)
            state = server.ask("GET", f"/otel/deletions/{asked}").json["state"]
        expect(state == "done", f"the deletion is {state}")
        found = copies_of(server.data, marker.encode())
        expect(not found, f"copies after it is done: {found or 'none'}")
        server.process.stop()
        found = copies_of(server.data, marker.encode())
        expect(not found, f"copies after a stop: {found or 'none'}")


def flip(path, places=16):
    """Changes bytes at places all over a file, as a bad disk does."""
    size = path.stat().st_size
    with open(path, "r+b") as file:
        for number in range(places):
            at = 64 + (size - 96) * number // places if size > 256 else size * number // places
            file.seek(at)
            old = file.read(16)
            file.seek(at)
            file.write(bytes(byte ^ 0xA5 for byte in old))


def told(server, trace):
    """What is told of a trace: its spans' names, or None for an answer that says that it cannot be told."""
    try:
        reply = server.ask("GET", f"/otel/trace/{trace.hex()}", timeout=20)
    except (OSError, http.client.HTTPException):
        return None
    if reply.status != 200:
        return None
    return sorted(span["name"] for span in reply.json["spans"])


def wait_told(server, trace, seconds=20):
    """Waits until a trace is told, for a server that has just begun says 503; it may never be."""
    end = time.monotonic() + seconds
    while told(server, trace) is None and time.monotonic() < end:
        time.sleep(0.1)


def flipped_bytes(expect):
    """bytes of each file change while the server runs, and it is asked, written to, and started again"""
    with Server(SEALED_SOON).start().register() as origin:
        truth = {}
        for number in range(20):
            trace = otlp.new_trace()
            names = sorted(f"op {number} {one}" for one in range(50))
            origin.send(otlp.traces([otlp.span(trace, one + 1, name) for one, name in enumerate(names)]))
            truth[trace] = names
        origin.wait_indexed(1000)
        assert origin.wait_sealed(), "there is no archive"
        last = otlp.new_trace()
        origin.send(otlp.traces([otlp.span(last, 1, "in the log")]))
        truth[last] = ["in the log"]
        origin.wait_indexed(1001)
        origin.process.stop()
        files = [path.relative_to(origin.data) for path in files_of(origin.data) if path.stat().st_size > 0]
        for name in files:
            copy = Server(SEALED_SOON)
            with copy:
                shutil.copytree(origin.data, copy.data)
                copy.cookie, copy.key = origin.cookie, origin.key
                _flip_one(expect, copy, name, truth)


def _flip_one(expect, server, name, truth):
    server.start()
    path = pathlib.Path(server.data) / name
    if not path.exists():
        return
    wait_told(server, next(iter(truth)))
    flip(path)
    wrong = lost = refused = 0
    notes = []
    for phase in ("while it runs", "after a start"):
        for trace, names in truth.items():
            answer = told(server, trace)
            refused += answer is None
            wrong += answer is not None and any(other not in names for other in answer)
            lost += answer is not None and answer != names and all(other in names for other in answer)
        status, _ = server.send(otlp.one_span(), timeout=20)
        alive = server.process.is_alive()
        notes.append(f"{phase}: {'alive' if alive else 'ended'}, a send is {status}")
        if server.process.panicked():
            break
        if phase == "while it runs":
            server.process.stop()
            server.launch()
            if server.wait_ready(60) is None:
                notes.append("does not start: " + server.process.log().strip().splitlines()[-1][:100])
                break
            wait_told(server, next(iter(truth)))
    panicked = server.process.panicked()
    hung = server.process.is_alive() and server.send(otlp.one_span(), timeout=20)[0] == 0
    expect(not wrong and not lost and not panicked and not hung,
           f"{name}: {wrong} wrong, {lost} cut and {refused} refused of {2 * len(truth)} answers"
           f"{', PANICKED' if panicked else ''}{', HANGS' if hung else ''}; {'; '.join(notes)}")


def read_only_prefix(folder):
    """Runs a program with a folder that cannot be written, also for root."""
    if os.geteuid() != 0:
        raise Skipped("a folder that even its owner cannot write needs root (unshare -m, mount)")
    script = 'mount --bind "$0" "$0" && mount -o remount,bind,ro "$0" && exec "$@"'
    prefix = ["unshare", "-m", "sh", "-c", script, folder]
    if Process([*prefix, "true"], {}, os.devnull).child.wait() != 0:
        raise Skipped("this machine allows no mount of its own (unshare -m)")
    return prefix


def read_only_folder(expect):
    """the folder cannot be written: at the first start, and at a start with data in it"""
    for name in ("an empty folder", "a folder with data"):
        with Server() as server:
            os.mkdir(server.data)
            if name != "an empty folder":
                server.start().register()
                server.send(otlp.one_span())
                server.process.stop()
            prefix = read_only_prefix(server.data)
            server.prefix = prefix
            server.launch()
            ready = server.wait_ready(30)
            if ready is None:
                code = None if server.process.is_alive() else server.process.child.wait()
                lines = server.process.log().strip().splitlines() or [""]
                expect(code not in (None, 0) and not server.process.panicked() and len(lines[-1]) > 20,
                       f"{name}: exit code {code}: {lines[-1][:160]}")
                continue
            server.key = server.key or "none"
            status, _ = server.send(otlp.one_span(), timeout=10)
            expect(status in (401, 503) and not server.process.panicked(), f"{name}: it runs, and a send is answered with {status}")


def two_programs(expect):
    """a second server on the same folder"""
    with Server().start().register() as server:
        second = Server()
        with second:
            shutil.rmtree(second.home)
            second.home, second.data = server.home, server.data
            second.launch()
            ready = second.wait_ready(20)
            expect(ready is None and not second.process.is_alive(), "it is refused: " + second.process.log().strip()[-120:])
            second.process.kill()
            second.process, second.home = None, os.path.join(server.home, "nothing")
        status, _ = server.send(otlp.one_span())
        expect(status == 200, f"the first goes on: {status}")


ALL = [file_modes, deleted_text, flipped_bytes, read_only_folder, two_programs]
