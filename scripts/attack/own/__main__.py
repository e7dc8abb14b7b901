"""Attacks that need servers of their own: small limits, kills, clocks, folders. Prints a line for each finding, then a table.

python3 -B scripts/attack/own [NAME...]   only the attacks whose name contains one of these words

JUNJO_SERVER is the server's program; JUNJO_INGESTION_SERVICE that of the Go service, whose attacks are skipped without it.
Exit code 1 when one got through.
"""

import resource
import sys
import time
import traceback

import clock
import disk
import freshness
import memory
import places
import rights
import service
from programs import Skipped

ALL = [*memory.ALL, *places.ALL, *rights.ALL, *disk.ALL, *freshness.ALL, *clock.ALL, *service.ALL]


class Findings:
    """What one attack saw."""

    def __init__(self):
        self.lines = []

    def expect(self, holds, text):
        """One line of the report: `holds` says whether the program withstood."""
        self.lines.append((bool(holds), text))
        print(f"  {'held  ' if holds else 'BROKE '}  {text}", flush=True)


def run(attack):
    """Runs one attack; the verdict is held, BROKE or skipped."""
    print(f"\n{attack.__name__}: {attack.__doc__.splitlines()[0]}", flush=True)
    findings = Findings()
    started = time.monotonic()
    try:
        attack(findings.expect)
    except Skipped as reason:
        print(f"  SKIPPED: {reason}", flush=True)
        return "SKIPPED", str(reason), time.monotonic() - started
    except Exception as fault:  # an attack that cannot be run to its end has not been withstood
        traceback.print_exc(limit=6, file=sys.stdout)
        findings.expect(False, f"it could not be carried out: {type(fault).__name__}: {fault}")
    broke = [text for holds, text in findings.lines if not holds]
    verdict = "BROKE" if broke or not findings.lines else "held"
    return verdict, (broke or [findings.lines[-1][1]])[0], time.monotonic() - started


def main(words):
    chosen = [attack for attack in ALL if not words or any(word in attack.__name__ for word in words)]
    if not chosen:
        return 0
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    results = [(attack.__name__, *run(attack)) for attack in chosen]
    print(f"\n{'attack':<34} {'verdict':<8} {'s':>5}  figures")
    for name, verdict, figures, seconds in results:
        print(f"{name:<34} {verdict:<8} {seconds:5.0f}  {figures[:150]}")
    verdicts = [verdict for _, verdict, _, _ in results]
    print(f"\n{len(chosen)} attacks: {verdicts.count('held')} held, {verdicts.count('BROKE')} broke, "
          f"{verdicts.count('SKIPPED')} skipped")
    return 1 if "BROKE" in verdicts else 0


sys.exit(main(sys.argv[1:]))
