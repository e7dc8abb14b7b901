#!/usr/bin/env bash
# RUSTC_WORKSPACE_WRAPPER of scripts/coverage.sh: compiles one crate of the workspace with coverage counters.
# Not sh: dash drops variables like CARGO_BIN_EXE_junjo-server, which tests need at compile time.
exec "$@" -C instrument-coverage
