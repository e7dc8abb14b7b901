#!/usr/bin/env bash
# Fuzzes a running server against its own OpenAPI document with schemathesis: any 5xx, and any status, media type or body that
# the document does not describe, fails. `make test` runs it with the small budget.
#
# scripts/schemathesis.sh SERVER_BINARY DEMO_BINARY [EXAMPLES]
#
# EXAMPLES          cases per operation and phase: 3 unless told otherwise; 500 is a thorough run (docs/security.md)
# JUNJO_CACHE_DIR   where the pinned Python packages are kept; default ~/.cache/junjo
set -euo pipefail
server=$(realpath "$1")
demo=$(realpath "$2")
examples=${3:-3}
cd "$(dirname "$0")/.."
pins=scripts/schemathesis/requirements.txt
digest=$(cksum <"$pins" | cut -d ' ' -f 1)
cache="${JUNJO_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/junjo}/schemathesis-$digest"

# Without Python's pip it says so and skips, except in CI.
if [ ! -e "$cache/complete" ]; then
  if ! python3 -m pip --version >/dev/null 2>&1; then
    echo "schemathesis: there is no python3 with pip to fetch it" >&2
    [ -z "${CI:-}" ] || exit 1
    exit 0
  fi
  rm -rf "$cache"
  mkdir -p "$cache"
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --root-user-action=ignore --target "$cache" --requirement "$pins" >&2
  touch "$cache/complete"
fi

export PYTHONPATH="$cache" SCHEMATHESIS_HOOKS="$PWD/scripts/schemathesis/hooks.py"
export DEMO="$demo" EXAMPLES="$examples"
# shellcheck disable=SC2016 # expanded by the inner shell
scripts/with-server.sh "$server" bash -euo pipefail -c '
  # telemetry to find
  key=$(node -e "
    const headers = { \"content-type\": \"application/json\", cookie: process.env.JUNJO_COOKIE };
    const call = { method: \"POST\", headers, body: JSON.stringify({ name: \"demo\" }) };
    fetch(process.env.JUNJO_URL + \"/api-keys\", call).then((answer) => answer.json()).then((made) => console.log(made.key));
  ")
  JUNJO_API_KEY=$key "$DEMO" --endpoint "http://$JUNJO_GRPC" --traces 20 >/dev/null
  checks=not_a_server_error,status_code_conformance,content_type_conformance,response_headers_conformance
  checks+=,response_schema_conformance,unsupported_method,allow_header_conformance,ignored_auth,use_after_free
  cd "$JUNJO_SERVER_DATA/.."
  # the tail never ends, so it is left out; the seed makes a failure come back
  python3 -m schemathesis.cli run "$JUNJO_URL/openapi.json" --checks "$checks" --max-examples "$EXAMPLES" --seed 1 \
    --workers 2 --request-timeout 30 --continue-on-failure --exclude-path /otel/tail --suppress-health-check all \
    --warnings off
  # a run that only ever meets closed doors proves nothing
  statuses=$(grep -o "\"http.response.status_code\":[0-9]*" "$JUNJO_SERVER_LOG" | cut -d : -f 2 | sort | uniq -c)
  printf "answers by status:\n%s\n" "$statuses"
  routes=$(grep -E "\"http.response.status_code\":2[0-9][0-9]" "$JUNJO_SERVER_LOG" | grep -oE "\"http.route\":\"[^\"]*" | sort -u | wc -l)
  echo "$routes routes answered with success"
  [ "$routes" -ge 20 ]
'
