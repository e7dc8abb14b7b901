#!/usr/bin/env bash
# Sends with the real Junjo SDK and OpenTelemetry exporters (Python and JavaScript) to both deployments and compares the
# ids sent with the ids in the API; an agent asks a model vendor on loopback, and its runs have to be complete. With
# --outages it also restarts, kills and fills the receivers meanwhile, and prints
# what each exporter lost. Packages are pinned and installed once into the cache.
#   scripts/sdk-conformance.sh [--outages [--outage-seconds 4 8 …]]
# JUNJO_SERVER and JUNJO_INGESTION_SERVICE name built programs; otherwise debug builds are made.
set -euo pipefail
cd "$(dirname "$0")/.."
cache="${JUNJO_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/junjo}"

if ! python3 -m pip --version >/dev/null 2>&1; then
  echo "=== NOT TESTED: real SDKs, because there is no python3 with pip ===" >&2
  [ -n "${CI:-}" ] && exit 1
  echo "0 passed, 0 failed, 1 skipped"
  exit 0
fi

# The packages' folder, one per Python and set of pins. Not a virtual environment: Debian's Python cannot make one.
python_packages() {
  local pins=examples/python/requirements.txt dir work
  dir="$cache/sdk-$(python3 -c 'import sys; print("python%d.%d" % sys.version_info[:2])')-$(cksum <"$pins" | cut -d ' ' -f 1)"
  if [ ! -d "$dir" ]; then
    mkdir -p "$cache"
    work=$(mktemp -d "$dir.XXXXXX")
    if ! python3 -m pip install --quiet --disable-pip-version-check --only-binary=:all: --no-warn-conflicts --root-user-action=ignore \
      --target "$work" --requirement "$pins" >&2; then
      rm -rf "$work"
      exit 1
    fi
    mv "$work" "$dir"
  fi
  printf '%s\n' "$dir"
}

target="$(cargo metadata --no-deps --offline --format-version 1 |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')"
server="${JUNJO_SERVER:-}"
if [ -z "$server" ]; then
  cargo build --quiet --locked -p junjo-server
  server="$target/debug/junjo-server"
fi
service="${JUNJO_INGESTION_SERVICE:-}"
if [ -z "$service" ]; then
  service="$target/ingestion-service"
  scripts/with-go.sh go -C ingestion-service build -o "$service" ./cmd/ingestion-service
fi
PYTHONPATH="$(python_packages)"
export PYTHONPATH
arguments=(--server "$server" --service "$service" --python "$(command -v python3)")
if command -v node >/dev/null; then
  [ -f examples/javascript/node_modules/.package-lock.json ] ||
    npm --prefix examples/javascript ci --no-audit --no-fund --loglevel=error >&2
  arguments+=(--node "$(command -v node)")
else
  echo "=== NOT TESTED: JavaScript exporters, because there is no node ===" >&2
fi
if chromium="$(scripts/find-chromium.sh)"; then
  arguments+=(--chromium "$chromium")
else
  echo "=== NOT TESTED: a browser, because there is none ===" >&2
fi
exec python3 scripts/sdk_conformance.py "${arguments[@]}" "$@"
