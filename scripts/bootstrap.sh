#!/bin/sh
# sh scripts/bootstrap.sh [REQUIREMENTS]: makes .venv hold what the locked file names (requirements.txt).
# Finds a Python for that; the rest is bootstrap.py. Nothing to do: one short look, no word.
here=$(dirname "$0")
file=${1:-requirements.txt}

"$here/../.venv/bin/python" -I -S "$here/bootstrap.py" --check "$file" 2>/dev/null && exit 0

usable() {
    "$1" -I -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1
}

if [ -n "$PYTHON" ]; then
    usable "$PYTHON" || { echo "PYTHON=$PYTHON is no Python 3.11 or newer: name another." >&2; exit 2; }
    exec "$PYTHON" -I "$here/bootstrap.py" "$file"
fi
for python in python3.13 python3.12 python3.11 python3; do
    usable "$python" && exec "$python" -I "$here/bootstrap.py" "$file"
done
echo "Longline needs Python 3.11 or newer, and found none: install it, or name it with PYTHON=/path/to/python." >&2
exit 2
