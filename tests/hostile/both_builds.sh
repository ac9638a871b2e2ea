#!/usr/bin/env bash
# Every attack on every server, on the files as they are and on the compiled wheel side by side, and one table of both.
#
# usage: tests/hostile/both_builds.sh PYTHON FOLDER_OF_THE_WHEEL [pytest's options for both]
set -u
cd "$(dirname "$0")/../.."
python=$1
compiled=$PWD/$2
shift 2
export HOSTILE_ROWS=$PWD/.cache/hostile.jsonl
log=.cache/hostile-compiled.log
rm -f "$HOSTILE_ROWS"
touch "$HOSTILE_ROWS"
everything=(tests/hostile -m 'endurance or not endurance' --timeout=3600)

TEST_COMPILED=$compiled "$python" -m pytest "${everything[@]}" "$@" >"$log" 2>&1 </dev/null &
other=$!
trap 'kill "$other" 2>/dev/null' INT TERM
printf 'the compiled wheel is attacked beside these; its output comes after it (meanwhile: %s)\n' "$log"
"$python" -m pytest "${everything[@]}" "$@"
plain=$?
wait "$other"
wheel=$?
cat "$log"
"$python" -m tests.hostile.table "$HOSTILE_ROWS"
[ "$plain" -eq 0 ] && [ "$wheel" -eq 0 ]
