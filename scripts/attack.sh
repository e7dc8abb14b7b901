#!/usr/bin/env bash
# Attacks the real programs in the ways that docs/security.md lists, and prints what happened. Fails when one gets through.
# First a fresh server over its ports, about a minute; then servers with folders, limits and clocks of their own, and the
# Go ingestion service, about half an hour.
#
# scripts/attack.sh [SERVER_BINARY] [NAME...]   only the attacks whose name contains one of these words
#
# scripts/attack.sh [SERVER_BINARY] --survive [--minutes 10] [--only NAME...]   all at once in 512 MiB of memory, beside an
# honest sender (docs/durability.md); --first puts server and sender before the machine's other work; needs root and cgroups
#
# SERVER_BINARY may come as JUNJO_SERVER; JUNJO_INGESTION_SERVICE is the Go service's program, whose attacks are skipped
# without it. --list names all.
set -euo pipefail
cd "$(dirname "$0")/.."
if [ "${1:-}" = --list ]; then
  sed -n 's/^def \([a-z_0-9]*\)(expect):$/\1/p' scripts/attack/*.py scripts/attack/own/*.py
  exit
fi
if [ -n "${1:-}" ] && [ -x "$1" ] && [ ! -d "$1" ]; then
  JUNJO_SERVER=$1
  shift
fi
JUNJO_SERVER=$(realpath "${JUNJO_SERVER:?name the program: scripts/attack.sh SERVER_BINARY, or JUNJO_SERVER}")
export JUNJO_SERVER
if [ "${1:-}" = --survive ]; then
  shift
  exec python3 -B scripts/attack/own/survive.py "$@"
fi
status=0
chosen() { # whether a folder has an attack of these names
  local folder=$1 word
  shift
  [ $# -gt 0 ] || return 0
  for word in "$@"; do
    if sed -n 's/^def \([a-z_0-9]*\)(expect):$/\1/p' "$folder"/*.py | grep -qF -- "$word"; then return 0; fi
  done
  return 1
}
if chosen scripts/attack "$@"; then scripts/with-server.sh "$JUNJO_SERVER" python3 -B scripts/attack "$@" || status=1; fi
if chosen scripts/attack/own "$@"; then python3 -B scripts/attack/own "$@" || status=1; fi
exit "$status"
