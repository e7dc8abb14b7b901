#!/usr/bin/env bash
# Attacks a fresh server of this machine in the ways that docs/security.md lists, and prints what happened. Fails when one
# gets through. Takes about a minute, most of it the slow requests.
#
# scripts/attack.sh SERVER_BINARY [NAME...]   only the attacks whose name contains one of these words
set -euo pipefail
server=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
exec scripts/with-server.sh "$server" python3 -B scripts/attack "$@"
