#!/usr/bin/env bash
# Builds what the two images hold without a container engine: the steps of the Dockerfiles, in their order, into a staging
# folder; then checks that the results stand on their own.
#
# scripts/container-build.sh [FOLDER]     default: a folder "image" in the cargo target folder
set -euo pipefail
cd "$(dirname "$0")/.."

out=${1:-${CARGO_TARGET_DIR:-target}/image}
mkdir -p "$out"
out=$(cd "$out" && pwd)
rm -rf "${out:?}"/*

npm --prefix frontend ci --no-audit --no-fund
scripts/release.sh page
scripts/release.sh library "$out"
scripts/release.sh server "$out"
scripts/release.sh ingestion-service "$out"

# moved elsewhere, with nothing else in the environment, it must still find its library and run
elsewhere=$(mktemp -d)
trap 'rm -rf "$elsewhere"' EXIT
cp -R "$out"/. "$elsewhere"
env -i "$elsewhere/junjo-server" --version
if command -v ldd >/dev/null; then
  found=$(ldd "$elsewhere/junjo-server" | awk '/libduckdb/ { print $3 }')
  case "$found" in
    "$elsewhere"/*) ;;
    *) echo "container-build: the server takes libduckdb from '$found', not from beside it" >&2; exit 1 ;;
  esac
fi
env -i "$elsewhere/ingestion-service" --version
if command -v ldd >/dev/null && ldd "$elsewhere/ingestion-service" >/dev/null 2>&1; then
  echo "container-build: the ingestion service is not static, and its image has no libraries" >&2
  exit 1
fi
du -sh "$out"
ls -l "$out"
