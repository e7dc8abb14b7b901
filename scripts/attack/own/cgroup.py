"""A memory cgroup for one process, version 1 or 2. Needs root."""

import contextlib
import os
import pathlib
import time

from programs import Skipped

ROOTS = (("/sys/fs/cgroup/memory", "memory.limit_in_bytes", "memory.oom_control"),
         ("/sys/fs/cgroup", "memory.max", "memory.events"))


class Group:
    """An empty group with a limit in bytes; `with` removes it."""

    def __init__(self, limit):
        self.path, self.events = None, None
        for root, file, events in ROOTS:
            path = pathlib.Path(root) / f"junjo-survive-{os.getpid()}"
            if not (pathlib.Path(root) / "cgroup.procs").is_file():
                continue
            with contextlib.suppress(OSError):
                path.mkdir()
                self.path, self.events = path, path / events
                (path / file).write_text(str(limit), "ascii")
                return
            self.remove()
        raise Skipped("no memory cgroup can be made here (it needs root, and a cgroup whose children may be limited)")

    def __enter__(self):
        return self

    def __exit__(self, *fault):
        self.remove()

    @property
    def prefix(self):
        """Starts a program in the group."""
        return ("sh", "-c", 'echo $$ > "$0" && exec "$@"', str(self.path / "cgroup.procs"))

    def kills(self):
        """How many processes of the group the kernel has ended for want of memory."""
        lines = dict(line.split(" ", 1) for line in self.events.read_text("ascii").splitlines())
        return int(lines.get("oom_kill", 0))

    def mib(self):
        """What the group takes, in MiB: memory that no file backs, pages of files, and the kernel's own for it."""
        stat = dict(line.split(" ", 1) for line in (self.path / "memory.stat").read_text("ascii").splitlines())
        kernel = self.path / "memory.kmem.usage_in_bytes"
        own = int(kernel.read_text("ascii")) if kernel.is_file() else int(stat.get("kernel", 0)) + int(stat.get("sock", 0))
        return [int(bytes) >> 20 for bytes in (stat.get("anon", stat.get("rss", 0)), stat.get("file", stat.get("cache", 0)), own)]

    def remove(self):
        """The kernel lets the last process go a moment after its end."""
        end = time.monotonic() + 10
        while self.path is not None and self.path.is_dir() and time.monotonic() < end:
            with contextlib.suppress(OSError):
                self.path.rmdir()
                return
            time.sleep(0.05)
