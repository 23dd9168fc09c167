#!/usr/bin/env bash
# `make sweep`: the long tests, then everything once more on the other database.
set -uo pipefail
cd "$(dirname "$0")/.."
bash scripts/env.sh test && bash scripts/bundle.sh && bash scripts/browser.sh || exit 1
PATH="$PWD/.venv/bin:$(bash scripts/node.sh):$PATH"
case ${INTERNKONTROLL_TEST_DB:-sqlite} in
    sqlite) other=postgres ;;
    postgres) other=sqlite ;;
    *) echo "INTERNKONTROLL_TEST_DB is sqlite or postgres, not $INTERNKONTROLL_TEST_DB" >&2; exit 2 ;;
esac
status=0
echo "== The long tests on ${INTERNKONTROLL_TEST_DB:-sqlite}"
pytest --numprocesses 2 --dist worksteal -o faulthandler_timeout=1800 -m sweep || status=1
echo "== Everything on $other"
INTERNKONTROLL_TEST_DB=$other pytest --numprocesses 2 --dist worksteal -o faulthandler_timeout=1800 || status=1
exit $status
