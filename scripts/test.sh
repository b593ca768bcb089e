#!/bin/sh
# Runs all tests. Whole crawls (tests/journeys, tests/chaos) take as long as all others together, and wait most of the
# time: so both parts run at once, each with servers of its own. What the crawls say is shown at the end.
# Usage: test.sh PYTHON
set -u
said=$(mktemp)
"$1" -m pytest tests/chaos tests/journeys >"$said" 2>&1 &
crawls=$!
trap 'kill "$crawls" 2>/dev/null; rm -f "$said"' EXIT
trap 'exit 130' INT TERM
"$1" -m pytest --ignore tests/chaos --ignore tests/journeys
others=$?
wait "$crawls"
status=$?
trap 'rm -f "$said"' EXIT
cat "$said"
[ "$others" -eq 0 ] || status=$others
exit "$status"
