"""Runs every attack and prints, for each, what was tried and what happened. Exit code 1 when one got through."""

import json
import sys
import time

import attacks
import client


class Findings:
    """What one attack saw."""

    def __init__(self, name):
        self.name = name
        self.broken = 0

    def expect(self, holds, text):
        """One line of the report: `holds` says whether the server withstood."""
        self.broken += not holds
        print(f"  {'held  ' if holds else 'BROKEN'}  {text}", flush=True)


def main(words):
    chosen = [attack for attack in attacks.ALL if not words or any(word in attack.__name__ for word in words)]
    broken = 0
    for attack in chosen:
        print(f"\n{attack.__name__}: {attack.__doc__.splitlines()[0]}", flush=True)
        findings = Findings(attack.__name__)
        started = time.monotonic()
        attack(findings.expect)
        alive = client.Browser().get("/ping").status == 200
        findings.expect(alive, f"the server answers afterwards ({time.monotonic() - started:.1f} s)")
        broken += findings.broken
    print(f"\n{len(chosen)} attacks, {broken} got through; memory of the server: {client.resident_mib()} MiB")
    with open(client.LOG, encoding="utf-8") as log:
        lines = log.read().splitlines()
    panics = [line for line in lines if "panicked" in line]
    print(f"{len(lines)} lines of log, {len(panics)} panics")
    for line in lines:
        json.loads(line)
    return 1 if broken or panics else 0


sys.exit(main(sys.argv[1:]))
