#!/usr/bin/env bash
# `make lint`: everything that is checked without running the program. Fast checks come first.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=scripts/steps.sh
. scripts/steps.sh

# A tool that this machine cannot have is skipped with its reason; in CI that is a failure.
with_tool() {
  local name=$1 tool status=0
  shift
  tool=$(scripts/tool.sh "$name") || status=$?
  case $status in
    0) "$tool" "$@" ;;
    3) [ -z "${CI:-}" ] || return 1 ;;
    *) return "$status" ;;
  esac
}

# Runs a command in ingestion-service.
in_service() {
  (cd ingestion-service && ../scripts/with-go.sh "$@")
}

go_format() {
  local unformatted
  unformatted=$(in_service gofmt -l -s .) || return
  [ -z "$unformatted" ] || { echo "run gofmt -w -s on: $unformatted" >&2; return 1; }
}

go_modules() {
  in_service go mod tidy -diff && in_service go -C tools mod tidy -diff && in_service go -C tools vet ./...
}

step "format" cargo fmt --all --check
step "spelling (typos)" with_tool typos --config typos.toml
step "dependencies (cargo-deny)" with_tool cargo-deny --log-level error check --hide-inclusion-graph bans licenses sources
step "Go format" go_format
step "Go vet" in_service go vet ./...
step "Go staticcheck" in_service go tool -modfile=tools/go.mod staticcheck ./...
step "Go modules and tools" go_modules
step "Go code of proto/ is up to date" in_service go -C tools run ./protogen -check
step "page (biome, tsc, knip)" npm --prefix frontend run --silent lint
step "page's types match openapi.json" scripts/openapi.sh --check-types
step "clippy" cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
step "features can be left out" scripts/deletable.sh
step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
print_durations
