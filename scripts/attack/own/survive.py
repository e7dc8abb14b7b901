"""The server in a memory cgroup of 512 MiB, every attack at once for some minutes, and an honest sender beside them.

python3 -B scripts/attack/own/survive.py [--minutes 10] [--rate 2000] [--only NAME...] [--first]

JUNJO_SERVER is the server's program. Needs root and cgroups (version 1 or 2). Exit code 1 when the process ended, an honest request
was refused for good, acknowledgements took too long, or an acknowledged span of the honest sender cannot be queried at the end.
"""

import argparse
import http.client
import json
import multiprocessing
import os
import queue
import signal
import sys
import threading
import time

import cgroup
import honest
import siege
from programs import Server, Skipped

GROUP_BYTES = 512 << 20
MEMORY_LIMIT = "256M"
ACKNOWLEDGED_SECONDS = 0.25
# how long everything that was acknowledged may take to be queryable, after the last attack
DRAIN_SECONDS = 900
REPORT_SECONDS = 10
COMPARERS = 4


# for --first
NICENESS = -15


def part(waits, share):
    """That share of the waits is at most this long."""
    waits = sorted(waits)
    return waits[min(len(waits) - 1, int(len(waits) * share))] if waits else float("nan")


class Honest:
    """The honest sender in its process, and what it told so far."""

    def __init__(self, target, rate, niceness):
        self.stop = multiprocessing.Event()
        self.pipe, theirs = multiprocessing.Pipe(duplex=False)
        self.process = multiprocessing.Process(target=honest.run, args=(target, rate, niceness, self.stop, theirs), daemon=True)
        self.waits, self.report, self.acknowledged = [], {"refusals": 0, "lost": []}, None

    def start(self):
        self.process.start()
        return self

    def listen(self, seconds):
        """Takes what it tells for so long; returns the waits of that time."""
        end, fresh = time.monotonic() + seconds, []
        while (left := end - time.monotonic()) > 0 and self.acknowledged is None:
            if self.pipe.poll(min(left, 1)):
                self.report = self.pipe.recv()
                fresh += self.report["waits"]
                self.acknowledged = self.report.get("acknowledged")
        self.waits += fresh
        return [wait for _, wait in fresh]

    def end(self):
        self.stop.set()
        while self.acknowledged is None:
            self.listen(5)
        self.process.join()


def besiege(server, group, sender, target, attacks, seconds):
    """Lets all attacks run; returns what each tells at its end, and whether the process survived."""
    stop, besiegers = multiprocessing.Event(), []
    for attack in attacks:
        ours, theirs = multiprocessing.Pipe(duplex=False)
        process = multiprocessing.Process(target=siege.run, args=(attack, target, stop, theirs), daemon=True)
        process.start()
        besiegers.append((attack.__name__, process, ours))
    began = time.monotonic()
    while time.monotonic() - began < seconds and server.process.is_alive():
        waits = sender.listen(min(REPORT_SECONDS, max(1, seconds - (time.monotonic() - began))))
        anonymous, files, kernel = group.mib()
        print(f"  {time.monotonic() - began:5.0f} s  {len(waits)} acknowledged, p50 {part(waits, 0.5) * 1e3:.0f} ms, "
              f"p99 {part(waits, 0.99) * 1e3:.0f} ms; refused for now so far {sender.report['refusals']}; "
              f"memory {anonymous} MiB, files {files}, kernel {kernel}; load of the machine {os.getloadavg()[0]:.0f}", flush=True)
    survived = server.process.is_alive()
    stop.set()
    told = {}
    for name, process, ours in besiegers:
        told[name] = ours.recv() if ours.poll(150) else (0, ["it did not come to its end"])
        process.join(5)
        if process.is_alive():
            process.kill()
    return told, survived


def drained(server):
    """Waits until everything that was acknowledged is queryable; returns the seconds, None when it takes too long."""
    began = time.monotonic()
    while time.monotonic() - began < DRAIN_SECONDS and server.process.is_alive():
        try:
            status = server.ask("GET", "/otel/status").json
            if status.get("index") == "ok" and status["accepted_spans"] == status["indexed_spans"]:
                return time.monotonic() - began
        except (OSError, ValueError, http.client.HTTPException):
            pass
        time.sleep(0.5)
    return None


def compare(server, traces):
    """Asks for every trace of the honest sender; returns those that are not as they were sent, with what was told instead."""
    todo, wrong = queue.SimpleQueue(), []
    for trace in traces:
        todo.put(trace)
    wanted = [f"{number + 1:016x}" for number in range(honest.SPANS_PER_TRACE)]

    def work():
        connection = http.client.HTTPConnection(server.http, timeout=60)
        while not todo.empty():
            try:
                trace = todo.get_nowait()
            except queue.Empty:
                break
            found = None
            for attempt in range(20):
                try:
                    connection.request("GET", f"/otel/trace/{trace.hex()}", headers={"cookie": server.cookie})
                    response = connection.getresponse()
                    body = response.read()
                    found = json.loads(body) if response.status == 200 else response.status
                except (OSError, ValueError, http.client.HTTPException) as fault:
                    connection.close()
                    found = repr(fault)
                if found != 503 and not isinstance(found, str):
                    break
                time.sleep(0.2 * (attempt + 1))
            ids = sorted(span["span_id"] for span in found["spans"]) if isinstance(found, dict) else found
            if ids != wanted:
                wrong.append((trace.hex(), ids if not isinstance(ids, list) else f"{len(ids)} spans"))
        connection.close()

    threads = [threading.Thread(target=work) for _ in range(COMPARERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return wrong


def verdicts(sender, minutes, server, group, survived, took, wrong):
    """Each line of the end: whether it holds, and what was seen."""
    waits = [wait for _, wait in sender.waits]
    spans = len(sender.acknowledged) * honest.SPANS_PER_TRACE
    yield survived, (f"the process {'survived' if survived else 'ENDED'}; kills for want of memory: {group.kills()}; panics: "
                     f"{server.process.log().count('panicked at')}")
    yield group.kills() == 0 and not server.process.panicked(), "no kill for want of memory, and no panic"
    yield (part(waits, 0.99) < ACKNOWLEDGED_SECONDS,
           f"{len(waits)} honest requests acknowledged, {spans} spans ({spans / minutes / 60:.0f} a second): p50 "
           f"{part(waits, 0.5) * 1e3:.0f} ms, p99 {part(waits, 0.99) * 1e3:.0f} ms, the slowest {max(waits, default=0):.2f} s, "
           f"from the first try on")
    lost = sender.report["lost"]
    yield not lost, f"refused for now {sender.report['refusals']} times, for good {len(lost)} times {lost[:3] or ''}"
    yield took is not None, f"everything acknowledged is queryable {took or DRAIN_SECONDS:.0f} s after the attacks"
    yield wrong is not None and not wrong, (
        f"{len(sender.acknowledged)} honest traces compared span by span, not as sent: "
        f"{'all' if wrong is None else len(wrong)} {(wrong or [''])[:3]}")


def survive(arguments):
    attacks = [attack for attack in siege.ALL if not arguments.only or any(word in attack.__name__ for word in arguments.only)]
    niceness = NICENESS if arguments.first else 0
    with cgroup.Group(GROUP_BYTES) as group, Server(
            {"JUNJO_MEMORY_LIMIT": MEMORY_LIMIT}, prefix=(*group.prefix, "nice", "-n", str(niceness))) as server:
        server.start().register()
        target = siege.Target(server)
        target.prepare()
        print(f"{len(attacks)} attacks at once for {arguments.minutes:g} minutes, {arguments.rate} honest spans a second, "
              f"{GROUP_BYTES >> 20} MiB of memory, JUNJO_MEMORY_LIMIT={MEMORY_LIMIT}", flush=True)
        sender = Honest(target, arguments.rate, niceness).start()
        told, survived = besiege(server, group, sender, target, attacks, arguments.minutes * 60)
        sender.end()
        peak = server.process.peak_mib() if server.process.is_alive() else 0
        took = drained(server)
        wrong = compare(server, sender.acknowledged) if took is not None else None
        survived = survived and server.process.is_alive()
        print(f"\npeak memory {peak} MiB under attack; {server.process.peak_mib() if survived else 0} MiB in all")
        for name, (rounds, notes) in told.items():
            print(f"  {name:<30} {rounds:>5} rounds {'; '.join(sorted(set(notes)))[:200]}")
        results = list(verdicts(sender, arguments.minutes, server, group, survived, took, wrong))
        results += [(not notes, f"{name}: {notes[0]}") for name, (_, notes) in told.items() if notes]
        if not survived:
            print(server.process.log()[-2000:])
        server.process.stop()
    for holds, text in results:
        print(f"  {'held  ' if holds else 'BROKE '}  {text}")
    return 0 if all(holds for holds, _ in results) else 1


def main():
    parser = argparse.ArgumentParser(description="Every attack at once beside an honest sender, in 512 MiB of memory.")
    parser.add_argument("--minutes", type=float, default=10)
    parser.add_argument("--rate", type=int, default=2000, help="honest spans a second")
    parser.add_argument("--only", nargs="*", help="attacks whose names contain one of these words")
    parser.add_argument("--first", action="store_true", help="server and honest sender go before whatever else the machine does")
    # so that the server, the group and the folder go with this as well
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(1))
    try:
        return survive(parser.parse_args())
    except Skipped as reason:
        print(f"it cannot be carried out: {reason}")
        return 1


if __name__ == "__main__":
    multiprocessing.set_start_method("fork")
    sys.exit(main())
