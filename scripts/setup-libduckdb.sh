#!/usr/bin/env bash
# Fetches libduckdb from the npm package @duckdb/node-bindings-<platform> (which ships the plain C library) into a
# cache outside the clone, and writes .cargo/config.toml so that plain `cargo` links and runs against it.
# The path does not depend on the clone: rustflags stay equal between clones, so a shared target folder stays warm.
#
# JUNJO_CACHE_DIR   the cache; default ~/.cache/junjo
# DUCKDB_LIB_DIR    a folder with a libduckdb of your own; then nothing is fetched
# With --print-dir, prints the library's folder at the end.
set -euo pipefail
version=1.5.5-r.5 # belongs to duckdb =1.10505.0 in Cargo.toml; both move together
cd "$(dirname "$0")/.."

fail() {
  printf 'setup: %s\n' "$@" >&2
  exit 1
}

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 library=libduckdb.so ;;
  Linux-aarch64 | Linux-arm64) platform=linux-arm64 library=libduckdb.so ;;
  Darwin-arm64) platform=darwin-arm64 library=libduckdb.dylib ;;
  Darwin-x86_64) platform=darwin-x64 library=libduckdb.dylib ;;
  *)
    platform=none library=libduckdb.so
    why="no libduckdb is published for $(uname -s) on $(uname -m)."
    ;;
esac
case "$platform-$(ldd --version 2>&1 || true)" in
  linux*musl*) platform=none why="the published libduckdb needs glibc, and this is a musl system." ;;
esac
case "$platform" in
  linux-x64) integrity=sha512-kCyq6BXhn6QXfwF8yVdVKriSSHP+rfVWcJ56cG8qZzlOZpxyvT5WGm6jMshxg4ditLlOsHsIN/D47RYrcjXuHQ== ;;
  linux-arm64) integrity=sha512-CafH2AIvXtpwDynG3KB/4uEOHRGlFoB7auCRMIwH3BKNIobsANV5LSpDJ3tfyRCFIsK6e8AT1eseWVnu2Dv3cw== ;;
  darwin-arm64) integrity=sha512-WJdeLTFy4pRg60rkbp9smtlP1iIQ8ErtIJkxS+2LQtM1ZZMSByyW+3WPpNoKe7IwPtVl2fLlPw7tDmQW4Z974g== ;;
  darwin-x64) integrity=sha512-rN0KjX13MwVQ5V5ufykolty/tf4SaafOpGWcUA1Cegf98jPeRdsJsEE1IMXn8n3u6WvMSZEVJmHJ3ma4Hr7Vzg== ;;
esac

# Fetches into a folder beside the target and renames at the end: no reader ever sees half a library.
fetch() {
  local dir=$1 work tarball found
  command -v npm >/dev/null || fail "npm is needed to fetch libduckdb; install Node.js 20 or newer"
  mkdir -p "$(dirname "$dir")" || fail "cannot create $(dirname "$dir"); set JUNJO_CACHE_DIR to a folder that can be written"
  work=$(mktemp -d "$dir.fetch.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  echo "setup: fetching @duckdb/node-bindings-$platform@$version (once, about 25 MB)" >&2
  (cd "$work" && npm pack --loglevel=error "@duckdb/node-bindings-$platform@$version" >/dev/null) ||
    fail "npm could not fetch @duckdb/node-bindings-$platform@$version (its own words are above)"
  tarball=$(echo "$work"/*.tgz)
  found=$(node -e 'const hash = require("crypto").createHash("sha512");
    process.stdout.write("sha512-" + hash.update(require("fs").readFileSync(process.argv[1])).digest("base64"))' "$tarball")
  [ "$found" = "$integrity" ] || fail "npm delivered another package than the pinned one: expected $integrity, got $found"
  tar -xzf "$tarball" -C "$work"
  [ -f "$work/package/$library" ] || fail "the package holds no $library"
  mkdir -p "$dir"
  mv "$work/package/LICENSE" "$dir/LICENSE"
  mv "$work/package/$library" "$dir/$library"
  rm -rf "$work"
  trap - EXIT
}

if [ -n "${DUCKDB_LIB_DIR:-}" ]; then
  [ -e "$DUCKDB_LIB_DIR/$library" ] || fail "DUCKDB_LIB_DIR=$DUCKDB_LIB_DIR has no $library"
  dir=$(cd "$DUCKDB_LIB_DIR" && pwd)
elif [ "$platform" = none ]; then
  fail "$why" \
    "supported are Linux (glibc) and macOS on x64 and arm64. Elsewhere, build libduckdb ${version%%-*} yourself" \
    "and run this again with DUCKDB_LIB_DIR naming its folder."
else
  dir="${JUNJO_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/junjo}/libduckdb-$version-$platform"
  [ -e "$dir/$library" ] || fetch "$dir"
fi

marker="# written by scripts/setup-libduckdb.sh; not committed, because the path is this machine's"
wanted=$(cat <<CONFIG
$marker
[env]
DUCKDB_LIB_DIR = "$dir"

[build]
rustflags = ["-C", "link-arg=-Wl,-rpath,$dir"]
CONFIG
)
config=.cargo/config.toml
if [ "$(cat "$config" 2>/dev/null)" != "$wanted" ]; then
  if [ -e "$config" ] && [ "$(head -n 1 "$config")" != "$marker" ]; then
    fail "$config is not ours and is left alone; put these lines into it:" "" "$wanted"
  fi
  mkdir -p .cargo
  printf '%s\n' "$wanted" >"$config.part"
  mv "$config.part" "$config"
fi
if [ "${1:-}" = --print-dir ]; then printf '%s\n' "$dir"; fi
