"""Environments for snippets: the pinned packages once in the cache, or what an install line brings, to the letter."""

import hashlib
import os
import pathlib
import re
import shlex
import shutil
import subprocess
import sys
import tempfile

from cases import REPOSITORY, Case

PINS = REPOSITORY / "scripts/snippets/requirements.txt"
NODE_PINS = REPOSITORY / "examples/javascript"
QUIET = ["--quiet", "--disable-pip-version-check"]


def pinned() -> dict[str, pathlib.Path]:
    """Folders of the pinned packages by tool, made once."""
    return {"pip": cached("python", python_environment), "npm": cached("node", node_modules)}


def cached(kind: str, make) -> pathlib.Path:
    """A folder of the cache, one per set of pins (and Python); it is there whole or not at all."""
    default = os.environ.get("XDG_CACHE_HOME", f"{os.environ['HOME']}/.cache") + "/junjo"
    cache = pathlib.Path(os.environ.get("JUNJO_CACHE_DIR", default))
    pins = [PINS, REPOSITORY / "examples/python/requirements.txt"] if kind == "python" else [NODE_PINS / "package-lock.json"]
    digest = hashlib.sha256(b"".join(path.read_bytes() for path in pins) + sys.version.encode()).hexdigest()[:12]
    folder = cache / f"snippets-{kind}-{digest}"
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        (folder / "complete").touch()
    return folder


def python_environment(folder: pathlib.Path) -> None:
    empty_environment(folder)
    pip(folder, ["--requirement", str(PINS)])


def empty_environment(folder: pathlib.Path) -> None:
    """Without a pip of its own: Debian's Python cannot make one with it."""
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(folder)], check=True)


def pip(folder: pathlib.Path, arguments: list[str]) -> None:
    command = [sys.executable, "-m", "pip", "--python", str(folder / "bin/python"), "install", *QUIET, *arguments]
    subprocess.run(command, check=True)


def node_modules(folder: pathlib.Path) -> None:
    for name in ["package.json", "package-lock.json"]:
        shutil.copy(NODE_PINS / name, folder)
    subprocess.run(["npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"], cwd=folder, check=True)


def prepare(case: Case, folder: pathlib.Path, pins: dict[str, pathlib.Path] | None) -> str:
    """What the case installs, in its folder; returns the PATH that it runs with."""
    if pins is None:
        return install(case, folder)
    missing = {name for tool, name in wanted(case) if name not in known()[tool]}
    assert not missing, f"{missing} are not pinned"
    if any(tool == "npm" for tool, _ in wanted(case)):
        (folder / "node_modules").symlink_to(pins["npm"] / "node_modules")
    return f"{pins['pip']}/bin:{os.environ['PATH']}"


def wanted(case: Case) -> list[tuple[str, str]]:
    """Tool and name of each package in the install lines, without versions and extras."""
    found = []
    for line in case.install.splitlines():
        tool, _, *names = shlex.split(line)
        names = [name for name in names if not name.startswith("-") and not name.endswith(".txt")]
        found += [(tool, re.split(r"[<>=\[]", name)[0]) for name in names]
    return found


def known() -> dict[str, set[str]]:
    """Names of the pinned packages by tool."""
    lines = PINS.read_text() + (REPOSITORY / "examples/python/requirements.txt").read_text()
    return {"pip": set(re.findall(r"^([\w.-]+)==", lines, re.MULTILINE)),
            "npm": set(re.findall(r'"(@?[\w./-]+)": "\d', (NODE_PINS / "package.json").read_text()))}


def install(case: Case, folder: pathlib.Path) -> str:
    """Runs the install lines as somebody would who has just made an environment."""
    environment = pathlib.Path(tempfile.mkdtemp(dir=folder.parent))
    path = f"{environment}/bin:{os.environ['PATH']}"
    if "pip install" in case.install:
        empty_environment(environment)
        pip(environment, ["pip"])
    for line in case.install.splitlines():
        done = subprocess.run(["bash", "-c", line], cwd=folder, env={**os.environ, "PATH": path}, capture_output=True, text=True)
        assert done.returncode == 0, f"{line}\n{done.stderr[-2000:]}"
    return path
