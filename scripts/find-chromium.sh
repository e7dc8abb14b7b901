#!/usr/bin/env bash
# Prints the path of a Chromium or Chrome for the end-to-end tests: JUNJO_E2E_CHROMIUM, else what is installed. As root on a
# Debian machine it installs the chromium package when there is none. Exits 1 when there is none to be had.
set -euo pipefail
find_browser() {
  for candidate in ${JUNJO_E2E_CHROMIUM:+"$JUNJO_E2E_CHROMIUM"} chromium chromium-browser google-chrome-stable google-chrome \
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome" \
    "/Applications/Chromium.app/Contents/MacOS/Chromium"; do
    command -v "$candidate" && return
  done
  return 1
}
find_browser && exit
if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
  echo "installing chromium for the end-to-end tests" >&2
  export DEBIAN_FRONTEND=noninteractive
  { apt-get update -qq && apt-get install -y -qq --no-install-recommends chromium fonts-liberation; } >/dev/null 2>&1 || true
  find_browser && exit
fi
echo "no Chromium or Chrome found; install one or set JUNJO_E2E_CHROMIUM" >&2
exit 1
