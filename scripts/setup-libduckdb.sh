#!/usr/bin/env bash
# Fetches libduckdb from the npm package @duckdb/node-bindings-<platform> (which ships the plain C library) into a
# cache outside the clone, and writes .cargo/config.toml so that plain `cargo` links and runs against it.
# The path does not depend on the clone: rustflags stay equal between clones, so a shared target folder stays warm.
set -euo pipefail
version=1.5.5-r.5
cd "$(dirname "$0")/.."

case "$(uname -s)-$(uname -m)" in
  Linux-x86_64) platform=linux-x64 library=libduckdb.so ;;
  Linux-aarch64 | Linux-arm64) platform=linux-arm64 library=libduckdb.so ;;
  Darwin-arm64) platform=darwin-arm64 library=libduckdb.dylib ;;
  Darwin-x86_64) platform=darwin-x64 library=libduckdb.dylib ;;
  *)
    echo "setup: no libduckdb is published for $(uname -s) on $(uname -m)." >&2
    echo "setup: supported are Linux and macOS on x64 and arm64. Elsewhere, build libduckdb 1.5.5 yourself and" >&2
    echo "setup: write .cargo/config.toml like this script does, with DUCKDB_LIB_DIR naming its folder." >&2
    exit 1
    ;;
esac
case "$platform" in
  linux-x64) integrity=sha512-kCyq6BXhn6QXfwF8yVdVKriSSHP+rfVWcJ56cG8qZzlOZpxyvT5WGm6jMshxg4ditLlOsHsIN/D47RYrcjXuHQ== ;;
  linux-arm64) integrity=sha512-CafH2AIvXtpwDynG3KB/4uEOHRGlFoB7auCRMIwH3BKNIobsANV5LSpDJ3tfyRCFIsK6e8AT1eseWVnu2Dv3cw== ;;
  darwin-arm64) integrity=sha512-WJdeLTFy4pRg60rkbp9smtlP1iIQ8ErtIJkxS+2LQtM1ZZMSByyW+3WPpNoKe7IwPtVl2fLlPw7tDmQW4Z974g== ;;
  darwin-x64) integrity=sha512-rN0KjX13MwVQ5V5ufykolty/tf4SaafOpGWcUA1Cegf98jPeRdsJsEE1IMXn8n3u6WvMSZEVJmHJ3ma4Hr7Vzg== ;;
esac

if [ -n "${DUCKDB_LIB_DIR:-}" ]; then
  [ -e "$DUCKDB_LIB_DIR/$library" ] || { echo "setup: DUCKDB_LIB_DIR=$DUCKDB_LIB_DIR has no $library" >&2; exit 1; }
  dir=$DUCKDB_LIB_DIR
else
  dir="${JUNJO_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/junjo}/libduckdb-$version-$platform"
  if [ ! -e "$dir/$library" ]; then
    command -v npm >/dev/null || { echo "setup: npm is needed to fetch libduckdb; install Node.js 20 or newer" >&2; exit 1; }
    work=$(mktemp -d)
    trap 'rm -rf "$work"' EXIT
    (cd "$work" && npm pack --silent "@duckdb/node-bindings-$platform@$version" >/dev/null) ||
      { echo "setup: npm could not fetch @duckdb/node-bindings-$platform@$version" >&2; exit 1; }
    tarball=$(echo "$work"/*.tgz)
    found="sha512-$(openssl dgst -sha512 -binary "$tarball" | openssl base64 -A)"
    [ "$found" = "$integrity" ] || { echo "setup: $tarball is not the pinned package (found $found)" >&2; exit 1; }
    tar -xzf "$tarball" -C "$work"
    mkdir -p "$dir"
    mv "$work/package/LICENSE" "$dir/LICENSE"
    mv "$work/package/$library" "$dir/$library.part"
    mv "$dir/$library.part" "$dir/$library" # last, and atomic: a half-fetched library is never linked
  fi
fi

mkdir -p .cargo
wanted=$(cat <<CONFIG
# written by scripts/setup-libduckdb.sh; not committed, because the path is this machine's
[env]
DUCKDB_LIB_DIR = "$dir"

[build]
rustflags = ["-C", "link-arg=-Wl,-rpath,$dir"]
CONFIG
)
[ "$(cat .cargo/config.toml 2>/dev/null)" = "$wanted" ] || printf '%s\n' "$wanted" > .cargo/config.toml
