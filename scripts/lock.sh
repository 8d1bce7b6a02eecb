#!/usr/bin/env bash
# usage: scripts/lock.sh [--upgrade]     writes the three Python locks and package-lock.json anew
# Hashed, for every platform, without addresses: whoever installs takes them from the index they trust.
set -euo pipefail
cd "$(dirname "$0")/.."
uv=.uv/bin/uv
[ -x $uv ] || { scripts/bootstrap.sh run; }
lock() { $uv pip compile -q --universal --python-version 3.12 --generate-hashes --no-header --no-annotate --no-emit-index-url "$@"; }
lock "$@" requirements.in -o requirements.lock
lock "$@" -c requirements.lock requirements-dev.in -o requirements-dev.lock
lock "$@" requirements-tools.in -o requirements-tools.lock
npm install --package-lock-only --silent
! grep -nE '://|"resolved"' requirements*.lock || { echo "an address stands in a Python lock" >&2; exit 1; }
! grep -n '"resolved"' package-lock.json || { echo "an address stands in package-lock.json" >&2; exit 1; }
