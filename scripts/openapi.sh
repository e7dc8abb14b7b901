#!/usr/bin/env bash
# Keeps the API description, the page's types and the table of routes equal to the server:
# server -> frontend/openapi.json -> schema.d.ts, and server -> docs/routes.md.
#
# scripts/openapi.sh                 writes all three (builds the server)
# scripts/openapi.sh --check-types   fails when schema.d.ts is not what openapi.json gives
# scripts/openapi.sh --check BINARY  fails when openapi.json is not what this server binary prints
set -euo pipefail
cd "$(dirname "$0")/.."
document=frontend/openapi.json
types=frontend/src/lib/api/schema.d.ts
routes=docs/routes.md

write_types() {
  (cd frontend && node_modules/.bin/openapi-typescript openapi.json -o "$1" >/dev/null)
}

check() {
  diff -u "$1" "$2" | head -n 40 && return
  echo "$1 is out of date; run: make openapi" >&2
  exit 1
}

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
case "${1:-}" in
  --check-types)
    write_types "$work/schema.d.ts"
    check "$types" "$work/schema.d.ts"
    ;;
  --check)
    "$2" openapi >"$work/openapi.json"
    check "$document" "$work/openapi.json"
    ;;
  "")
    cargo run --quiet --locked -p junjo-server -- openapi >"$work/openapi.json"
    cp "$work/openapi.json" "$document"
    cargo run --quiet --locked -p junjo-server -- openapi --routes >"$routes"
    write_types "$PWD/$types"
    ;;
  *)
    echo "unknown option $1" >&2
    exit 1
    ;;
esac
