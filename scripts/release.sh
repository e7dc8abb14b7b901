#!/usr/bin/env bash
# The steps of a release, each of which the Dockerfile runs in a stage of its own:
#
# scripts/release.sh page             builds the page into frontend/dist (its packages are installed)
# scripts/release.sh library DIR      puts libduckdb and its license into DIR
# scripts/release.sh server DIR       builds the server against the library in DIR and puts it beside it
# scripts/release.sh ingestion-service DIR   builds the Go service, which needs no library, into DIR
#
# The server in DIR finds its library in its own folder, so DIR can be copied anywhere.
set -euo pipefail
cd "$(dirname "$0")/.."

case "$(uname -s)" in
  Darwin) own_folder=@loader_path ;;
  *) own_folder="\$ORIGIN" ;;
esac

release_page() {
  npm --prefix frontend run build
}

release_library() {
  local source
  source=$(scripts/setup-libduckdb.sh --print-dir)
  mkdir -p "$1"
  cp "$source"/libduckdb.* "$1/"
  cp "$source/LICENSE" "$1/LICENSE.duckdb"
}

release_server() {
  local folder target
  folder=$(cd "$1" && pwd)
  DUCKDB_LIB_DIR=$folder RUSTFLAGS="-C link-arg=-Wl,-rpath,$own_folder" \
    cargo build --release --locked -p junjo-server
  target=$(cargo metadata --no-deps --offline --format-version 1 | sed -E 's/.*"target_directory":"([^"]*)".*/\1/')
  install -m 755 "$target/release/junjo-server" "$folder/junjo-server"
  cp LICENSE "$folder/LICENSE"
}

release_ingestion_service() {
  local folder
  mkdir -p "$1"
  folder=$(cd "$1" && pwd)
  (cd ingestion-service && CGO_ENABLED=0 ../scripts/with-go.sh \
    go build -trimpath -ldflags="-s -w" -o "$folder/ingestion-service" ./cmd/ingestion-service)
}

case "${1:-}" in
  page) release_page ;;
  library) release_library "$2" ;;
  server) release_server "$2" ;;
  ingestion-service) release_ingestion_service "$2" ;;
  *)
    sed -n '2,9s/^# \{0,1\}//p' "$0" >&2
    exit 1
    ;;
esac
