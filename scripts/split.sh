#!/usr/bin/env bash
# Split mode on this machine: builds and runs the two processes of the compose profile `split` (Go ingestion service and
# server, a shared token, a folder each, free ports on loopback), sends spans through them, shows what arrived, and stops
# both. Data goes into a temporary folder.
#
# scripts/split.sh [--stay] [COMMAND...]
#   COMMAND   sends instead of the demo; it gets JUNJO_API_KEY, JUNJO_OTLP_GRPC (host:port) and JUNJO_OTLP_HTTP (a URL),
#             and the same as OTEL_EXPORTER_OTLP_ENDPOINT and _HEADERS, for any OpenTelemetry SDK
#   --stay    keeps both running until Ctrl-C; the page is at the printed address
set -euo pipefail
cd "$(dirname "$0")/.."
stay=
if [ "${1:-}" = --stay ]; then stay=1; shift; fi

work=$(mktemp -d)
pids=()
# SIGTERM must end both, with success; the server goes first, so that the last spans wait in the ingestion service.
stop() {
  local status=0
  for pid in ${pids[@]+"${pids[@]}"}; do
    kill "$pid" 2>/dev/null || true
    wait "$pid" || { echo "split: process $pid did not stop cleanly" >&2; status=1; }
  done
  pids=()
  return "$status"
}
trap 'stop || true; rm -rf "$work"' EXIT
trap 'exit 130' INT TERM

cargo build --quiet --locked -p junjo-server -p junjo-demo
programs="$(cargo metadata --no-deps --offline --format-version 1 |
  node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).target_directory')/debug"
scripts/release.sh ingestion-service "$work"

# each process has to know the other's port before both run
read -r -a ports < <(node -e 'const net = require("net");
  const servers = Array.from({ length: 6 }, () => net.createServer().listen(0, "127.0.0.1", () => {
    if (!servers.every((server) => server.listening)) return;
    console.log(...servers.map((server) => server.address().port));
    for (const server of servers) server.close();
  }));')
export JUNJO_HTTP_ADDR=127.0.0.1:${ports[0]} JUNJO_OTLP_GRPC=127.0.0.1:${ports[1]} JUNJO_OTLP_HTTP=http://127.0.0.1:${ports[2]}
metrics=127.0.0.1:${ports[3]} ingestion=127.0.0.1:${ports[4]} keys=127.0.0.1:${ports[5]}
JUNJO_INTERNAL_TOKEN=$(node -p 'require("crypto").randomBytes(32).toString("hex")')
export JUNJO_INTERNAL_TOKEN

env JUNJO_DATA_DIR="$work/data" JUNJO_INGESTION_URL="http://$ingestion" JUNJO_INTERNAL_GRPC_ADDR="$keys" \
  JUNJO_PUBLIC_OTLP_GRPC_URL="http://$JUNJO_OTLP_GRPC" JUNJO_PUBLIC_OTLP_HTTP_URL="$JUNJO_OTLP_HTTP" \
  "$programs/junjo-server" >"$work/server.log" 2>&1 &
pids+=($!)
env BADGERDB_PATH="$work/wal" JUNJO_INTERNAL_GRPC_ADDR="$ingestion" JUNJO_BACKEND_ADDR="$keys" JUNJO_METRICS_ADDR="$metrics" \
  JUNJO_OTLP_GRPC_ADDR="$JUNJO_OTLP_GRPC" JUNJO_OTLP_HTTP_ADDR="${JUNJO_OTLP_HTTP#http://}" \
  "$work/ingestion-service" >"$work/ingestion.log" 2>&1 &
pids+=($!)

# The health checks of the compose file.
is_healthy() {
  "$programs/junjo-server" health >/dev/null 2>&1 &&
    JUNJO_INTERNAL_GRPC_ADDR="$ingestion" "$work/ingestion-service" health >/dev/null 2>&1
}
for _ in $(seq 1800); do
  if is_healthy; then break; fi
  for pid in "${pids[@]}"; do kill -0 "$pid" 2>/dev/null || break 2; done
  sleep 0.1
done
is_healthy || { echo "split: the processes did not get ready:" >&2; tail -n 5 "$work"/*.log >&2; exit 1; }
echo "server on http://$JUNJO_HTTP_ADDR, ingestion service on $JUNJO_OTLP_GRPC (gRPC) and $JUNJO_OTLP_HTTP (HTTP)"

export JUNJO_SPLIT_PASSWORD=$JUNJO_INTERNAL_TOKEN # of a user who lives as long as this script
JUNJO_API_KEY=$(node scripts/split-client.mjs key)
export JUNJO_API_KEY
export OTEL_EXPORTER_OTLP_ENDPOINT=http://$JUNJO_OTLP_GRPC OTEL_EXPORTER_OTLP_HEADERS=x-junjo-api-key=$JUNJO_API_KEY
if [ $# -gt 0 ]; then "$@"; else "$programs/junjo-demo" --endpoint "http://$JUNJO_OTLP_GRPC" --seed 1; fi
node scripts/split-client.mjs arrived
echo "ingestion service:"
JUNJO_INTERNAL_GRPC_ADDR="$ingestion" "$work/ingestion-service" status

if [ -n "$stay" ]; then
  echo "both run until Ctrl-C; sign in as split@example.com, password $JUNJO_SPLIT_PASSWORD, API key $JUNJO_API_KEY"
  while kill -0 "${pids[0]}" 2>/dev/null && kill -0 "${pids[1]}" 2>/dev/null; do sleep 1; done
fi
stop
echo "both processes stopped cleanly"
