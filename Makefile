# Junjo Server. `make` alone lists the commands; each is a few lines here or a script in scripts/.
# A preset CARGO_TARGET_DIR is respected, as cargo does.
SHELL := bash
.DEFAULT_GOAL := help
.PHONY: help setup libduckdb run dev split test lint openapi coverage demo snippets bench attack survive chaos clean

NODE_MODULES := frontend/node_modules/.package-lock.json
PAGE := frontend/dist/index.html
PAGE_SOURCES := $(shell find frontend -type d \( -name node_modules -o -name dist -o -name e2e -o -name test-results \) -prune \
  -o -type f -print 2>/dev/null)

help: ## List the commands
	@awk -F ':.*## ' '/^[a-z]+:.*## / { printf "  make %-10s %s\n", $$1, $$2 }' Makefile

setup: libduckdb $(NODE_MODULES) ## Fetch what the build needs: libduckdb and the page's packages

libduckdb:
	@scripts/require.sh
	@scripts/setup-libduckdb.sh

$(NODE_MODULES): frontend/package-lock.json
	npm --prefix frontend ci --no-audit --no-fund
	@touch $@

# the touch tells cargo, which cannot see new files in dist, to embed the page again
$(PAGE): $(PAGE_SOURCES) | $(NODE_MODULES)
	npm --prefix frontend run --silent build
	@touch $@ crates/server/src/page.rs

run: setup $(PAGE) ## Build everything and serve http://localhost:1324, data in ./data
	cargo run --release --locked -p junjo-server

dev: setup ## Server in debug mode and Vite with hot reload on http://localhost:5151
	scripts/dev.sh

split: setup $(PAGE) ## Run server and Go ingestion service as two processes, and send example spans (ARGS=--stay)
	scripts/split.sh $(ARGS)

test: setup $(PAGE) ## Run every test of the repository
	scripts/test.sh

lint: setup $(PAGE) ## Check format, lints, docs, licenses, spelling and generated files
	scripts/lint.sh

openapi: setup ## Write frontend/openapi.json and its TypeScript types from the server
	scripts/openapi.sh

coverage: setup ## Print line coverage of the Rust code (ARGS="--fail-under 80", ARGS="--html DIR")
	scripts/coverage.sh $(ARGS)

demo: setup ## Send example traces and logs to the running server (JUNJO_API_KEY=...; ARGS=--live, ARGS="--traces 100")
	@cargo run --quiet --locked -p junjo-demo -- $(ARGS)

snippets: setup $(PAGE) ## Run every snippet of README and page with the packages of today (ARGS="langchain node": names that contain these)
	cargo build --quiet --locked -p junjo-server
	scripts/snippets.sh "$${CARGO_TARGET_DIR:-target}/debug/junjo-server" --all $(ARGS)

bench: setup $(PAGE) ## Measure ingest, queries and the page beside their anchors (ARGS=store, ARGS=isolation: other commands of junjo-bench)
	cargo build --release --locked -p junjo-server -p junjo-bench
	cargo build --release --locked -p junjo-wal --example ack_anchor
	cargo build --release --locked -p junjo-span-store --example bare_append --example bare_query
	cargo run --release --locked -p junjo-bench -- $(or $(ARGS),suite)
	@npm --prefix frontend run --silent figures
	@JUNJO_E2E_CHROMIUM=$$(scripts/find-chromium.sh) npm --prefix frontend run --silent timings

attack: setup $(PAGE) ## Attack a release build and the Go service, and print what held (ARGS="places memory": names that contain these)
	cargo build --release --locked -p junjo-server
	@mkdir -p target/attack
	scripts/release.sh ingestion-service target/attack
	JUNJO_SERVER="$${CARGO_TARGET_DIR:-target}/release/junjo-server" JUNJO_INGESTION_SERVICE=target/attack/ingestion-service \
	  scripts/attack.sh $(ARGS)

survive: setup $(PAGE) ## Attack a release build in all ways at once for ten minutes, in 512 MiB of memory, beside an honest sender (ARGS="--minutes 2"); as root
	cargo build --release --locked -p junjo-server
	JUNJO_SERVER="$${CARGO_TARGET_DIR:-target}/release/junjo-server" scripts/attack.sh --survive $(ARGS)

chaos: setup $(PAGE) ## Make one fault after another under load for an hour, compare after each (ARGS="--minutes 10", ARGS="--seed 1 --only disk"); as root for all
	cargo build --release --locked -p junjo-server -p junjo-crash
	"$${CARGO_TARGET_DIR:-target}/release/junjo-crash" chaos $(ARGS)

clean: ## Remove build results; keeps ./data and the cache of libduckdb and tools
	cargo clean
	rm -rf frontend/dist frontend/node_modules frontend/test-results frontend/playwright-report
