#!/usr/bin/env bash
# Runs a command beside a fresh server: its own data folder, ports that the system picks, an administrator who is signed in.
#
# scripts/with-server.sh SERVER_BINARY COMMAND [ARGUMENT...]
#
# The command finds: JUNJO_URL, JUNJO_GRPC, JUNJO_OTLP_HTTP (addresses), JUNJO_COOKIE (of the administrator), JUNJO_EMAIL and
# JUNJO_PASSWORD (theirs), JUNJO_SERVER_PID, JUNJO_SERVER_LOG, JUNJO_SERVER_DATA. It fails when the command fails, or when the
# server has logged an error.
set -euo pipefail
server=$(realpath "$1")
shift
work=$(mktemp -d)
pid=
stop() {
  if [ -n "$pid" ]; then
    kill "$pid" 2>/dev/null || true
    wait "$pid" 2>/dev/null || true
  fi
  rm -rf "$work"
}
trap stop EXIT

env -i PATH="$PATH" HOME="$HOME" JUNJO_FREE_SPACE_MIN=1M "$server" --data-dir "$work/data" --http-addr 127.0.0.1:0 \
  --otlp-grpc-addr 127.0.0.1:0 --otlp-http-addr 127.0.0.1:0 >"$work/log" 2>&1 &
pid=$!
for _ in $(seq 300); do
  grep -q '"message":"ready' "$work/log" && break
  kill -0 "$pid" 2>/dev/null || break
  sleep 0.1
done
ready=$(grep -m 1 '"message":"ready' "$work/log") || { cat "$work/log" >&2; exit 1; }
field() { printf '%s' "$ready" | sed -E "s/.*\"$1\":\"\\[?([^]\"]*)\\]?\".*/\\1/"; }
JUNJO_URL="http://$(field http_addr)"
export JUNJO_URL JUNJO_EMAIL=root@example.org JUNJO_PASSWORD="correct horse battery staple"
export JUNJO_SERVER_PID=$pid JUNJO_SERVER_LOG=$work/log JUNJO_SERVER_DATA=$work/data
JUNJO_GRPC=$(field grpc_addrs)
JUNJO_OTLP_HTTP=$(field otlp_http_addrs)
printf '{"email":"%s","password":"%s"}' "$JUNJO_EMAIL" "$JUNJO_PASSWORD" >"$work/account"
curl -fsS -o /dev/null -c "$work/jar" -H 'content-type: application/json' -d "@$work/account" "$JUNJO_URL/auth/register"
JUNJO_COOKIE=$(awk '$6 == "session" { print $6 "=" $7 }' "$work/jar")
export JUNJO_GRPC JUNJO_OTLP_HTTP JUNJO_COOKIE

status=0
"$@" || status=$?
if grep -q '"level":"ERROR"' "$work/log"; then
  echo "the server logged errors:" >&2
  grep '"level":"ERROR"' "$work/log" | head -20 >&2
  status=1
fi
exit "$status"
