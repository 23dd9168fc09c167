#!/usr/bin/env bash
# Makes .venv from the lock. `env.sh run` installs what the program needs, `env.sh test` the tools for tests as well.
# A stamp holds what was installed, so a second call takes a moment.
set -euo pipefail
cd "$(dirname "$0")/.."
kind=${1:-run}
case $kind in
    run) lock=requirements.lock ;;
    test) lock=requirements-test.lock ;;
    *) echo "Usage: env.sh run|test" >&2; exit 2 ;;
esac

stamp_of() { # the folder counts: a moved environment has wrong paths in its scripts
    { pwd; cat pyproject.toml "$1"; } | sha256sum
}
is_current() { [ -f ".venv/.stamp-$1" ] && [ "$(cat ".venv/.stamp-$1")" = "$(stamp_of "$2")" ]; }

if .venv/bin/python -c '' 2>/dev/null; then
    # The lock for tests holds all that the program needs.
    if is_current "$kind" "$lock" || is_current test requirements-test.lock; then exit 0; fi
fi

python=$(bash scripts/prerequisites.sh)
if ! .venv/bin/python -c '' 2>/dev/null || [ "$(cat .venv/.place 2>/dev/null)" != "$(pwd)" ]; then
    echo "== Python environment in .venv"
    "$python" -m venv --clear .venv
    pwd >.venv/.place
fi
echo "== Python packages from $lock"
.venv/bin/python -m pip install -qq --disable-pip-version-check --require-hashes -r "$lock"
.venv/bin/python -m pip install -qq --disable-pip-version-check --no-build-isolation --no-deps -e .
stamp_of "$lock" >".venv/.stamp-$kind"
