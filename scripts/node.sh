#!/usr/bin/env bash
# Prints the folder of a Node that is new enough: the machine's own, or one from a wheel in .nodeenv when that is missing or old.
set -euo pipefail
cd "$(dirname "$0")/.."

new_enough() {
    "$1" -e 'const [a, b] = process.versions.node.split(".").map(Number); process.exit(a > 20 || (a === 20 && b >= 19) ? 0 : 1)' \
        2>/dev/null
}

if command -v node >/dev/null && command -v npm >/dev/null && new_enough node; then
    dirname "$(command -v node)"
    exit 0
fi
if ! { [ -x .nodeenv/bin/node ] && new_enough .nodeenv/bin/node; }; then
    echo "== Node (no Node 20.19 or newer here) in .nodeenv" >&2
    "$(bash scripts/prerequisites.sh)" -m venv --clear .nodeenv
    .nodeenv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r requirements-node.lock
fi
echo "$PWD/.nodeenv/bin"
