#!/usr/bin/env bash
# Offers the release binary four times what it sustains for five minutes, with retries, and checks: memory stays bounded
# (printed over time), no answer but 200 and 503, everything acknowledged is queryable.
#   bench/overload.sh [--seconds 300] [--factor 4] [--connections 64] [-- --memory-limit=512M]
# JUNJO_SERVER and JUNJO_BENCH name built programs; otherwise release builds are made. Data is in $TMPDIR, about
# 10 GB for five minutes, and removed at the end.
set -euo pipefail
cd "$(dirname "$0")/.."
target="$(cargo metadata --no-deps --offline --format-version 1 |
  python3 -c 'import json, sys; print(json.load(sys.stdin)["target_directory"])')/release"
if [ -z "${JUNJO_SERVER:-}" ] || [ -z "${JUNJO_BENCH:-}" ]; then
  cargo build --release --locked -p junjo-server -p junjo-bench
fi
work="$(mktemp -d)"
trap 'rm -rf "$work"' EXIT
"${JUNJO_BENCH:-$target/junjo-bench}" corpus --spans 20000 --batch 512 --hours 1 --out "$work/corpus.bin"
python3 bench/overload.py --server "${JUNJO_SERVER:-$target/junjo-server}" --corpus "$work/corpus.bin" \
  --data "$work/data" "$@"
