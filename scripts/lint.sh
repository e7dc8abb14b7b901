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

step "format" cargo fmt --all --check
step "spelling (typos)" with_tool typos --config typos.toml
step "dependencies (cargo-deny)" with_tool cargo-deny --log-level error check --hide-inclusion-graph bans licenses sources
step "page (biome, tsc, knip)" npm --prefix frontend run --silent lint
step "page's types match openapi.json" scripts/openapi.sh --check-types
step "clippy" cargo clippy --workspace --all-targets --locked --quiet -- -D warnings
step "documentation" env RUSTDOCFLAGS="-D warnings" cargo doc --workspace --no-deps --locked --quiet
print_durations
