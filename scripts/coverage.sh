#!/usr/bin/env bash
# Runs every Rust test with source-based coverage and prints line coverage per crate and in all.
# Only the crates of the workspace are instrumented, through RUSTC_WORKSPACE_WRAPPER: their compiled dependencies are
# the ones that `make test` uses, so a run costs little more than the tests.
#
# scripts/coverage.sh [--fail-under PERCENT] [--html DIR]
set -euo pipefail
cd "$(dirname "$0")/.."

fail() {
  printf 'coverage: %s\n' "$@" >&2
  exit 1
}

floor=0 html=
while [ $# -gt 0 ]; do
  case "$1" in
    --fail-under) floor=$2 && shift 2 ;;
    --html) html=$2 && shift 2 ;;
    *) fail "unknown option $1" ;;
  esac
done

# llvm-profdata and llvm-cov must read the profile format of rustc's LLVM: the same major version.
major=$(rustc -vV | sed -n 's/^LLVM version: \([0-9]*\).*/\1/p')
toolchain_bin="$(rustc --print sysroot)/lib/rustlib/$(rustc -vV | sed -n 's/^host: //p')/bin"
find_llvm() {
  for candidate in "$toolchain_bin/$1" "$1-$major" "/opt/homebrew/opt/llvm@$major/bin/$1"; do
    command -v "$candidate" && return
  done
  return 1
}
if ! find_llvm llvm-cov >/dev/null; then
  echo "coverage: installing llvm tools for LLVM $major" >&2
  rustup component add llvm-tools >/dev/null 2>&1 ||
    { [ "$(id -u)" = 0 ] && apt-get install -y -qq --no-install-recommends "llvm-$major" >/dev/null 2>&1; } ||
    fail "llvm-cov $major is needed: 'rustup component add llvm-tools', or your system's package llvm-$major"
fi
llvm_cov=$(find_llvm llvm-cov) llvm_profdata=$(find_llvm llvm-profdata)

profiles=$(mktemp -d)
trap 'rm -rf "$profiles"' EXIT
export RUSTC_WORKSPACE_WRAPPER="$PWD/scripts/rustc-instrumented.sh"
# %m merges the runs of one binary, so that a hundred short-lived servers leave few files
export LLVM_PROFILE_FILE="$profiles/%4m.profraw"

cargo test --workspace --locked --no-run --message-format=json-render-diagnostics 2>"$profiles/build.log" >"$profiles/build.json" ||
  { tail -n 40 "$profiles/build.log" >&2; fail "the instrumented build failed"; }
cargo test --workspace --locked --no-fail-fast ||
  fail "tests failed, so there is no coverage to report"

objects=$(node -e '
  const lines = require("fs").readFileSync(process.argv[1], "utf8").split("\n").filter((line) => line.startsWith("{"));
  const files = lines.map((line) => JSON.parse(line).executable).filter(Boolean);
  console.log([...new Set(files)].map((file) => "-object=" + file).join("\n"));' "$profiles/build.json")
"$llvm_profdata" merge -sparse "$profiles"/*.profraw -o "$profiles/all.profdata"
# shellcheck disable=SC2086 # one word per object
set -- $objects -instr-profile="$profiles/all.profdata" -ignore-filename-regex='(/registry/|/rustc/|/tests/|/tests\.rs$|/bench/|/examples/)'
if [ -n "$html" ]; then "$llvm_cov" show "$@" -format=html -output-dir="$html"; fi
"$llvm_cov" export "$@" -summary-only -format=text >"$profiles/summary.json"
node scripts/coverage-report.mjs "$profiles/summary.json" "$floor"
