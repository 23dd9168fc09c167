#!/usr/bin/env bash
# Sees to it that the browser tests have Chromium and that PDF tests have poppler's tools. Installs them where it may, and says so.
set -euo pipefail
missing=()
command -v chromium >/dev/null || missing+=(chromium)
command -v pdftotext >/dev/null || missing+=(poppler-utils)
if [ "${#missing[@]}" -eq 0 ]; then exit 0; fi

command="apt-get install --yes --no-install-recommends ${missing[*]}"
if [ "$(id -u)" -eq 0 ]; then
    runner=()
elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
    runner=(sudo -n)
else
    echo "The tests need ${missing[*]}. Install with: sudo $command" >&2
    exit 1
fi
echo "== Installing ${missing[*]} ($command)"
export DEBIAN_FRONTEND=noninteractive
if ! { "${runner[@]}" apt-get update --quiet=2 && "${runner[@]}" $command --quiet=2 >/dev/null; }; then
    echo "Could not install. Do it by hand: sudo apt-get update && sudo $command" >&2
    exit 1
fi
