"""Offers a server several times what it can sustain, with retries, and checks that it stays bounded and honest.

Needs no packages. bench/overload.sh builds the programs, makes the corpus and starts it.
"""

import argparse
import collections
import http.client
import json
import multiprocessing
import os
import pathlib
import random
import struct
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request

# how long draining may take after the last acknowledgement
DRAIN_TIME = 900
# statuses that exporters retry (OTLP specification)
RETRIED = {429, 502, 503, 504}


def fields(data: bytes, start: int, end: int):
    """Length-delimited fields of a protobuf message: number, begin, end."""

    def varint(at: int) -> tuple[int, int]:
        value = shift = 0
        while True:
            byte = data[at]
            value |= (byte & 0x7F) << shift
            at, shift = at + 1, shift + 7
            if byte < 0x80:
                return value, at

    while start < end:
        tag, start = varint(start)
        kind = tag & 7
        if kind == 2:
            length, start = varint(start)
            yield tag >> 3, start, start + length
            start += length
        elif kind == 0:
            _, start = varint(start)
        else:
            start += 8 if kind == 1 else 4


def trace_ids(batch: bytes) -> list[int]:
    """Where the trace id of each span stands in an export request."""
    places = []
    for _, a, b in fields(batch, 0, len(batch)):
        for number, c, d in fields(batch, a, b):
            if number != 2:
                continue
            for number, e, f in fields(batch, c, d):
                if number == 2:
                    places += [begin for number, begin, _ in fields(batch, e, f) if number == 1]
    return places


def corpus(path: pathlib.Path) -> list[tuple[bytearray, list[int]]]:
    """Export requests, each with its length (u32, little endian) before it."""
    data, at, batches = path.read_bytes(), 0, []
    while at < len(data):
        (length,) = struct.unpack_from("<I", data, at)
        batch = data[at + 4:at + 4 + length]
        batches.append((bytearray(batch), trace_ids(batch)))
        at += 4 + length
    return batches


class Sender(threading.Thread):
    """One connection. Takes the next request when it is due, and repeats it until it is acknowledged."""

    def __init__(self, work: "Work", number: int) -> None:
        super().__init__(daemon=True)
        self.work, self.number = work, number
        self.answers: collections.Counter = collections.Counter()
        self.spans = self.sent = 0
        self.worst = 0.0
        self.sample: list[str] = []

    def run(self) -> None:
        batches = [(bytearray(batch), places) for batch, places in self.work.batches]
        connection = None
        headers = {"content-type": "application/x-protobuf", "x-junjo-api-key": self.work.key}
        while (due := self.work.next_due()) is not None:
            time.sleep(max(0.0, due - time.monotonic()))
            batch, places = batches[self.sent % len(batches)]
            # new traces each time: the first half of each id names this request
            name = struct.pack(">IHH", self.sent, self.number, os.getpid() & 0xFFFF)
            for place in places:
                batch[place:place + 8] = name
            self.sent += 1
            began = time.monotonic()
            while True:
                try:
                    connection = connection or http.client.HTTPConnection(*self.work.addr, timeout=60)
                    connection.request("POST", "/v1/traces", batch, headers)
                    answer = connection.getresponse()
                    answer.read()
                    status, wait = answer.status, float(answer.getheader("retry-after") or 1)
                except OSError as error:
                    connection, status, wait = None, type(error).__name__, 1.0
                self.answers[status] += 1
                if status == 200:
                    self.spans += len(places)
                    self.worst = max(self.worst, time.monotonic() - began)
                    if len(self.sample) < 20 or random.random() < 0.01:
                        self.sample.append(batch[places[0]:places[0] + 16].hex())
                    break
                if status not in RETRIED and not isinstance(status, str):
                    break
                time.sleep(wait)


class Work:
    """What one process sends: so many requests a second, spread over its connections."""

    def __init__(self, batches, addr: tuple[str, int], key: str, rate: float, seconds: float) -> None:
        self.batches, self.addr, self.key = batches, addr, key
        self._lock, self._next = threading.Lock(), time.monotonic()
        self._end, self._pause = self._next + seconds, 1 / rate

    def next_due(self) -> float | None:
        with self._lock:
            if max(self._next, time.monotonic()) >= self._end:
                return None
            due, self._next = self._next, self._next + self._pause
            return due


def process(path: str, addr, key: str, rate: float, seconds: float, conns: int, results) -> None:
    work = Work(corpus(pathlib.Path(path)), addr, key, rate, seconds)
    senders = [Sender(work, number) for number in range(conns)]
    for sender in senders:
        sender.start()
    for sender in senders:
        sender.join()
    answers = sum((sender.answers for sender in senders), collections.Counter())
    sample = [trace for sender in senders for trace in sender.sample]
    results.put((answers, sum(s.spans for s in senders), sum(s.sent for s in senders),
                 max(s.worst for s in senders), random.sample(sample, min(100, len(sample)))))


class Server:
    """The program under test and its API."""

    def __init__(self, program: str, folder: str, arguments: list[str]) -> None:
        command = [program, "--data-dir", folder, "--http-addr=127.0.0.1:0", "--otlp-grpc-addr=127.0.0.1:0",
                   "--otlp-http-addr=127.0.0.1:0", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env={"JUNJO_LOG": "info"}, text=True)
        self.errors: list[str] = []
        for line in self.process.stdout:
            event = json.loads(line)
            if event.get("message", "").startswith("ready"):
                break
        host, port = event["http_addr"].split(":")
        self.api, otlp = f"http://{host}:{port}", event["otlp_http_addrs"].strip("[]").split(":")
        self.otlp = (otlp[0], int(otlp[1]))
        threading.Thread(target=self._listen, daemon=True).start()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def _listen(self) -> None:
        for line in self.process.stdout:
            if '"ERROR"' in line or "panicked" in line:
                self.errors.append(line.strip())

    def call(self, path: str, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data, {"content-type": "application/json"})
        with self.opener.open(request, timeout=60) as answer:
            return json.loads(answer.read())

    def has(self, trace: str) -> bool:
        """Whether a trace can be queried."""
        try:
            return bool(self.call(f"/otel/trace/{trace}")["spans"])
        except urllib.error.HTTPError:
            return False

    def rss(self) -> int:
        """Resident MiB now."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) // 1024
        return 0


def offer(server: Server, path: str, key: str, rate: float, seconds: float, conns: int, report: bool):
    """Offers `rate` requests a second; returns answers, spans, requests, worst delay, sample and memory over time."""
    processes = min(4, conns)
    results = multiprocessing.Queue()
    workers = [multiprocessing.Process(target=process, args=(
        path, server.otlp, key, rate / processes, seconds, conns // processes, results)) for _ in range(processes)]
    for worker in workers:
        worker.start()
    memory, began, lines = [], time.monotonic(), 0
    while any(worker.is_alive() for worker in workers) and results.qsize() < processes:
        memory.append(server.rss())
        if report and (elapsed := time.monotonic() - began) >= lines * 15:
            status = server.call("/otel/status")
            print(f"{elapsed:7.0f} {memory[-1]:9} {status['accepted_spans']:14,} {status['indexed_spans']:14,}"
                  f" {status['wal']['bytes'] >> 20:9}", flush=True)
            lines += 1
        time.sleep(1)
    found = [results.get() for _ in workers]
    for worker in workers:
        worker.join()
    answers = sum((each[0] for each in found), collections.Counter())
    sample = [trace for each in found for trace in each[4]]
    return (answers, sum(each[1] for each in found), sum(each[2] for each in found),
            max(each[3] for each in found), sample, memory)


def drained(server: Server, spans: int) -> float:
    """Waits until `spans` are acknowledged and indexed; returns how long that took."""
    began = time.monotonic()
    while time.monotonic() - began < DRAIN_TIME:
        status = server.call("/otel/status")
        if status["accepted_spans"] == status["indexed_spans"] and status["indexed_spans"] >= spans:
            return time.monotonic() - began
        time.sleep(0.5)
    raise TimeoutError(f"not drained: {status}")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--corpus", required=True)
    parser.add_argument("--data", required=True, help="an empty folder")
    parser.add_argument("--seconds", type=float, default=300)
    parser.add_argument("--factor", type=float, default=4)
    parser.add_argument("--connections", type=int, default=64)
    parser.add_argument("--calibrate", type=float, default=30, help="seconds that find the sustainable rate")
    parser.add_argument("server_args", nargs="*", help="further arguments of the server, after --")
    chosen = parser.parse_args()
    batches = corpus(pathlib.Path(chosen.corpus))
    per_batch = sum(len(places) for _, places in batches) / len(batches)
    del batches
    server = Server(chosen.server, chosen.data, chosen.server_args)
    try:
        server.call("/auth/register", {"email": "bench@example.com", "password": "correct horse battery"})
        key = server.call("/api-keys", {"name": "overload"})["key"]
        began = time.monotonic()
        _, calibrated, *_ = offer(server, chosen.corpus, key, 1e6, chosen.calibrate, 4, False)
        drained(server, calibrated)
        sustained = calibrated / (time.monotonic() - began)
        rate = sustained * chosen.factor / per_batch
        print(f"sustained, acknowledged and queryable: {sustained:,.0f} spans/s; offering {chosen.factor:g} times that,"
              f" {rate:.0f} requests/s of {per_batch:.0f} spans over {chosen.connections} connections\n")
        print(f"{'seconds':>7} {'RSS MiB':>9} {'acknowledged':>14} {'queryable':>14} {'WAL MiB':>9}")
        answers, spans, requests, worst, sample, memory = offer(
            server, chosen.corpus, key, rate, chosen.seconds, chosen.connections, True)
        took = drained(server, calibrated + spans)
        status = server.call("/otel/status")
        missing = sum(not server.has(trace) for trace in sample)
        odd = {answer: count for answer, count in answers.items() if answer not in (200, 503)}
        exact = status["accepted_spans"] == calibrated + spans == status["store"]["spans"]
        print(f"\nanswers {dict(answers)}; {requests * per_batch / chosen.seconds:,.0f} spans/s were offered,"
              f" {spans / chosen.seconds:,.0f} acknowledged; slowest request {worst:.1f} s with its retries")
        print(f"drained {took:.1f} s later: acknowledged by the ledger {calibrated + spans:,}, by the server"
              f" {status['accepted_spans']:,}, in the index {status['store']['spans']:,}; {missing} of {len(sample)}"
              " sampled traces missing")
        print(f"memory: {memory[0]} MiB at first, at most {max(memory)} MiB, {server.rss()} MiB at the end;"
              f" errors in the log: {len(server.errors)}")
        for line in server.errors[:5]:
            print(line[:300])
        passed = exact and not odd and not missing and not server.errors
        print("1 passed, 0 failed" if passed else f"0 passed, 1 failed: {odd}")
        return 0 if passed else 1
    finally:
        server.process.terminate()
        server.process.wait(60)


if __name__ == "__main__":
    sys.exit(main())
