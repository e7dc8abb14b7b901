#!/usr/bin/env bash
# The page in Chromium: first on a real, empty server of its own (temporary data, ports that the system picks), with the
# demo as its sender; then the calls of the Go server's page on another one; then the mock API, where a trace is as large as a
# test wants it, and where pages look the same each time (e2e/pictures). Arguments go to Playwright.
#
# scripts/e2e.sh SERVER DEMO RESULTS     the two programs, and the folder for real.json, old-page.json and mock.json
set -euo pipefail
cd "$(dirname "$0")/.."
server=$1 demo=$2 results=$3
shift 3

JUNJO_E2E_CHROMIUM=$(scripts/find-chromium.sh)
export JUNJO_E2E_CHROMIUM
work=$(mktemp -d)
pid=
cleanup() {
  if [ -n "$pid" ]; then kill "$pid" 2>/dev/null || true; wait "$pid" || true; fi
  rm -rf "$work"
}
trap cleanup EXIT

# the line that says "ready" carries the addresses
addresses() {
  node -e 'const lines = require("fs").readFileSync(process.argv[1], "utf8").split("\n").filter((line) => line.startsWith("{"));
    const ready = lines.map((line) => JSON.parse(line).fields ?? JSON.parse(line)).find((entry) => entry.http_addr);
    if (!ready) process.exit(1);
    console.log(ready.http_addr, ready.grpc_addrs.match(/[\d.]+:\d+/)[0]);' "$log"
}

# an empty server with a data folder of this name, and more arguments; sets log, http and grpc
start() {
  log="$work/$1.log"
  env -u JUNJO_PUBLIC_URL -u GEMINI_API_KEY "$server" --data-dir "$work/$1" --http-addr 127.0.0.1:0 --otlp-grpc-addr 127.0.0.1:0 \
    --otlp-http-addr 127.0.0.1:0 --free-space-min 1M --log-format json "${@:2}" >"$log" 2>&1 &
  pid=$!
  for _ in $(seq 1800); do
    if addresses >"$work/addresses"; then break; fi
    kill -0 "$pid" 2>/dev/null || break
    sleep 0.1
  done
  read -r http grpc <"$work/addresses" || { echo "the server did not get ready:" >&2; cat "$log" >&2; exit 1; }
}

# a stop signal must end the server, with success
stop() {
  if grep -E '"level":"(WARN|ERROR)"' "$log" >"$work/complaints"; then
    echo "the server's log has warnings or errors:" >&2
    cat "$work/complaints" >&2
  fi
  [ "$status" = 0 ] || exit "$status"
  kill "$pid"
  wait "$pid" || { echo "the server did not stop cleanly:" >&2; tail -n 5 "$log" >&2; pid=; exit 1; }
  pid=
}

playwright() {
  local report=$1
  shift
  (cd frontend && PLAYWRIGHT_JSON_OUTPUT_FILE="$results/$report" node_modules/.bin/playwright test --reporter=list,json "$@")
}

status=0
start data
JUNJO_E2E_URL="http://$http" JUNJO_E2E_SEND="$demo --endpoint http://$grpc" playwright real.json "$@" || status=$?
stop

port=$(node -e 'const s = require("net").createServer().listen(0, "127.0.0.1", () => { console.log(s.address().port); s.close(); })')
start old-page --allow-origins "http://localhost:$port"
JUNJO_E2E_OLD_PAGE="http://localhost:$port" JUNJO_E2E_URL="http://$http" JUNJO_E2E_SEND="$demo --endpoint http://$grpc" \
  playwright old-page.json --project=old-page "$@" || status=$?
stop

playwright mock.json --project=large --no-deps "$@"
