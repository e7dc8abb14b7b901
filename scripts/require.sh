#!/usr/bin/env bash
# Says what this machine lacks to build the project, before a compiler says it less clearly.
# Go, which only tests, lints and split mode need, is found or installed by scripts/with-go.sh.
set -euo pipefail
missing=0
need() {
  command -v "$1" >/dev/null && return
  echo "missing: $1 - $2" >&2
  missing=1
}
need cargo "install Rust 1.95 or newer with rustup"
need cc "install a C compiler (Debian: build-essential, macOS: xcode-select --install); SQLite and zstd are C"
need node "install Node.js 20.19 or newer"
need npm "comes with Node.js"
if command -v node >/dev/null &&
  ! node -e 'const [major, minor] = process.versions.node.split(".").map(Number);
    process.exit(major > 20 || (major === 20 && minor >= 19) ? 0 : 1)'; then
  echo "too old: node $(node --version) - the page's build needs Node.js 20.19 or newer" >&2
  missing=1
fi
exit "$missing"
