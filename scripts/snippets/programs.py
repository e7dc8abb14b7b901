"""Runs one snippet in a folder of its own, and compares what arrives with what it promises."""

import contextlib
import json
import os
import pathlib
import subprocess
import sys

import packages
from cases import REPOSITORY, SERVICE, Case

sys.path.insert(0, str(REPOSITORY / "examples/captures"))
import fake_vendor  # noqa: E402

# how long a program may run before it counts as hanging; on a busy machine imports alone take a minute
PATIENCE = 300

@contextlib.contextmanager
def vendor():
    """The address of a model vendor on loopback."""
    yield fake_vendor.start()


def run(case: Case, folder: pathlib.Path, server, vendor: str, pins) -> str | None:
    """Runs the case; returns why it failed, or nothing."""
    try:
        path = packages.prepare(case, folder, pins)
    except AssertionError as error:
        return str(error)
    service = f"{SERVICE}-{case.name.replace('/', '-').replace(' ', '-')}"
    for name, code in case.files.items():
        (folder / name).write_text(code.replace(SERVICE, service) + "\n")
    script = f"set -euo pipefail\n{case.shell}\n{case.command}\n".replace(SERVICE, service)
    # nothing of this machine's own settings, as far as snippets could read them
    environment = {name: os.environ[name] for name in ("HOME", "LANG", "SSL_CERT_FILE") if name in os.environ}
    environment |= {"PATH": path, "OPENAI_API_KEY": "none", "OPENAI_BASE_URL": f"{vendor}/v1",
                    "OPENAI_API_BASE": f"{vendor}/v1",
                    "no_proxy": "localhost,127.0.0.1"}
    try:
        done = subprocess.run(["bash", "-c", script], cwd=folder, env=environment, capture_output=True, text=True,
                              timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        return f"still ran after {PATIENCE} s"
    said = f"{done.stdout[-1500:]}\n{done.stderr[-1500:]}"
    if done.returncode != 0:
        return f"ended with {done.returncode}\n{said}"
    failure = PROMISES[case.promises](server, service, done)
    return f"{failure}\n{said}" if failure else None


def span(server, service: str, _) -> str | None:
    return None if server.spans_of(service, bool) else "no span arrived"


def model_call(server, service: str, _) -> str | None:
    """A call of the model with its name, tokens and what was said."""
    called = [each for each in server.spans_of(service, lambda spans: any(map(is_call, spans))) if is_call(each)]
    if not called:
        return "no model call arrived with model, tokens and messages"
    return None


def is_call(each: dict) -> bool:
    derived = each["derived"]
    text = json.dumps(derived)
    was_said = "Say hello." in text or "Is the library open" in text
    return bool(derived["model"] and derived["output_tokens"] and was_said and fake_vendor.ANSWER in text)


def workflow_run(server, service: str, _) -> str | None:
    server.spans_of(service, lambda spans: server.has_run_of(service))
    return None if server.has_run_of(service) else "no workflow run arrived"


def items(_, __, done) -> str | None:
    """A page of a list, which a call without rights is not."""
    return None if '"items":[' in done.stdout.replace(" ", "") else "it printed no list"


def refusal(_, __, done) -> str | None:
    """A sentence that says what went wrong."""
    return None if "were not taken" in done.stdout else "it did not say that nothing was taken"


PROMISES = {"span": span, "model call": model_call, "run": workflow_run, "list": items, "refusal": refusal}
