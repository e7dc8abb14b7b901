#!/usr/bin/env bash
# Shows that features can be left out: takes each from a copy of the server (its dependency, and the lines of features.rs that
# name it) and checks that the rest builds. Everything else is the workspace's own, built once.
#
# scripts/deletable.sh [FEATURE…]   all but accounts, which say who is asking, when none is named
set -euo pipefail
cd "$(dirname "$0")/.."
root=$PWD
target=${CARGO_TARGET_DIR:-$root/target}
[ $# -gt 0 ] || set -- api_keys otel legacy_api views

work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
mkdir -p "$work/crates" "$work/frontend"
cp -r crates/server "$work/crates/server"
cp Cargo.lock rustfmt.toml clippy.toml "$work/"
cp -r migrations "$work/"
if [ -d frontend/dist ]; then ln -s "$root/frontend/dist" "$work/frontend/dist"; fi
sed -e 's#^members = .*#members = ["crates/server"]#' -e "s#path = \"crates/#path = \"$root/crates/#" Cargo.toml >"$work/Cargo.toml"
# nothing but the program is checked
sed -i -e '/^\[dev-dependencies\]/,$d' -e '/^\[\[test\]\]/,/^$/d' "$work/crates/server/Cargo.toml"

config=()
if [ -f .cargo/config.toml ]; then config=(--config .cargo/config.toml); fi
for feature in "$@"; do
  crate=${feature//_/-}
  sed -i "/^junjo-$crate\.workspace/d" "$work/crates/server/Cargo.toml"
  # a line that names the feature, with the attribute of a field above it
  sed -i -n "/#\[command(flatten)\]/{h;n;/\b\(junjo_\)\?$feature\b/!{x;p;x;p};b};/\b\(junjo_\)\?$feature\b/!p" "$work/crates/server/src/features.rs"
  if grep -rn "\bjunjo_$feature\b" "$work/crates/server/src"; then
    echo "the server names $feature outside of features.rs" >&2
    exit 1
  fi
  CARGO_TARGET_DIR=$target cargo "${config[@]}" check --quiet --offline --manifest-path "$work/crates/server/Cargo.toml"
  echo "builds without $feature"
  cp crates/server/src/features.rs "$work/crates/server/src/features.rs"
  cp crates/server/Cargo.toml "$work/crates/server/Cargo.toml"
  sed -i -e '/^\[dev-dependencies\]/,$d' -e '/^\[\[test\]\]/,/^$/d' "$work/crates/server/Cargo.toml"
done
