"""Rights: what goes on after they ended, and who becomes the first administrator."""

import http.client
import threading
import time

import otlp
from programs import EMAIL, PASSWORD, Server, call, until

# after which a stream must have ended
END_SECONDS = 2
GRACE_SECONDS = 1.5


class Stream(threading.Thread):
    """Reads an endless answer and remembers what came when."""

    def __init__(self, address, path, headers):
        super().__init__(daemon=True)
        self.address, self.path, self.headers = address, path, headers
        self.lines, self.ended_at, self.status = [], None, None
        self.begun = threading.Event()

    def run(self):
        connection = http.client.HTTPConnection(self.address, timeout=60)
        try:
            connection.request("GET", self.path, headers=self.headers)
            response = connection.getresponse()
            self.status = response.status
            while line := response.readline():
                self.begun.set()
                self.lines.append((time.monotonic(), line))
        except (OSError, http.client.HTTPException):
            pass
        finally:
            self.ended_at = time.monotonic()
            self.begun.set()
            connection.close()


def account(server, email, role="member"):
    """A new account; returns its id and its cookie."""
    made = server.ask("POST", "/auth/register", {"email": email, "password": PASSWORD, "role": role})
    assert made.status == 201, made.body
    reply = call(server.http, "POST", "/auth/login", {"email": email, "password": PASSWORD})
    cookie = reply.header("set-cookie").split(";")[0]
    return call(server.http, "GET", "/auth/me", headers={"cookie": cookie}).json["id"], cookie


def endings(server):
    """Each way in which rights end: its name, the headers of the stream, and what ends them."""
    deleted, deleted_cookie = account(server, "deleted@example.org")
    yield "the account was deleted", {"cookie": deleted_cookie}, lambda: server.ask("DELETE", f"/auth/accounts/{deleted}")
    _, out_cookie = account(server, "out@example.org")
    yield "its owner signed out", {"cookie": out_cookie}, lambda: call(
        server.http, "POST", "/auth/logout", {}, {"cookie": out_cookie})
    ended, ended_cookie = account(server, "ended@example.org")
    yield "an administrator ended its sessions", {"cookie": ended_cookie}, lambda: server.ask(
        "DELETE", f"/auth/accounts/{ended}/sessions")
    changed, changed_cookie = account(server, "changed@example.org")
    yield "the role changed", {"cookie": changed_cookie}, lambda: server.ask(
        "PATCH", f"/auth/accounts/{changed}", {"role": "viewer"})
    _, password_cookie = account(server, "password@example.org")
    yield "the password changed", {"cookie": password_cookie}, lambda: call(
        server.http, "POST", "/auth/password", {"current_password": PASSWORD, "new_password": "a battery of staple horses"},
        {"cookie": password_cookie})
    key = server.make_key(scope="read")
    yield "the read key was revoked", {"authorization": f"Bearer {key['key']}"}, lambda: server.ask(
        "DELETE", f"/api-keys/{key['id']}")
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 8))
    expiring = {"authorization": f"Bearer {server.make_key(scope='read', expires_at=soon)['key']}"}
    yield "the read key expired", expiring, lambda: refused(server, expiring)


def refused(server, headers):
    """Waits until what was allowed is not any more."""
    assert until(lambda: call(server.http, "GET", "/otel/services", headers=headers).status == 401, 60), "the key does not expire"


def tails_after_their_rights(expect):
    """open live tails go on after account, session, role, password or key ended"""
    with Server().start().register() as server:
        for name, headers, end in endings(server):
            tail = Stream(server.http, "/otel/tail", headers)
            tail.start()
            tail.begun.wait(20)
            if tail.status != 200 or tail.ended_at:
                expect(False, f"the tail did not begin: {tail.status}")
                continue
            reply = end()
            assert reply is None or reply.status in (200, 204), reply.body
            ended_at = time.monotonic()
            tail.join(END_SECONDS + GRACE_SECONDS)
            server.send(otlp.one_span(name="SECRET"))
            tail.join(5)
            told = sum(b"SECRET" in line for at, line in tail.lines if at > ended_at)
            took = f"ended {tail.ended_at - ended_at:.1f} s later" if tail.ended_at else "did not end within 8 s"
            expect(tail.ended_at is not None and not told and tail.ended_at - ended_at < END_SECONDS + GRACE_SECONDS,
                   f"{name}: the tail {took}, {told} traces told after that")


def first_account_by_rebinding(expect):
    """a page whose name was rebound to this machine makes itself the first administrator"""
    with Server().start() as server:
        port = server.http.rsplit(":", 1)[1]
        for host in (f"evil.example:{port}", f"localhost.evil.example:{port}", f"127.0.0.1.evil.example:{port}"):
            headers = {"host": host, "origin": f"http://{host}", "sec-fetch-site": "same-origin"}
            status = call(server.http, "POST", "/auth/register", {"email": EMAIL, "password": PASSWORD}, headers).status
            expect(status not in (200, 201), f"Host and Origin {host}: {status}")
        own = {"host": f"localhost:{port}", "origin": f"http://localhost:{port}", "sec-fetch-site": "same-origin"}
        reply = call(server.http, "POST", "/auth/register", {"email": "owner@example.org", "password": PASSWORD}, own)
        expect(reply.status == 201, f"the owner at localhost: {reply.status}")


ALL = [tails_after_their_rights, first_account_by_rebinding]
