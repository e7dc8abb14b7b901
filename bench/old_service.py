"""Lets a server pull from a double of Junjo's existing ingestion service at a steady rate, and prints what it stored.

Needs no packages. Build both programs first (bench/README.md says how). Figures depend on the machine; what must hold on every one is
checked at the end: each span is stored once, and nothing waits.
"""

import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

# how long the server may take after the last span
DRAIN_TIME = 900


def listening(process: subprocess.Popen, numbers: list[int]) -> None:
    for line in process.stdout:
        numbers.append(int(line))


class Server:
    """The program under test and its API."""

    def __init__(self, program: str, folder: str, source: str, arguments: list[str]) -> None:
        command = [program, "--data-dir", folder, "--http-addr=127.0.0.1:0", "--internal-grpc-addr=127.0.0.1:0",
                   f"--ingestion-url=http://{source}", *arguments]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, env={"JUNJO_LOG": "info"}, text=True)
        for line in self.process.stdout:
            event = json.loads(line)
            if event.get("message", "").startswith("ready"):
                break
        self.api = "http://" + event["http_addr"]
        threading.Thread(target=self.process.stdout.read, daemon=True).start()
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor())

    def call(self, path: str, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.api + path, data, {"content-type": "application/json"})
        with self.opener.open(request, timeout=60) as answer:
            return json.loads(answer.read())

    def memory(self, name: str) -> int:
        """MiB of a line of /proc: VmRSS or VmHWM."""
        for line in pathlib.Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith(name + ":"):
                return int(line.split()[1]) // 1024
        return 0

    def cpu(self) -> float:
        """Seconds of user and system time so far."""
        fields = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text().rsplit(")", 1)[1].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def show(server: Server, began: float, sent: int) -> dict:
    status = server.call("/otel/status")
    source = status["sources"][0]
    print(f"{time.monotonic() - began:7.0f} {sent:11,} {status['accepted_spans']:11,} {status['indexed_spans']:11,}"
          f" {status['duplicate_spans']:11,} {source['lag_ms'] / 1000:7.1f} {server.cpu():7.1f}"
          f" {server.memory('VmRSS'):8}", flush=True)
    return status


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--double", required=True, help="example old_service_double of junjo-test-support")
    parser.add_argument("--rate", type=int, default=20_000, help="spans a second")
    parser.add_argument("--seconds", type=int, default=40)
    parser.add_argument("--after", type=int, default=100, help="seconds to look on after the last span")
    parser.add_argument("--restart", action="store_true", help="kill -9 and start in the middle and at the end")
    parser.add_argument("server_args", nargs="*", help="further arguments of the server, after --")
    chosen = parser.parse_args()
    total = chosen.rate * chosen.seconds
    double = subprocess.Popen([chosen.double, str(chosen.rate), str(chosen.seconds)], stdout=subprocess.PIPE, text=True)
    source, sent = double.stdout.readline().strip(), [0]
    threading.Thread(target=listening, args=(double, sent), daemon=True).start()
    account = {"email": "bench@example.com", "password": "correct horse battery"}
    with tempfile.TemporaryDirectory() as folder:
        start = lambda: Server(chosen.server, folder, source, chosen.server_args)
        server = start()
        try:
            server.call("/auth/register", account)
            print(f"{'seconds':>7} {'sent':>11} {'accepted':>11} {'indexed':>11} {'duplicates':>11} {'lag s':>7}"
                  f" {'CPU s':>7} {'RSS MiB':>8}")
            began, ended, kills, earlier = time.monotonic(), None, 0, 0.0
            while ended is None or time.monotonic() - ended < chosen.after:
                status = show(server, began, sent[-1])
                if ended is None and sent[-1] >= total and status["store"]["spans"] >= total:
                    ended = time.monotonic()
                if chosen.restart and kills < 2 and (sent[-1] >= total // 2 if kills == 0 else ended):
                    kills, earlier = kills + 1, earlier + server.cpu()
                    server.process.kill()
                    server.process.wait()
                    print("  killed")
                    server = start()
                    server.call("/auth/login", account)
                if time.monotonic() - began > chosen.seconds + chosen.after + DRAIN_TIME:
                    raise TimeoutError(f"not drained: {status}")
                time.sleep(5)
            status = show(server, began, sent[-1])
            wal = pathlib.Path(folder, "wal.db").stat().st_size >> 20
            print(f"\n{total:,} spans sent; CPU {earlier + server.cpu():.0f} s, peak memory {server.memory('VmHWM')} MiB,"
                  f" wal.db {wal} MiB")
            exact = total == status["accepted_spans"] == status["indexed_spans"] == status["store"]["spans"]
            passed = exact and status["duplicate_spans"] == 0 and status["sources"][0]["lag_ms"] == 0
            print("1 passed, 0 failed" if passed else "0 passed, 1 failed: not every span is stored once, or lag is shown")
            return 0 if passed else 1
        finally:
            server.process.terminate()
            server.process.wait(60)
            double.kill()


if __name__ == "__main__":
    sys.exit(main())
