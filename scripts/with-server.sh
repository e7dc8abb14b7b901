#!/usr/bin/env bash
# Runs a command beside a fresh server: its own data folder, ports that the system picks, an administrator who is signed in.
#
# scripts/with-server.sh SERVER_BINARY COMMAND [ARGUMENT...]
#
# The command finds: JUNJO_URL, JUNJO_GRPC, JUNJO_OTLP_HTTP (addresses), JUNJO_COOKIE (of the administrator), JUNJO_EMAIL and
# JUNJO_PASSWORD (theirs), JUNJO_SERVER_PID, JUNJO_SERVER_LOG, JUNJO_SERVER_DATA. It fails when the command fails, or when the
# server has logged an error or panicked.
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
for _ in $(seq 1800); do
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
# shellcheck disable=SC2016 # a template of JavaScript
JUNJO_COOKIE=$(node -e '
  const { JUNJO_URL, JUNJO_EMAIL: email, JUNJO_PASSWORD: password } = process.env;
  const headers = { "content-type": "application/json" };
  fetch(`${JUNJO_URL}/auth/register`, { method: "POST", headers, body: JSON.stringify({ email, password }) }).then((answer) => {
    if (answer.status !== 201) throw new Error(`registering was answered with ${answer.status}`);
    console.log(answer.headers.getSetCookie()[0].split(";")[0]);
  });')
export JUNJO_GRPC JUNJO_OTLP_HTTP JUNJO_COOKIE

status=0
"$@" || status=$?
# 503 is what an overloaded server should answer; whether it may is for the command to say
errors=$(grep -e '"level":"ERROR"' -e 'panicked at' "$work/log" | grep -v '"http.response.status_code":503' || true)
if [ -n "$errors" ]; then
  printf 'the server logged errors:\n%s\n' "$(printf '%s' "$errors" | head -20)" >&2
  status=1
fi
exit "$status"
