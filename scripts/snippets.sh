#!/usr/bin/env bash
# Runs what people paste, as it stands in README.md, on the page and in examples/, against a real server on ports that the
# system picks, and looks for the span that each promises. A model vendor on loopback answers the model calls.
#
# scripts/snippets.sh SERVER_BINARY [--all] [NAME...]   only the snippets whose name contains one of these words
#
# Without --all those run that need nothing but the pinned packages (scripts/snippets/requirements.txt and
# examples/javascript), which are kept in JUNJO_CACHE_DIR. With it every snippet runs, each with its own install line to the
# letter in an environment of its own: what somebody gets today, a few minutes and some GB of packages.
set -euo pipefail
server=$(realpath "$1")
shift
cd "$(dirname "$0")/.."
for needed in python3 node npm curl openssl; do
  if ! command -v "$needed" >/dev/null; then missing="${missing:-}$needed "; fi
done
if [ -z "${missing:-}" ] && ! python3 -m pip --version >/dev/null 2>&1; then missing="pip "; fi
if [ -n "${missing:-}" ]; then
  echo "=== NOT TESTED: snippets, because there is no ${missing% } ===" >&2
  [ -n "${CI:-}" ] && exit 1
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi
exec scripts/with-server.sh "$server" python3 -B scripts/snippets "$@"
