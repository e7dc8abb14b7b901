#!/usr/bin/env bash
# `make test`: every test of the repository, then one line of totals. The Rust and Go suites, real SDKs as clients, the page's
# unit tests, and the page in a real browser on the real server. With JUNJO_TEST_TOTALS set, the totals also go into that file.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/steps.sh
. scripts/steps.sh

results=$(mktemp -d)
trap 'rm -rf "$results"' EXIT

rust_tests() {
  cargo test --workspace --locked --no-fail-fast 2>&1 | tee "$results/rust.log"
}

# With the race detector: senders, writer, readers and trimmer share the log.
go_tests() {
  scripts/with-go.sh go -C ingestion-service test -race -v ./... 2>&1 | grep -v 'no test files' | tee "$results/go.log"
}

sdk_tests() {
  JUNJO_SERVER="$programs/junjo-server" scripts/sdk-conformance.sh 2>&1 | tee "$results/sdk.log"
}

# Snippets of README and page, with pinned packages; `make snippets` takes those of today.
snippet_tests() {
  scripts/snippets.sh "$programs/junjo-server" 2>&1 | tee "$results/snippets.log"
}

page_tests() {
  npm --prefix frontend run --silent test -- --reporter=default --reporter=json --outputFile.json="$results/page.json"
}

step "Go tests" go_tests
step "Rust tests" rust_tests
# cargo has built these two for the tests
programs="$(cargo metadata --no-deps --offline --format-version 1 |
  node -p 'JSON.parse(require("fs").readFileSync(0, "utf8")).target_directory')/debug"
step "openapi.json is what the server serves" scripts/openapi.sh --check "$programs/junjo-server"
step "real SDKs" sdk_tests
step "snippets" snippet_tests
step "API against its description (schemathesis)" scripts/schemathesis.sh "$programs/junjo-server" "$programs/junjo-demo"
step "page, unit tests" page_tests
step "page in Chromium" scripts/e2e.sh "$programs/junjo-server" "$programs/junjo-demo" "$results"
print_durations
node scripts/test-totals.mjs "$results" | tee "${JUNJO_TEST_TOTALS:-/dev/null}"
