#!/usr/bin/env bash
# usage: scripts/test.sh [stage]…     set-up, then every stage (or those named), each with its time
#   lint types walls sqlite postgres browser fault wheel
# What this machine cannot have is reported as skipped; with CI=true that is a failure. HOUQIN_LONG=1 runs the full matrices.
set -uo pipefail
cd "$(dirname "$0")/.."
stages=${*:-lint types walls sqlite postgres browser fault wheel}
out=$PWD/.cache/test
rm -rf "$out"; mkdir -p "$out"; : >"$out/stages.tsv"
export HOUQIN_DATA=$out/data DJANGO_ALLOW_ASYNC_UNSAFE=true
unset DATABASE_URL PYTHONDONTWRITEBYTECODE
export PYTHONPYCACHEPREFIX=$PWD/.cache/pyc   # each program that a test starts would compile the house anew: 2 s
wants() { case " $stages " in *" $1 "*) ;; *) return 1 ;; esac; }

source scripts/machine.sh
trap 'stop_postgres' EXIT
trap 'exit 130' INT TERM

stage() {                                  # stage <name> <command>…: heading, run, time, result
  local name=$1 begun=$SECONDS code=0; shift
  printf '\n── %s\n' "$name"
  "$@" || code=$?
  printf '%s\t%s\t%s\t\n' "$name" $((SECONDS - begun)) $code >>"$out/stages.tsv"
  printf '── %s: %d s%s\n' "$name" $((SECONDS - begun)) "$([ $code = 0 ] || echo ", exit code $code")"
  return $code
}
without() { printf '%s\t0\t0\t%s\n' "$1" "$2" >>"$out/stages.tsv"; printf '\n── %s: skipped, %s\n' "$1" "$2"; }

py() {                                     # py <stage> <pytest options>…: no test selected is a failure like any other
  local name=$1; shift
  .venv/bin/python -m pytest -q --junit-xml="$out/$name.xml" -o cache_dir=.cache/pytest "$@"
}

set_up() {
  scripts/bootstrap.sh dev || return
  ! wants browser || { find_browser; find_fonts; }
  ! { wants postgres || wants fault; } || start_postgres || true
}
covered() {
  .venv/bin/coverage erase
  py sqlite -n2 --dist worksteal --cov --cov-report= -m "$plain and not postgres" || return
  .venv/bin/coverage report --include='*/actions.py,*/actions/*,*/rules.py,*/flow.py,*/queries.py' --fail-under="${COVER:-80}" | tail -25
}

plain='not browser and not fault'
[ "${HOUQIN_LONG:-}" = 1 ] || plain="$plain and not long"
also=${HOUQIN_LONG:+}; [ "${HOUQIN_LONG:-}" = 1 ] || also=' and not long'

stage set-up set_up || { .venv/bin/python scripts/tally.py "$out" 2>/dev/null || echo "0 passed, 1 failed"; exit 1; }
wants browser && { .venv/bin/python -c "from tests.browser.house import prepared; prepared()" >/dev/null 2>&1 & }   # beside what keeps one core only
! wants lint     || { stage lint scripts/lint.sh; stage house py house tests/house; }
! wants types    || stage types .venv/bin/mypy
! wants walls    || stage walls .venv/bin/lint-imports --no-cache
! wants sqlite   || stage sqlite covered
if wants postgres; then
  if [ -n "${DATABASE_URL_PG:-}" ]; then DATABASE_URL=$DATABASE_URL_PG stage postgres py postgres -n2 --dist worksteal -m "$plain and not sqlite"
  else without postgres "no PostgreSQL on this machine"; fi
fi
if wants browser; then
  if [ -n "$CHROMIUM" ]; then stage browser py browser -n2 --dist loadfile -m "browser$also"; else without browser "no Chromium on this machine"; fi
fi
! wants fault    || stage fault py fault -n2 --dist loadfile -m "fault$also"
! wants wheel    || stage wheel .venv/bin/python scripts/wheel_check.py
.venv/bin/python scripts/tally.py "$out"
