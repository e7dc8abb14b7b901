"""Starts and ends the programs under attack, each with a folder of its own, and reads what they take of the machine."""

import atexit
import contextlib
import http.client
import json
import os
import pathlib
import secrets
import shutil
import signal
import socket
import subprocess
import tempfile
import time

EMAIL = "root@example.org"
PASSWORD = "correct horse battery staple"
START_SECONDS = 60


_left = []


@atexit.register
def end_all():
    """Ends what an attack that broke off has left behind."""
    for thing in reversed(_left):
        if isinstance(thing, Process):
            thing.kill()
        else:
            shutil.rmtree(thing, ignore_errors=True)


class Skipped(Exception):
    """An attack that this machine cannot carry out, with the reason."""


def program(variable):
    """The program that a variable names."""
    path = os.environ.get(variable)
    if not path:
        raise Skipped(f"{variable} names no program")
    return os.path.realpath(path)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def until(condition, seconds):
    """Waits for a condition; its last value. A server that does not answer yet has not met it."""
    end = time.monotonic() + seconds
    while True:
        value = None
        with contextlib.suppress(OSError, http.client.HTTPException):
            value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(0.1)


class Reply:
    def __init__(self, response, body):
        self.status = response.status
        self.body = body
        self.header = response.getheader

    @property
    def json(self):
        return json.loads(self.body)


def call(address, method, path, body=None, headers=None, source=None, timeout=30):
    """One request over a connection of its own. A body that is no bytes is sent as JSON."""
    sent = dict(headers or {})
    if body is not None and not isinstance(body, bytes):
        body = json.dumps(body).encode()
        sent.setdefault("content-type", "application/json")
    connection = http.client.HTTPConnection(address, timeout=timeout, source_address=(source, 0) if source else None)
    try:
        connection.request(method, path, body=body, headers=sent)
        response = connection.getresponse()
        return Reply(response, response.read())
    finally:
        connection.close()


class Process:
    """A program that runs; its environment holds nothing but what it is given."""

    def __init__(self, command, environment, log, **more):
        self.log_path = log
        environment = {"PATH": os.environ["PATH"], "HOME": os.environ.get("HOME", "/"), **environment}
        with open(log, "ab") as out:
            self.child = subprocess.Popen(command, env=environment, stdout=out, stderr=out, **more)
        _left.append(self)

    @property
    def pid(self):
        return self.child.pid

    def is_alive(self):
        return self.child.poll() is None

    def log(self):
        return pathlib.Path(self.log_path).read_text("utf-8", "replace")

    def panicked(self):
        return "panicked at" in self.log() or "\ngoroutine 1 [" in self.log()

    def kill(self):
        if self.is_alive():
            self.child.send_signal(signal.SIGKILL)
        self.child.wait()

    def stop(self, seconds=40):
        """Ends in order; returns the exit code, None when it had to be killed."""
        if self.is_alive():
            self.child.terminate()
        try:
            return self.child.wait(seconds)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def mib(self, field="VmRSS"):
        with open(f"/proc/{self.pid}/status", encoding="ascii") as status:
            lines = dict(line.split(":", 1) for line in status)
        return int(lines[field].split()[0]) // 1024

    def peak_mib(self):
        return self.mib("VmHWM")

    def forget_peak(self):
        """Makes the peak begin anew."""
        with contextlib.suppress(OSError), open(f"/proc/{self.pid}/clear_refs", "w", encoding="ascii") as refs:
            refs.write("5")


class Server:
    """Junjo Server on free ports. Settings are environment variables; `popen` is for masks, limits and users."""

    def __init__(self, settings=None, popen=None, prefix=()):
        self.home = tempfile.mkdtemp(prefix="junjo-attack-")
        _left.append(self.home)
        self.data = os.path.join(self.home, "data")
        self.settings = {"JUNJO_FREE_SPACE_MIN": "1M", **(settings or {})}
        self.popen = popen or {}
        self.prefix = tuple(prefix)
        self.process = None
        self.cookie = None
        self.key = None

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        if self.process:
            self.process.stop()
        shutil.rmtree(self.home, ignore_errors=True)

    def launch(self):
        """Starts without waiting."""
        log = os.path.join(self.home, f"log-{secrets.token_hex(4)}")
        command = [*self.prefix, program("JUNJO_SERVER"), "--data-dir", self.data, "--http-addr", "127.0.0.1:0",
                   "--otlp-grpc-addr", "127.0.0.1:0", "--otlp-http-addr", "127.0.0.1:0"]
        self.process = Process(command, self.settings, log, **self.popen)
        return self

    def start(self, seconds=START_SECONDS):
        self.launch()
        ready = self.wait_ready(seconds)
        if ready is None:
            raise RuntimeError("the server did not start: " + self.process.log()[-600:])
        return self

    def wait_ready(self, seconds):
        """Waits for the line that says which ports there are; None when it did not come."""
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            for line in self.process.log().splitlines():
                if '"message":"ready' in line:
                    self._read_ports(json.loads(line))
                    return line
            if not self.process.is_alive():
                return None
            time.sleep(0.05)
        return None

    def _read_ports(self, line):
        fields = line.get("fields", line)

        def first(name):
            value = fields.get(name, "")
            value = value[0] if isinstance(value, list) else str(value)
            return value.strip("[]").split(",")[0].strip().strip('"')

        self.http, self.grpc, self.otlp = first("http_addr"), first("grpc_addrs"), first("otlp_http_addrs")

    def register(self):
        """Makes the first account and an ingest key."""
        reply = call(self.http, "POST", "/auth/register", {"email": EMAIL, "password": PASSWORD})
        assert reply.status == 201, (reply.status, reply.body)
        self.cookie = reply.header("set-cookie").split(";")[0]
        self.key = self.make_key()["key"]
        return self

    def login(self):
        reply = call(self.http, "POST", "/auth/login", {"email": EMAIL, "password": PASSWORD})
        assert reply.status == 200, (reply.status, reply.body)
        self.cookie = reply.header("set-cookie").split(";")[0]

    def ask(self, method, path, body=None, headers=None, **more):
        return call(self.http, method, path, body, {"cookie": self.cookie, **(headers or {})}, **more)

    def make_key(self, **more):
        reply = self.ask("POST", "/api-keys", {"name": "attacked", **more})
        assert reply.status == 201, (reply.status, reply.body)
        return reply.json

    def send(self, body, path="/v1/traces", encoding=None, timeout=60, address=None):
        """Sends OTLP over HTTP; returns the status and how long it took. 0 when there was no answer."""
        headers = {"content-type": "application/x-protobuf", "x-junjo-api-key": self.key}
        if encoding:
            headers["content-encoding"] = encoding
        started = time.monotonic()
        try:
            status = call(address or self.otlp, "POST", path, body, headers, timeout=timeout).status
        except (OSError, http.client.HTTPException):
            status = 0
        return status, time.monotonic() - started

    def status(self):
        """`GET /otel/status`; empty while the server does not tell."""
        reply = self.ask("GET", "/otel/status")
        return reply.json if reply.status == 200 else {}

    def wait_sealed(self, seconds=60):
        """Waits until nothing is left in the log; whether that is so."""
        return until(lambda: self.status().get("wal", {}).get("batches") == 0, seconds)

    def wait_upkeep(self, rounds=2, seconds=120):
        """Waits until so many rounds of upkeep (retention, merging) have ended since this was asked; whether they have."""
        seen = [self.status().get("upkeep", {}).get("last_at")]

        def enough():
            last = self.status().get("upkeep", {}).get("last_at")
            if last and last != seen[-1]:
                seen.append(last)
            return len(seen) > rounds

        return until(enough, seconds)

    def indexed(self):
        return self.status().get("indexed_spans", 0)

    def wait_indexed(self, spans, seconds=180):
        """Waits until so many spans are queryable; returns the seconds it took, None when they are not."""
        started = time.monotonic()
        return time.monotonic() - started if until(lambda: self.indexed() >= spans, seconds) else None


class Honest:
    """A sender that goes on beside an attack, and remembers how it was served."""

    def __init__(self, send):
        self.send = send
        self.waits = []
        self.refused = 0

    def once(self):
        status, seconds = self.send()
        self.waits.append(seconds)
        self.refused += status != 200
        return status == 200

    def during(self, seconds, pause=0.1):
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            self.once()
            time.sleep(pause)
        return self

    def said(self):
        return f"{len(self.waits)} sends beside it: {self.refused} refused, the slowest {max(self.waits):.2f} s"

    def was_served(self, slowest):
        return self.refused == 0 and max(self.waits) < slowest
