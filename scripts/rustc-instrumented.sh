#!/bin/sh
# RUSTC_WORKSPACE_WRAPPER of scripts/coverage.sh: compiles one crate of the workspace with coverage counters.
exec "$@" -C instrument-coverage
