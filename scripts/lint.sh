#!/usr/bin/env bash
# usage: scripts/lint.sh     ruff, djlint, line lengths in characters; the house tests run with pytest
set -uo pipefail
cd "$(dirname "$0")/.."
bad=0
.venv/bin/ruff check --quiet . || bad=1
.venv/bin/ruff format --quiet --check . || bad=1
templates=$(find src -path '*/templates/*' -name '*.html' | head -1)
[ -z "$templates" ] || .venv/bin/djlint --quiet --lint src || bad=1
.venv/bin/python - <<'P' || bad=1
import pathlib, sys
long = [f"{path}:{n}: {len(line)} characters"
        for path in pathlib.Path().glob("[sbt]*/**/*.py") if "migrations" not in path.parts
        for n, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1) if len(line) > 110]
print("\n".join(long)) if long else None
sys.exit(bool(long))
P
exit $bad
