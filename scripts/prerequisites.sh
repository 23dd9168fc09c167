#!/usr/bin/env bash
# Checks what the machine itself must have, names what is missing with the line that installs it, and prints which Python to use.
set -euo pipefail
missing=()

command -v git >/dev/null || missing+=("git: apt-get install git")

python=""
for candidate in python3 python3.14 python3.13 python3.12 python3.11; do
    if command -v "$candidate" >/dev/null && "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
        python=$candidate
        break
    fi
done
if [ -z "$python" ]; then
    missing+=("Python 3.11 or newer: apt-get install python3 python3-venv")
elif ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
    missing+=("Python's venv: apt-get install python3-venv")
fi

if [ "${#missing[@]}" -gt 0 ]; then
    echo "Missing on this machine:" >&2
    printf '  %s\n' "${missing[@]}" >&2
    exit 1
fi
echo "$python"
