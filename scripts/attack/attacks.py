"""The attacks. Each takes `expect(holds, text)` and prints through it."""

import gzip
import json
import statistics
import threading
import time

from client import (
    ADMIN_COOKIE,
    EMAIL,
    LOG,
    OTLP_HTTP,
    PASSWORD,
    URL,
    Browser,
    admin,
    at_once,
    new_address,
    person,
    raw,
    resident_mib,
    status_of,
)

NEW_PASSWORD = "a battery of staple horses"
EMPTY_EXPORT = b"{}"


def export(key, path="/v1/traces"):
    return Browser().post(path, EMPTY_EXPORT, headers={"x-junjo-api-key": key}).status


def make_key(browser, **more):
    reply = browser.post("/api-keys", {"name": "attacked", **more})
    assert reply.status == 201, reply.body
    return reply.json


def credential_stuffing(expect):
    """many passwords, from one address, for one account from many addresses, and in one burst"""
    one_address = Browser()
    statuses = [one_address.login(f"leak{number}@example.org", "hunter2!hunter2").status for number in range(60)]
    expect(429 in statuses, f"60 accounts from one address: {statuses.count(401)} looked at, {statuses.count(429)} refused")
    email, _ = person()
    replies = [Browser().login(email, f"guess number {number}") for number in range(30)]
    statuses = [reply.status for reply in replies]
    waits = [reply.header("retry-after") for reply in replies if reply.status == 429]
    expect(statuses.count(401) <= 10, f"30 guesses at one account from 30 addresses: {statuses.count(401)} looked at")
    expect(bool(waits) and all(wait.isdigit() for wait in waits), f"refusals say when to come back: {waits[:1]} s")
    email, _ = person()
    statuses = at_once(30, lambda number: Browser().login(email, f"guess number {number}").status)
    expect(statuses.count(401) <= 10, f"30 guesses at the same moment: {statuses.count(401)} looked at")
    expect(Browser().login(email, PASSWORD).status == 429, "even the right password waits, so a limit tells nothing")


def user_enumeration(expect):
    """tell accounts that exist from those that do not, by answer and by time"""
    bodies, samples = {}, {}
    pairs = [{"known": person()[0], "unknown": f"ghost{number}@example.org"} for number in range(12)]
    for pair in pairs:  # in turns, so that what else the machine does meets both alike
        for kind, email in pair.items():
            started = time.perf_counter()
            reply = Browser().login(email, "not the password")
            samples.setdefault(kind, []).append(time.perf_counter() - started)
            body = reply.json
            body.pop("request_id")
            bodies.setdefault(kind, set()).add((reply.status, json.dumps(body)))
    times = {kind: statistics.median(taken) for kind, taken in samples.items()}
    expect(bodies["known"] == bodies["unknown"] and len(bodies["known"]) == 1, "the answers are the same to the letter")
    ratio = times["known"] / times["unknown"]
    text = f"median {times['known'] * 1e3:.0f} ms known, {times['unknown'] * 1e3:.0f} ms unknown (ratio {ratio:.2f})"
    expect(0.5 < ratio < 2, text)
    reply = Browser().post("/auth/links/inspect", {"token": "jl_" + "A" * 43})
    expect(reply.status == 404, "a made-up link tells no address")
    expect(Browser().post("/auth/register", {"email": EMAIL, "password": PASSWORD}).status == 401,
           "registering an address that exists needs an administrator, so it tells nothing")


def session_fixation(expect):
    """plant a cookie before the victim signs in"""
    email, _ = person()
    for planted in ("session=AAAAAAAAAAAAAAAAAAAAAA", "session=../../etc", person()[1].cookie):
        victim, attacker = Browser(planted), Browser(planted)
        was_signed_in = attacker.is_signed_in()
        victim.login(email, PASSWORD)
        expect(victim.cookie != planted and not attacker.is_signed_in(),
               f"{planted[:18]}…: the victim got another cookie, the planted one {'died' if was_signed_in else 'opens nothing'}")


def stolen_cookie(expect):
    """use a copied cookie after everything that should kill it"""
    for name, kill in STOLEN_COOKIE_ENDS.items():
        email, victim = person()
        thief = victim.copy()
        works_before = thief.is_signed_in()
        kill(email, victim)
        expect(works_before and not thief.is_signed_in(), f"after {name}")
    _, victim = person()
    thief = victim.copy()
    change = {"current_password": "a guess", "new_password": NEW_PASSWORD}
    expect(thief.post("/auth/password", change).status == 400, "the cookie alone does not change the password")


def _id_of(browser):
    return browser.get("/auth/me").json["id"]


STOLEN_COOKIE_ENDS = {
    "signing out": lambda email, victim: victim.post("/auth/logout"),
    "signing in again": lambda email, victim: victim.login(email, PASSWORD),
    "a change of the password": lambda email, victim: victim.post(
        "/auth/password", {"current_password": PASSWORD, "new_password": NEW_PASSWORD}),
    "presenting the password again": lambda email, victim: victim.post("/auth/reauthenticate", {"password": PASSWORD}),
    "ending all sessions": lambda email, victim: victim.call("DELETE", "/auth/sessions"),
    "a change of the role": lambda email, victim: admin().call(
        "PATCH", f"/auth/accounts/{_id_of(victim)}", {"role": "viewer"}),
    "the administrator ending its sessions": lambda email, victim: admin().call(
        "DELETE", f"/auth/accounts/{_id_of(victim)}/sessions"),
    "deleting the account": lambda email, victim: admin().call("DELETE", f"/auth/accounts/{_id_of(victim)}"),
}


def cross_site_requests(expect):
    """make the victim's browser write from another page, and read across origins"""
    _, victim = person()
    own = f"http://{URL.netloc}"
    for headers in (
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site", "origin": "http://127.0.0.1:1"},
        {"origin": own + ".evil.example"},
    ):
        reply = victim.post("/auth/logout", headers=headers)
        expect(reply.status == 403 and victim.is_signed_in(), f"POST /auth/logout with {headers}: {reply.status}")
    form = victim.post("/api-keys", "name=x", headers={"content-type": "application/x-www-form-urlencoded"})
    text = victim.post("/api-keys", '{"name":"x"}', headers={"content-type": "text/plain"})
    expect((form.status, text.status) == (400, 400), f"bodies that a form can send: {form.status}, {text.status}")
    keys = victim.get("/api-keys").json["items"]
    expect(keys == [], "nothing was created")
    reply = victim.get("/auth/me", headers={"origin": "https://evil.example"})
    expect(reply.header("access-control-allow-origin") is None, "another origin may not read answers")
    preflight = {"origin": "https://evil.example", "access-control-request-method": "DELETE"}
    reply = victim.call("OPTIONS", "/auth/sessions", headers=preflight)
    expect(reply.header("access-control-allow-origin") is None, f"preflight from another origin: {reply.status}, no grant")
    headers = {name.lower(): value for name, value in victim.get("/auth/me").headers}
    wanted = ("content-security-policy", "x-content-type-options", "x-frame-options", "cross-origin-resource-policy")
    expect(all(name in headers for name in wanted), "framing, sniffing and embedding are forbidden by headers")


def keys_after_their_end(expect):
    """send and read with keys that were revoked, rotated, expired, or are for something else"""
    _, owner = person()
    key = make_key(owner)
    expect(export(key["key"]) == 200, "a live key exports (so the rest means something)")
    owner.call("DELETE", f"/api-keys/{key['id']}")
    expect(export(key["key"]) == 401, "the very next export after revocation is refused")
    expect(export(key["key"], "/v1/logs") == 401, "for logs too")
    key = make_key(owner)
    export(key["key"])
    rotated = owner.post(f"/api-keys/{key['id']}/rotate").json
    expect((export(key["key"]), export(rotated["key"])) == (401, 200), "after rotation the old secret is out, the new one in")
    soon = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 2))
    key = make_key(owner, expires_at=soon)
    before = export(key["key"])
    deadline = time.time() + 2.1
    while time.time() < deadline:
        export(key["key"])
    expect((before, export(key["key"])) == (200, 401), "a key that is in use and cached stops at its expiry")
    read = make_key(owner, scope="read")
    bearer = {"authorization": f"Bearer {read['key']}"}
    expect(export(read["key"]) == 401, "a read key does not export")
    expect(Browser().get("/otel/services", headers=bearer).status == 200, "a read key reads telemetry")
    for method, path in (("GET", "/api-keys"), ("GET", "/auth/accounts"), ("GET", "/auth/audit"), ("POST", "/api-keys"),
                         ("GET", "/auth/me")):
        status = Browser().call(method, path, "{}", headers=bearer).status
        expect(status == 401, f"a read key at {method} {path}: {status}")
    ingest = {"authorization": f"Bearer {rotated['key']}"}
    expect(Browser().get("/otel/services", headers=ingest).status == 401, "an ingest key does not read")
    signed_in = admin().get("/otel/services", headers={"authorization": "Bearer jj_wrong"})
    expect(signed_in.status == 401, "a wrong key does not fall back on a good cookie")
    owner.call("DELETE", f"/api-keys/{read['id']}")
    expect(Browser().get("/otel/services", headers=bearer).status == 401, "the very next read after revocation is refused")


def oversized_requests(expect):
    """bodies, headers, addresses and nesting far over the limits"""
    before = resident_mib()["VmHWM"]
    for name, path, size in (("login", "/auth/login", 1 << 20), ("key", "/api-keys", 1 << 20)):
        body = json.dumps({"email": "x" * size, "password": "y", "name": "z" * size})
        status = admin().post(path, body).status
        expect(status == 413, f"{size >> 20} MiB to the {name} form: {status}")
    head = f"POST /auth/login HTTP/1.1\r\nhost: {URL.netloc}\r\ncontent-type: application/json\r\n"
    answer = raw((head + "content-length: 99999999999\r\n\r\n").encode() + b"x" * 100_000, first=b"\r\n\r\n")
    expect(status_of(answer) in (0, 413), f"a length of 99 GB: {status_of(answer)}")
    chunks = b"".join(b"10000\r\n" + b"x" * 65536 + b"\r\n" for _ in range(64))
    answer = raw((head + "transfer-encoding: chunked\r\n\r\n").encode() + chunks, first=b"\r\n\r\n")
    expect(status_of(answer) in (0, 413), f"chunks without end: {status_of(answer)}")
    answer = raw(f"GET /ping HTTP/1.1\r\nhost: x\r\nx-huge: {'x' * 1_000_000}\r\n\r\n".encode(), first=b"\r\n\r\n")
    expect(status_of(answer) in (0, 431), f"a header of 1 MB: {status_of(answer)}")
    many = "".join(f"x-{number}: 1\r\n" for number in range(5000))
    answer = raw(f"GET /ping HTTP/1.1\r\nhost: x\r\n{many}\r\n".encode(), first=b"\r\n\r\n")
    expect(status_of(answer) in (0, 431), f"5,000 headers: {status_of(answer)}")
    answer = raw(f"GET /{'x' * 1_000_000} HTTP/1.1\r\nhost: x\r\n\r\n".encode(), first=b"\r\n\r\n")
    expect(status_of(answer) in (0, 414, 431), f"an address of 1 MB: {status_of(answer)}")
    status = Browser().post("/auth/login", "[" * 16_000).status
    expect(status == 400, f"JSON nested 16,000 deep: {status}")
    status = Browser().login("a@example.org", "x" * 10_000).status
    expect(status == 401, f"a password of 10,000 characters is not hashed: {status}")
    key = make_key(person()[1])["key"]
    bomb = gzip.compress(b"\0" * (256 << 20), 9)
    headers = {"x-junjo-api-key": key, "content-type": "application/x-protobuf", "content-encoding": "gzip"}
    status = Browser().post("/v1/traces", bomb, headers=headers).status
    expect(status in (400, 413), f"{len(bomb) >> 10} KiB of gzip that unpack to 256 MiB: {status}")
    status = Browser().post("/v1/traces", bomb, headers=headers, host=OTLP_HTTP).status
    expect(status in (400, 413), f"the same on the OTLP port: {status}")
    grown = resident_mib()["VmHWM"] - before
    expect(grown < 200, f"peak memory grew by {grown} MiB")


def slow_requests(expect):
    """hold hundreds of connections with nothing, half a header or half a body"""
    partial = {
        "nothing": b"",
        "one letter": b"P",
        "half a header": f"GET /ping HTTP/1.1\r\nhost: {URL.netloc}\r\nx-slow: ".encode(),
        "half a body": (f"POST /auth/login HTTP/1.1\r\nhost: {URL.netloc}\r\ncontent-type: application/json\r\n"
                        "content-length: 1000\r\n\r\n{").encode(),
    }
    ended = {}

    def hold(name, data):
        started = time.monotonic()
        answer = raw(data, wait=45)
        ended.setdefault(name, []).append((time.monotonic() - started, status_of(answer)))

    threads = [threading.Thread(target=hold, args=item) for item in partial.items() for _ in range(75)]
    for thread in threads:
        thread.start()
    others = []
    browser = admin()
    for _ in range(200):
        started = time.perf_counter()
        assert browser.get("/auth/me").status == 200
        others.append(time.perf_counter() - started)
    others.sort()
    expect(others[197] < 1, f"beside {len(threads)} of them /auth/me answers: p50 {others[100] * 1e3:.1f} ms, "
                            f"p99 {others[197] * 1e3:.1f} ms")
    for thread in threads:
        thread.join()
    for name, ends in ended.items():
        longest = max(seconds for seconds, _ in ends)
        statuses = sorted({status for _, status in ends})
        expect(longest < 40, f"{name}: all {len(ends)} were cut off after at most {longest:.0f} s, answers {statuses}")


def header_and_log_injection(expect):
    """line breaks and control characters in everything that is logged or echoed"""
    base = f"GET /auth/me HTTP/1.1\r\nhost: {URL.netloc}\r\nconnection: close\r\n"
    answer = raw((base + "x-request-id: a\r\n\r\n").encode())
    expect(b"x-request-id: a\r\n" in answer, "a sane request id is echoed (so the rest means something)")
    for value in ("a%0d%0aset-cookie:%20x=1", 'a" level="ERROR', "a\tb", "x" * 65, "a\x1b[31m"):
        answer = raw((base + f"x-request-id: {value}\r\n\r\n").encode())
        expect(value.encode() not in answer and b"set-cookie: x" not in answer, f"request id {value[:30]!r} is not echoed")
    answer = raw((base + "x-request-id: a\nset-cookie: session=evil\r\n\r\n").encode())
    expect(b"session=evil" not in answer, f"a bare line feed in a header: {status_of(answer)}")
    marker = "INJECTED-LINE"
    Browser().post("/auth/login", {"email": f"a@b.c\n{marker}", "password": "x"})
    Browser().get(f"/nothing%0a{marker}?q=%0a{marker}", headers={"user-agent": f"\x1b[31m{marker}"})
    statuses = [admin().post("/api-keys", {"name": name}).status for name in (f"a\n{marker}", "a\x1b[2J", "a\u2028b\u0000")]
    expect(statuses == [400, 400, 400], f"control characters in names: {statuses}")
    with open(LOG, encoding="utf-8") as log:
        lines = log.read().splitlines()
    broken = [line for line in lines if not line.startswith("{") or marker in line]
    expect(not broken, f"{len(lines)} lines of log: all JSON, none with the caller's text")
    secrets = [PASSWORD, ADMIN_COOKIE.split("=", 1)[1], EMAIL]
    leaked = [line for line in lines for secret in secrets if secret in line]
    expect(not leaked, "no line has the password, the cookie or the address of the administrator")


def path_tricks(expect):
    """reach what is guarded, or files, by spelling the address differently"""
    guarded = ("/auth/accounts", "/api-keys", "/otel/traces", "/auth/audit")
    for path in guarded:
        spellings = (path + "/", "/" + path, path.upper(), path + "%00", path + ";x=1", path + "/.", "/x/.." + path,
                     path + "?a=../", path + "%2e%2e%2f", "/%2e/" + path[1:], path + "#x", path + ".json", path + "%20")
        answers = {spelling: raw(f"GET {spelling} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode())
                   for spelling in spellings}
        opened = [spelling for spelling, answer in answers.items() if b'"items"' in answer or status_of(answer) >= 500]
        expect(not opened, f"{len(spellings)} spellings of {path}: {sorted({status_of(a) for a in answers.values()})}")
    files = ("/../../../../etc/passwd", "/..%2f..%2f..%2fetc/passwd", "/%2e%2e/%2e%2e/etc/passwd", "/assets/../../Cargo.toml",
             "/assets/..%5c..%5cCargo.toml", "/assets//etc/passwd", "/docs/../../../etc/passwd", "/docs/..%2f..%2fCargo.toml",
             "/app.db", "/data/app.db", "/.git/config", "/.env", "/openapi.json/../app.db")
    answers = {path: raw(f"GET {path} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n".encode()) for path in files}
    leaks = [path for path, answer in answers.items()
             if any(mark in answer for mark in (b"root:", b"[workspace]", b"SQLite", b"[core]"))]
    expect(not leaks, f"{len(files)} ways to a file: {sorted({status_of(answer) for answer in answers.values()})}")
    for header in ("x-http-method-override", "x-method-override", "x-original-url", "x-rewrite-url"):
        status = Browser().get("/ping", headers={header: "/auth/accounts" if "url" in header else "DELETE"}).body
        expect(status == b"pong", f"{header} changes nothing")
    absolute = raw(b"GET http://evil.example/auth/accounts HTTP/1.1\r\nhost: evil.example\r\nconnection: close\r\n\r\n")
    expect(status_of(absolute) in (400, 401), f"an absolute address: {status_of(absolute)}")
    link = admin().post("/auth/invitations", {"email": "host@example.org"}, headers={"x-forwarded-host": "evil.example"})
    expect(b"evil.example" not in link.body, "a forged host does not get into links")


def request_smuggling(expect):
    """two lengths, or a length and chunks, so that a proxy and the server see different requests"""
    hidden = b"GET /auth/accounts HTTP/1.1\r\nhost: x\r\n\r\n"
    head = b"POST /auth/logout HTTP/1.1\r\nhost: x\r\nconnection: keep-alive\r\n"
    for name, lines in (
        ("a length and chunks", b"content-length: 5\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n"),
        ("two lengths", b"content-length: 0\r\ncontent-length: 40\r\n\r\n"),
        ("chunks, spelled oddly", b"transfer-encoding: xchunked\r\ncontent-length: 0\r\n\r\n"),
        ("a blank before the colon", b"content-length : 40\r\n\r\n"),
    ):
        answer = raw(head + lines + hidden, wait=1)
        answers = answer.count(b"HTTP/1.1 ")
        expect(answers <= 1 or status_of(answer) == 400, f"{name}: {answers} answer(s), the first {status_of(answer)}")


def privilege_escalation(expect):
    """reach for more than one's role, by route, by field and by id"""
    _, member = person("member")
    _, viewer = person("viewer")
    own = _id_of(member)
    expect(member.call("PATCH", f"/auth/accounts/{own}", {"role": "admin"}).status == 403, "a member's own role")
    account = {"email": "sneaky@example.org", "password": PASSWORD, "role": "admin"}
    expect(member.post("/auth/register", account).status == 403, "an account made by a member")
    expect(Browser().post("/auth/register", account).status == 401, "an account made by nobody")
    expect(viewer.post("/api-keys", {"name": "x"}).status == 403, "a key made by a viewer")
    expect(member.post("/api-keys", {"name": "x", "created_by": "root@example.org"}).status == 400, "a field nobody asked for")
    invitation = admin().post("/auth/invitations", {"email": "inv@example.org", "role": "viewer"}).json
    more = {"token": invitation["token"], "password": PASSWORD, "role": "admin"}
    expect(Browser().post("/auth/links/redeem", more).status == 400, "a role of one's choice on an invitation")
    guest = Browser()
    guest.post("/auth/links/redeem", {"token": invitation["token"], "password": PASSWORD})
    expect(guest.get("/auth/me").json["role"] == "viewer", "the invitation gives the role that it says")
    again = Browser().post("/auth/links/redeem", {"token": invitation["token"], "password": NEW_PASSWORD})
    expect(again.status == 404, "an invitation that was used")
    key = make_key(member)
    _, other = person("member")
    for method, path in (("PATCH", ""), ("DELETE", ""), ("POST", "/rotate")):
        status = other.call(method, f"/api-keys/{key['id']}{path}", {} if path else {"name": "mine"}).status
        expect(status == 404, f"{method} of another's key: {status}")
    session = member.get("/auth/sessions").json["items"][0]["id"]
    expect(other.call("DELETE", f"/auth/sessions/{session}").status == 404, "another's session")
    root = next(user for user in admin().get("/auth/accounts?limit=500").json["items"] if user["email"] == EMAIL)
    expect(admin().call("DELETE", f"/auth/accounts/{root['id']}").status == 409, "the last administrator deleting themselves")


def injection_into_queries(expect):
    """SQL and JSON in every text that reaches a database"""
    texts = ("' OR 1=1 --", '"; DROP TABLE users; --', "1 UNION SELECT password_hash FROM users", "%", "_", "\\", "%00", "$ne")
    answers = set()
    for text in texts:
        answers.add(Browser().login(f"{text}@example.org".replace(" ", ""), text).status)
        answers.add(Browser().post("/auth/login", {"email": {"$ne": ""}, "password": text}).status)
    expect(answers <= {400, 401, 429}, f"logins: {sorted(answers)}")
    answers = {}
    for text in texts:
        quoted = "".join(f"%{byte:02x}" for byte in text.encode())
        for path in ("/auth/audit?action=", "/auth/audit?target_id=", "/auth/audit?cursor=", "/auth/accounts?cursor=",
                     "/otel/traces?service=", "/otel/traces?name=", "/otel/traces?q=", "/otel/trace/", "/auth/accounts/x?a="):
            reply = admin().get(path + quoted)
            answers[reply.status] = answers.get(reply.status, 0) + 1
            assert b"argon2" not in reply.body
    expect(set(answers) <= {200, 400, 404, 405}, f"filters and ids: {answers}")
    expect(admin().get("/auth/accounts").status == 200, "the accounts are still there")


def memory_by_logins(expect):
    """200 logins at the same moment, from as many addresses, for as many accounts"""
    before = resident_mib()
    started = time.monotonic()
    statuses = at_once(200, lambda number: Browser(address=new_address()).login(f"burst{number}@example.org", "x" * 20).status)
    seconds = time.monotonic() - started
    after = resident_mib()
    counts = {status: statuses.count(status) for status in sorted(set(statuses))}
    expect(set(counts) <= {401, 503}, f"answers {counts} within {seconds:.1f} s")
    expect(after["VmHWM"] - before["VmRSS"] < 300, f"peak memory {after['VmHWM']} MiB, {before['VmRSS']} MiB before")


ALL = [
    credential_stuffing,
    user_enumeration,
    session_fixation,
    stolen_cookie,
    cross_site_requests,
    keys_after_their_end,
    oversized_requests,
    slow_requests,
    header_and_log_injection,
    path_tricks,
    request_smuggling,
    privilege_escalation,
    injection_into_queries,
    memory_by_logins,
]
