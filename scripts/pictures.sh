#!/usr/bin/env bash
# usage: scripts/pictures.sh [name]…     pictures of the demo school into docs/pictures/
set -euo pipefail
cd "$(dirname "$0")/.."
source scripts/machine.sh
find_browser; find_fonts
exec .venv/bin/python scripts/pictures.py "$@"
