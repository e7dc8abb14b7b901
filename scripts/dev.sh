#!/usr/bin/env bash
# `make dev`: the server in debug mode on port 1324 and Vite with hot reload on port 5151, which passes API calls on to
# it. Ctrl-C ends both; when one of them ends by itself, the other is ended too.
set -euo pipefail
cd "$(dirname "$0")/.."

cargo build --locked -p junjo-server
set -m # each child in a group of its own: Ctrl-C reaches this script only, which then stops each of them once
children=()
trap 'trap - EXIT INT TERM; kill "${children[@]}" 2>/dev/null || true; wait' EXIT INT TERM
cargo run --quiet --locked -p junjo-server </dev/null &
children+=($!)
(cd frontend && exec node_modules/.bin/vite) </dev/null &
children+=($!)
echo "dev: open http://localhost:5151 (server on http://localhost:1324); Ctrl-C ends both"
while kill -0 "${children[0]}" 2>/dev/null && kill -0 "${children[1]}" 2>/dev/null; do sleep 1; done
