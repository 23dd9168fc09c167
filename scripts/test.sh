#!/usr/bin/env bash
# `make test`: every static check, then the tests. All checks run even when one fails, and the list of what failed comes last.
set -uo pipefail
cd "$(dirname "$0")/.."
started=$SECONDS
bash scripts/env.sh test && bash scripts/bundle.sh && bash scripts/browser.sh || exit 1
PATH="$PWD/.venv/bin:$(bash scripts/node.sh):$PATH"
failed=()

step() { # step "heading" command…
    local heading=$1 start=$SECONDS
    shift
    echo
    echo "== $heading"
    if "$@"; then
        echo "   ok ($((SECONDS - start)) s)"
    else
        failed+=("$heading")
        echo "   FAILED: $*"
    fi
}

step "Format" ruff format --check --quiet .
step "Lint" ruff check --quiet .
step "Types" mypy
step "Import layers" lint-imports --no-logo
step "Templates" djlint --quiet --lint templates
step "Scripts and styles" node_modules/.bin/biome ci --colors=off static/src scripts
step "Tests" pytest --numprocesses 2 --dist worksteal --durations 10 -m "not sweep"

echo
if [ "${#failed[@]}" -gt 0 ]; then
    printf 'FAILED: %s\n' "${failed[@]}"
    exit 1
fi
echo "All checks passed in $((SECONDS - started)) s."
