"""HTTP as an attacker speaks it: any source address of 127/8, any header, and raw bytes."""

import http.client
import json
import os
import secrets
import socket
import threading
import urllib.parse

URL = urllib.parse.urlsplit(os.environ["JUNJO_URL"])
OTLP_HTTP = os.environ["JUNJO_OTLP_HTTP"]
ADMIN_COOKIE = os.environ["JUNJO_COOKIE"]
EMAIL = os.environ["JUNJO_EMAIL"]
PASSWORD = os.environ["JUNJO_PASSWORD"]
LOG = os.environ["JUNJO_SERVER_LOG"]
PID = int(os.environ["JUNJO_SERVER_PID"])

_next_address = [0]
_address_lock = threading.Lock()


def new_address():
    """A source address nobody has used: limits count per address, and an attack must not use up another's."""
    with _address_lock:
        _next_address[0] += 1
        number = _next_address[0]
    return f"127.1.{number // 250}.{number % 250 + 1}"


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = headers
        self.body = body

    @property
    def json(self):
        return json.loads(self.body)

    @property
    def cookie(self):
        for name, value in self.headers:
            if name.lower() == "set-cookie":
                return value.split(";")[0]
        return None

    def header(self, name):
        return next((value for key, value in self.headers if key.lower() == name), None)


class Browser:
    """Keeps its cookie as a browser would."""

    def __init__(self, cookie=None, address=None):
        self.cookie = cookie
        self.address = address or new_address()

    def copy(self):
        return Browser(self.cookie)

    def call(self, method, path, body=None, headers=None, host=None):
        host = host or URL.netloc
        connection = http.client.HTTPConnection(host, timeout=60, source_address=(self.address, 0))
        sent = {"content-type": "application/json", **(headers or {})}
        if self.cookie and "cookie" not in sent:
            sent["cookie"] = self.cookie
        data = body if isinstance(body, (bytes, str, type(None))) else json.dumps(body)
        try:
            connection.request(method, path, body=data, headers=sent)
            response = connection.getresponse()
            reply = Reply(response.status, response.getheaders(), response.read())
        finally:
            connection.close()
        if reply.cookie is not None:
            self.cookie = reply.cookie if not reply.cookie.endswith("=") else None
        return reply

    def get(self, path, **more):
        return self.call("GET", path, **more)

    def post(self, path, body=None, **more):
        return self.call("POST", path, {} if body is None else body, **more)

    def login(self, email, password):
        return self.post("/auth/login", {"email": email, "password": password})

    def is_signed_in(self):
        return self.get("/auth/me").status == 200


def admin():
    """A browser that is signed in as the administrator."""
    return Browser(ADMIN_COOKIE)


def person(role="member", password=PASSWORD):
    """A new account, and a browser signed in with it."""
    email = f"{role}-{secrets.token_hex(6)}@example.org"
    made = admin().post("/auth/register", {"email": email, "password": password, "role": role})
    assert made.status == 201, made.body
    browser = Browser()
    assert browser.login(email, password).status == 200
    return email, browser


def raw(data, wait=10, host=None, first=None):
    """Sends bytes as they are and returns what comes back until the server closes or `wait` seconds pass."""
    name, port = (host or URL.netloc).rsplit(":", 1)
    with socket.create_connection((name, int(port)), timeout=wait) as connection:
        received = b""
        try:
            connection.sendall(data)
            while chunk := connection.recv(65536):
                received += chunk
                if first and first in received:
                    break
        except (TimeoutError, ConnectionError, BrokenPipeError):
            pass
        return received


def status_of(answer):
    """The status of a raw answer; 0 when the server only closed the connection."""
    head = answer.split(b"\r\n", 1)[0].split(b" ")
    return int(head[1]) if len(head) > 1 and head[0].startswith(b"HTTP/") else 0


def resident_mib():
    with open(f"/proc/{PID}/status", encoding="ascii") as status:
        lines = dict(line.split(":", 1) for line in status)
    return {name: int(lines[name].split()[0]) // 1024 for name in ("VmRSS", "VmHWM")}


def at_once(count, work):
    """Runs `work(number)` `count` times at the same moment; returns the results."""
    results = [None] * count
    start = threading.Barrier(count)

    def run(number):
        start.wait()
        results[number] = work(number)

    threads = [threading.Thread(target=run, args=(number,)) for number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results
