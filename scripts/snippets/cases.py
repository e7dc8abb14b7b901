"""Finds the snippets: those of the page by its own code, those of README.md by their marks."""

import dataclasses
import json
import pathlib
import re
import subprocess

REPOSITORY = pathlib.Path(__file__).resolve().parent.parent.parent
# a name that no two snippets share is put in its place, so that each one's spans are known
SERVICE = "my-agent"
# a fence with the mark above it that says what its lines are: `<!-- runs: NAME FILE -->`
MARKED = re.compile(r"<!-- runs: (\S+) (\S+) -->\n```\w+\n(.*?)```", re.DOTALL)
# what the page's snippets show of Python's zero-code way, for README's
PROGRAM = "my_agent.py"


@dataclasses.dataclass
class Case:
    """One snippet: what to install, the files to write, the command, and what must then be in the server."""

    name: str
    install: str
    files: dict[str, str]
    # lines of a shell, before the command
    shell: str
    command: str
    # `span`, `model call` or `run` in the server; `list` or `refusal` in what the command prints
    promises: str
    # runs with the pinned packages alone
    is_quick: bool


def find(server) -> list[Case]:
    """All snippets, in the order in which a newcomer meets them."""
    page = {snippet["id"]: snippet for snippet in page_snippets(server)}
    return [*readme_cases(server, page), *(page_case(snippet) for snippet in page.values()), *example_cases(server)]


def page_snippets(server) -> list[dict]:
    """What the page shows for the addresses that the server tells."""
    told = server.endpoints
    target = {"grpcUrl": told["grpc"]["url"], "httpUrl": told["http"]["url"], "pageUrl": told["page_url"],
              "apiKey": server.key}
    command = ["node", "scripts/print-snippets.mjs", json.dumps(target)]
    printed = subprocess.run(command, cwd=REPOSITORY / "frontend", capture_output=True, text=True, check=True)
    return json.loads(printed.stdout)


# what "Any SDK" is tried with: an SDK that reads the environment, and nothing else
ANY_SDK = "from opentelemetry import trace\nwith trace.get_tracer('any').start_as_current_span('hello'): pass\n"
ANY_INSTALL = "pip install opentelemetry-distro opentelemetry-exporter-otlp-proto-http"


def page_case(snippet: dict) -> Case:
    files = {file["name"]: file["code"] for file in snippet["files"]}
    shell = files.pop("shell", "")
    install, command = snippet.get("install", ""), snippet.get("run")
    if command is None:
        install, command = ANY_INSTALL, f"opentelemetry-instrument python {PROGRAM}"
        files[PROGRAM] = ANY_SDK
    is_framework = snippet["group"] == "framework"
    promises = "model call" if is_framework else "run" if snippet["id"] == "junjo" else "span"
    is_quick = not is_framework or snippet["id"] == "openai"
    return Case(f"page/{snippet['id']}", install, files, shell, command, promises, is_quick)


def readme_cases(server, page: dict[str, dict]) -> list[Case]:
    text = (REPOSITORY / "README.md").read_text()
    section = text.split("\n## Send spans\n")[1].split("\n## ")[0]
    marked = MARKED.findall(section)
    fences = len(re.findall(r"^```\w", section, re.MULTILINE))
    assert fences == len(marked), "a fence under “Send spans” has no mark, so nobody would know when it stops working"
    parts: dict[str, dict[str, str]] = {}
    for name, file, code in marked:
        parts.setdefault(name, {})[file] = to_this_server(code, server, server.key)
    cases = [readme_case(name, files, page) for name, files in parts.items()]
    read = re.search(r"`(curl -H [^`]*/otel/traces)`", text)
    assert read, "README.md shows no call with a read key"
    command = to_this_server(read[1], server, server.read_key)
    return [*cases, Case("README/read", "", {}, "", command, "list", True)]


def readme_case(name: str, files: dict[str, str], page: dict[str, dict]) -> Case:
    """A snippet of README.md. What it leaves to the reader, a workflow or a program, is the page's."""
    pasted = files.pop("shell").rstrip()
    lines = pasted.split("\n")
    install = [line for line in lines if line.startswith(("pip install ", "npm install "))]
    rest = [line for line in lines if line not in install]
    shell, command = "\n".join(rest[:-1]), rest[-1]
    if name == "openai":  # a program that calls OpenAI has its package
        install.insert(0, "pip install openai")
    theirs = {"junjo": "junjo", "openai": "openai"}.get(name)
    for file in page[theirs]["files"] if theirs else []:
        if file["name"] in command:
            files.setdefault(file["name"], file["code"])
    promises = {"junjo": "run", "openai": "model call"}.get(name, "span")
    return Case(f"README/{name}", "\n".join(install), files, shell, command, promises, True)


def to_this_server(text: str, server, key: str) -> str:
    """The text with this server's addresses in the place of the default ones, and a key where it asks for one."""
    told = server.endpoints
    for default, ours in [("http://localhost:4318", told["http"]["url"]), ("http://localhost:1324", server.url),
                          ("localhost:50051", told["grpc"]["url"].removeprefix("http://")), ("<key>", key)]:
        text = text.replace(default, ours)
    left = re.search(r"localhost:(50051|4318|1324|26155)|<key>", text)
    assert not left, f"{left} is not replaced"
    return text


def example_cases(server) -> list[Case]:
    """The examples, and what they say to somebody who mixes up the ports."""
    python, script = REPOSITORY / "examples/python", "python opentelemetry_spans.py"
    install = "pip install -r requirements.txt"
    http, grpc = server.endpoints["http"]["url"], server.endpoints["grpc"]["url"].removeprefix("http://")
    key = f"export JUNJO_API_KEY={server.key}"
    files = {path.name: path.read_text() for path in [*python.glob("*.py"), python / "requirements.txt"]}

    def case(name: str, command: str, promises: str) -> Case:
        return Case(f"examples/{name}", install, dict(files), key, command, promises, True)

    service = f"--service {SERVICE}"
    return [
        case("gRPC", f"{script} --endpoint {grpc} {service}", "span"),
        case("HTTP", f"{script} --endpoint {http} --protocol http {service}", "span"),
        case("gRPC to the port of HTTP", f"! {script} --endpoint {http} --protocol grpc 2>&1", "refusal"),
    ]
