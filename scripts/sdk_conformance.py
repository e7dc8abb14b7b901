"""Real SDKs and exporters against both deployments; see sdk-conformance.sh. Compares ids sent with ids in the API, and looks whether
the runs of an agent are complete."""

import argparse
import dataclasses
import functools
import http.cookiejar
import http.server
import itertools
import json
import os
import pathlib
import re
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent
sys.path.insert(0, str(REPOSITORY / "examples/captures"))
import fake_vendor  # noqa: E402

# how long anything may take before it counts as hanging
PATIENCE = 60
# when an outage begins, how long it lasts unless told otherwise, and how long senders go on after it
OUTAGE_AT, OUTAGE_TIME, OUTAGE_AFTER = 3, 4, 7
# the client whose runs are looked into, and its service
AGENT, AGENT_SERVICE = "junjo agent (gRPC)", "example-junjo-agent"
# bytes of noise in one filling span
LARGEST_FILLER = 60_000


@dataclasses.dataclass
class Client:
    """One exporter: its name, its command line, and the protocol that its endpoint speaks."""

    name: str
    command: list[str]
    protocol: str
    # the longest outage, in seconds, through which its retries must bring everything; 0: it never retries
    bridges: int = 5
    # the ingestion service reads no JSON
    is_json: bool = False


def clients(python: str, node: str | None, vendor: str) -> list[Client]:
    examples = REPOSITORY / "examples"
    agent = str(examples / "python/junjo_agent.py")
    otel, junjo = str(examples / "python/opentelemetry_spans.py"), str(examples / "python/junjo_workflow.py")
    found = [
        Client("junjo (gRPC)", [python, junjo], "grpc", bridges=14),
        Client(AGENT, [python, agent, "--vendor", vendor], "grpc", bridges=14),
        Client("python gRPC", [python, otel, "--protocol", "grpc"], "grpc"),
        Client("python gRPC gzip", [python, otel, "--protocol", "grpc", "--compression", "gzip"], "grpc"),
        Client("python HTTP", [python, otel, "--protocol", "http"], "http"),
        Client("python HTTP gzip", [python, otel, "--protocol", "http", "--compression", "gzip"], "http"),
        Client("python HTTP deflate", [python, otel, "--protocol", "http", "--compression", "deflate"], "http"),
    ]
    if node:
        send = [node, str(REPOSITORY / "examples/javascript/send.mjs"), "--protocol"]
        found += [
            Client("js HTTP json", [*send, "json"], "http", is_json=True),
            Client("js HTTP proto", [*send, "proto"], "http"),
            Client("js HTTP proto gzip", [*send, "proto", "--compression", "gzip"], "http"),
            Client("js gRPC", [*send, "grpc"], "grpc", bridges=0),
        ]
    return found


def free_ports(count: int) -> list[int]:
    sockets = [socket.socket() for _ in range(count)]
    for each in sockets:
        each.bind(("127.0.0.1", 0))
    ports = [each.getsockname()[1] for each in sockets]
    for each in sockets:
        each.close()
    return ports


class Deployment:
    """The server, alone or with an ingestion service, on ports that stay the same over restarts."""

    def __init__(self, mode: str, binaries: dict[str, str], folder: pathlib.Path, wal_bytes: str) -> None:
        self.mode, self.binaries, self.folder, self.wal_bytes = mode, binaries, folder, wal_bytes
        self.main, self.grpc, self.http, self.pull, self.keys, self.metrics = free_ports(6)
        self.processes: dict[str, subprocess.Popen] = {}
        self.opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar()))

    def start(self) -> None:
        """Starts whatever is not running, and waits until it is ready."""
        if self.mode == "split" and "service" not in self.processes:
            self._spawn("service", {
                "JUNJO_OTLP_GRPC_ADDR": f"127.0.0.1:{self.grpc}", "JUNJO_OTLP_HTTP_ADDR": f"127.0.0.1:{self.http}",
                "JUNJO_INTERNAL_GRPC_ADDR": f"127.0.0.1:{self.pull}", "JUNJO_METRICS_ADDR": f"127.0.0.1:{self.metrics}",
                "JUNJO_BACKEND_ADDR": f"127.0.0.1:{self.keys}", "BADGERDB_PATH": str(self.folder / "badger"),
            })
        if "server" not in self.processes:
            settings = {
                "JUNJO_HTTP_ADDR": f"127.0.0.1:{self.main}", "JUNJO_OTLP_GRPC_ADDR": f"127.0.0.1:{self.grpc}",
                "JUNJO_OTLP_HTTP_ADDR": f"127.0.0.1:{self.http}", "JUNJO_DATA_DIR": str(self.folder / "data"),
            }
            if self.mode == "split":
                settings["JUNJO_INGESTION_URL"] = f"http://127.0.0.1:{self.pull}"
                settings["JUNJO_INTERNAL_GRPC_ADDR"] = f"127.0.0.1:{self.keys}"
            self._spawn("server", settings)
        until("the server is ready", lambda: self.call("GET", "/ready")[0] == 200)

    def _spawn(self, name: str, settings: dict[str, str]) -> None:
        settings |= {"JUNJO_WAL_MAX_BYTES": self.wal_bytes, "JUNJO_FREE_SPACE_MIN": "64M", "JUNJO_LOG": "warn"}
        with open(self.folder / f"{name}.log", "ab") as log:
            self.processes[name] = subprocess.Popen([self.binaries[name]], env=settings, stdout=log, stderr=log)

    def stop(self, name: str, how: signal.Signals) -> None:
        process = self.processes.pop(name)
        process.send_signal(how)
        process.wait(PATIENCE)

    def close(self) -> None:
        for name in list(self.processes):
            self.stop(name, signal.SIGTERM)

    def call(self, method: str, path: str, body: object = None) -> tuple[int, object]:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"http://127.0.0.1:{self.main}{path}", data, method=method)
        request.add_header("content-type", "application/json")
        try:
            with self.opener.open(request, timeout=PATIENCE) as answer:
                text = answer.read()
                return answer.status, json.loads(text) if text[:1] in (b"{", b"[") else text
        except urllib.error.HTTPError as error:
            return error.code, None
        except OSError:
            return 0, None

    def sign_in(self) -> str:
        """Makes the first user and an API key."""
        account = {"email": "sdk@example.com", "password": "correct horse battery staple"}
        status, _ = self.call("POST", "/auth/register", account)
        assert status == 201, f"registering: {status}"
        status, key = self.call("POST", "/api-keys", {"name": "sdk conformance"})
        assert status == 201, f"making a key: {status}"
        return key["key"]

    def endpoint(self, client: Client) -> str:
        """Where a client sends to."""
        if client.protocol == "http":
            # JSON has no home in split mode but the main port
            port = self.main if client.is_json and self.mode == "split" else self.http
            return f"http://127.0.0.1:{port}"
        return f"{'http://' if client.command[0].endswith('node') else ''}127.0.0.1:{self.grpc}"

    def drained(self) -> None:
        """Waits until everything acknowledged is queryable."""

        def is_drained() -> bool:
            status, body = self.call("GET", "/otel/status")
            if status != 200 or body["accepted_spans"] != body["indexed_spans"]:
                return False
            return all(source["connected"] and not source["waiting_batches"] for source in body["sources"])

        until("everything is queryable", is_drained, settled=3)

    def missing(self, ids: dict[str, set[str]]) -> int:
        """How many of these spans the API does not have."""
        lost = 0
        for trace, spans in ids.items():
            status, page = self.call("GET", f"/otel/trace/{trace}")
            have = {span["span_id"] for span in page["spans"]} if status == 200 else set()
            lost += len(spans - have)
        return lost

    def agent_runs(self) -> tuple[int, list[str]]:
        """How many runs the agent's service has, and what is wrong with them: each has to be complete, with all that is in it."""
        path = f"/otel/runs?kind=all&service={AGENT_SERVICE}&limit=100"

        def are_checked() -> bool:
            status, page = self.call("GET", path)
            return status == 200 and all(run["evidence"] for run in page["items"])

        until("every run is checked", are_checked)
        runs, wrong = self.call("GET", path)[1]["items"], []
        for run in runs:
            view = self.call("GET", f"/otel/runs/{run['trace_id']}/{run['span_id']}")[1]
            if run["evidence"] != "complete" or view["evidence"] != "complete" or view["replay"] != "verified":
                wrong.append(f"{run['kind']} {run['trace_id']}: {run['evidence']}, {view['findings']}")
            if run["service_namespace"] != "examples" or run["correlation_type"] != "question":
                wrong.append(f"{run['kind']} {run['trace_id']}: its namespace or correlation is not there")
        agents = [run for run in runs if run["kind"] == "agent"]
        if not agents or 2 * len(agents) != len(runs):
            wrong.append(f"{len(agents)} agents among {len(runs)} runs: each has one workflow in it")
        return len(runs), wrong


def until(what: str, condition, settled: int = 1) -> None:
    """Waits until `condition` holds so many times in a row."""
    end, times = time.monotonic() + PATIENCE, 0
    while times < settled:
        if time.monotonic() > end:
            raise TimeoutError(f"{what}: not within {PATIENCE} s")
        times = times + 1 if condition() else 0
        time.sleep(0.2)


def send_all(deployment: Deployment, chosen: list[Client], key: str, seconds: float) -> dict[str, dict[str, set[str]]]:
    """Runs the clients at once; returns the ids that each one sent, by trace."""
    running = []
    for number, client in enumerate(chosen):
        ids = deployment.folder / f"ids-{number}-{time.monotonic_ns()}"
        ids.touch()
        command = [*client.command, "--endpoint", deployment.endpoint(client), "--key", key,
                   "--seconds", str(seconds), "--ids", str(ids)]
        log = open(deployment.folder / "clients.log", "ab")
        running.append((client, ids, subprocess.Popen(command, stdout=log, stderr=log), log))
    sent = {}
    for client, ids, process, log in running:
        process.wait(seconds + PATIENCE)
        log.close()
        traces: dict[str, set[str]] = {}
        for line in ids.read_text().splitlines():
            trace, span = line.split()
            traces.setdefault(trace, set()).add(span)
        assert traces, f"{client.name} sent nothing: see {deployment.folder}/clients.log"
        sent[client.name] = traces
    return sent


def send_from_browser(deployment: Deployment, chromium: str, key: str) -> dict[str, set[str]]:
    """A page of another origin sends in a real browser; returns the ids that it says were acknowledged."""
    folder = str(REPOSITORY / "examples/javascript")
    handler = functools.partial(QuietHandler, directory=folder)
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as pages:
        threading.Thread(target=pages.serve_forever, daemon=True).start()
        # browsers send JSON, which the ingestion service of split mode does not take
        port = deployment.main if deployment.mode == "split" else deployment.http
        page = f"http://127.0.0.1:{pages.server_port}/browser.html#endpoint=http://127.0.0.1:{port}&key={key}"
        command = [chromium, "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={deployment.folder}/browser",
                   "--virtual-time-budget=15000", "--dump-dom", page]
        shown = subprocess.run(command, capture_output=True, text=True, timeout=PATIENCE, check=True).stdout
        pages.shutdown()
    assert re.search(r"refused 401 .*invalid API key", shown), f"a page cannot read why it was refused: {shown}"
    found = re.search(r"sent ([0-9a-f]{32}) ([0-9a-f]{16}) 200", shown)
    assert found, f"the browser's request failed: {shown}"
    return {found[1]: {found[2]}}


class QuietHandler(http.server.SimpleHTTPRequestHandler):
    """Serves files without a log."""

    def log_message(self, *_: object) -> None:
        pass


def fill(deployment: Deployment, key: str, seconds: float) -> int:
    """Sends spans that do not compress for so long, as fast as they are taken; returns how many were told to wait.

    Smaller ones follow what is refused, so that the last gap is closed and nobody's batch fits.
    """
    refused, size, end = 0, LARGEST_FILLER, time.monotonic() + seconds
    while time.monotonic() < end:
        noise = os.urandom(size).hex().encode()
        request = urllib.request.Request(f"http://127.0.0.1:{deployment.http}/v1/traces", export(noise), method="POST")
        request.add_header("content-type", "application/x-protobuf")
        request.add_header("x-junjo-api-key", key)
        try:
            urllib.request.urlopen(request, timeout=PATIENCE).close()
            size = min(2 * size, LARGEST_FILLER)
        except urllib.error.HTTPError as error:
            assert error.code == 503, f"a full log is 503, not {error.code}"
            refused, size = refused + 1, max(size // 2, 1)
            time.sleep(0.02)
        except OSError:
            refused += 1
            time.sleep(0.02)
    return refused


def export(value: bytes) -> bytes:
    """ExportTraceServiceRequest of one span with one attribute, by hand: this script needs no package."""

    def field(number: int, content: bytes) -> bytes:
        length, size = len(content), bytearray()
        while length >= 0x80:
            size.append(length & 0x7F | 0x80)
            length >>= 7
        size.append(length)
        return bytes([number << 3 | 2]) + bytes(size) + content

    attribute = field(1, b"noise") + field(2, field(1, value))
    span = field(1, os.urandom(16)) + field(2, os.urandom(8)) + field(5, b"filler") + field(9, attribute)
    return field(1, field(2, field(2, span)))


def restart(deployment: Deployment, key: str, _: int) -> str:
    names = list(deployment.processes)
    for name in names:
        deployment.stop(name, signal.SIGTERM)
    deployment.start()
    return f"SIGTERM and start again of {' and '.join(names)}"


def stopped(deployment: Deployment, key: str, seconds: int) -> str:
    names = list(deployment.processes)
    for name in names:
        deployment.stop(name, signal.SIGKILL)
    time.sleep(seconds)
    deployment.start()
    return f"kill -9 of {' and '.join(names)}, gone for {seconds} s"


def full(deployment: Deployment, key: str, seconds: int) -> str:
    if deployment.mode == "split":  # nothing takes out of the log while the server is away
        deployment.stop("server", signal.SIGKILL)
    refused = fill(deployment, key, seconds)
    deployment.start()
    return f"{refused} requests refused in {seconds} s by a full log of {deployment.wal_bytes}"


def check_arrival(mode: str, binaries: dict[str, str], chosen: list[Client], chromium: str | None) -> list[bool]:
    """Every client once: exactly what was sent is in the API."""
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(mode, binaries, pathlib.Path(folder), "4G")
        try:
            deployment.start()
            key = deployment.sign_in()
            sent = send_all(deployment, chosen, key, 1)
            if chromium:
                sent["browser fetch json"] = send_from_browser(deployment, chromium, key)
            deployment.drained()
            lost = {name: deployment.missing(ids) for name, ids in sent.items()}
            runs, wrong = deployment.agent_runs()
        finally:
            deployment.close()
    for name, ids in sent.items():
        print(f"{mode:9} {name:20} sent {count(ids):5}  missing {lost[name]:5}")
    print(f"{mode:9} {'runs of the agent':20} had  {runs:5}  wrong   {len(wrong):5}", *wrong, sep="\n  ")
    return [*(missing == 0 for missing in lost.values()), not wrong]


def check_outage(mode: str, binaries: dict[str, str], chosen: list[Client], scenario, seconds: int) -> list[bool]:
    """All clients at once through one outage: what they retry is not lost."""
    with tempfile.TemporaryDirectory() as folder:
        deployment = Deployment(mode, binaries, pathlib.Path(folder), "1M" if scenario is full else "4G")
        # JSON goes to the server itself in split mode, which is not what is interrupted there
        chosen = [client for client in chosen if not (client.is_json and mode == "split")]
        said: list[str] = []
        try:
            deployment.start()
            key = deployment.sign_in()
            timer = threading.Timer(OUTAGE_AT, lambda: said.append(scenario(deployment, key, seconds)))
            timer.start()
            sent = send_all(deployment, chosen, key, OUTAGE_AT + seconds + OUTAGE_AFTER)
            timer.join(PATIENCE)
            deployment.drained()
            lost = {name: deployment.missing(ids) for name, ids in sent.items()}
        finally:
            deployment.close()
    print(f"\n{mode}, {scenario.__name__}: {said[0] if said else 'the outage itself failed'}")
    for client in chosen:
        note = "" if seconds <= client.bridges else f"  (its retries are only expected to bridge {client.bridges} s)"
        print(f"  {client.name:20} sent {count(sent[client.name]):5}  lost {lost[client.name]:5}{note}")
    return [bool(said) and lost[client.name] == 0 for client in chosen if seconds <= client.bridges]


def count(ids: dict[str, set[str]]) -> int:
    return sum(map(len, ids.values()))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--server", required=True)
    parser.add_argument("--service", help="the ingestion service; without it there is no split mode")
    parser.add_argument("--python", required=True, help="a Python with examples/python/requirements.txt")
    parser.add_argument("--node", help="a Node for examples/javascript")
    parser.add_argument("--chromium", help="a browser for examples/javascript/browser.html")
    parser.add_argument("--outages", action="store_true", help="also interrupt the receivers while clients send")
    parser.add_argument("--outage-seconds", type=int, nargs="+", default=[OUTAGE_TIME], help="how long outages last")
    chosen = parser.parse_args()
    binaries = {"server": chosen.server, "service": chosen.service}
    senders = clients(chosen.python, chosen.node, fake_vendor.start())
    modes = ["embedded", "split"] if chosen.service else ["embedded"]
    passed = [each for mode in modes for each in check_arrival(mode, binaries, senders, chosen.chromium)]
    if chosen.outages:
        # a restart takes as long as it takes
        kinds = [(restart, OUTAGE_TIME), *itertools.product([stopped, full], chosen.outage_seconds)]
        for mode, (scenario, seconds) in itertools.product(modes, kinds):
            passed += check_outage(mode, binaries, senders, scenario, seconds)
    print(f"\n{sum(passed)} passed, {len(passed) - sum(passed)} failed")
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
