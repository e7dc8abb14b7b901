"""Runs snippets against the server of with-server.sh; see ../snippets.sh."""

import argparse
import pathlib
import sys
import tempfile

import cases
import packages
import programs
from server import Server


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--all", action="store_true", help="every snippet, each with its own install line")
    parser.add_argument("names", nargs="*", help="only those whose name contains one of these")
    chosen = parser.parse_args()
    server = Server()
    found = cases.find(server)
    wanted = [case for case in found if chosen.all or case.is_quick]
    if chosen.names:
        wanted = [case for case in found if any(name in case.name for name in chosen.names)]
    passed = 0
    with tempfile.TemporaryDirectory() as work, programs.vendor() as vendor:
        pinned = None if chosen.all else packages.pinned()
        for case in wanted:
            folder = pathlib.Path(work) / case.name.replace("/", "-").replace(" ", "-")
            folder.mkdir()
            failure = programs.run(case, folder, server, vendor, pinned)
            print(f"{'FAILED' if failure else 'ok':6} {case.name}", flush=True)
            if failure:
                print("  " + failure.replace("\n", "\n  "), flush=True)
            passed += not failure
    print(f"\n{passed} passed, {len(wanted) - passed} failed")
    return 0 if passed == len(wanted) and wanted else 1


sys.exit(main())
