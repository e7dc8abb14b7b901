#!/usr/bin/env bash
# `make pictures`: takes the pictures of every page anew, on the mock API with its clock standing still. Those that look the same
# stay byte for byte; look at the others (`git diff --stat -- frontend/e2e/pictures`) before you commit them.
# JUNJO_PICTURES_OF="errors|^service$" is for pages with such names alone.
set -euo pipefail
cd "$(dirname "$0")/.."
JUNJO_E2E_CHROMIUM=$(scripts/find-chromium.sh)
export JUNJO_E2E_CHROMIUM
cd frontend
mkdir -p e2e/pictures
# CI: a server of its own, with the page as it is now
CI=1 JUNJO_PICTURES=take node_modules/.bin/playwright test --project=visual --no-deps "$@"
