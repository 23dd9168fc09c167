#!/usr/bin/env bash
# Fetches the front-end packages and bundles static/src into static/dist. Stamps tell what is already done.
set -euo pipefail
cd "$(dirname "$0")/.."

packages=$(cat package.json package-lock.json | sha256sum)
sources=$({ echo "$packages"; cat scripts/bundle.mjs; find static/src -type f -print0 | sort -z | xargs -0 sha256sum; } | sha256sum)
same() { [ -f "$1" ] && [ "$(cat "$1")" = "$2" ]; }

if same node_modules/.stamp "$packages" && same node_modules/.stamp-bundle "$sources" && [ -f static/dist/app.js ]; then
    exit 0
fi

node_folder=$(bash scripts/node.sh)
export PATH="$node_folder:$PATH"
if ! same node_modules/.stamp "$packages"; then
    echo "== Front-end packages from package-lock.json"
    npm ci --silent
    echo "$packages" >node_modules/.stamp
fi
echo "== Pages' script, style and fonts into static/dist"
node scripts/bundle.mjs
echo "$sources" >node_modules/.stamp-bundle
