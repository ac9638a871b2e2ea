#!/usr/bin/env bash
# Every test, in two halves side by side: those that drive a browser, and all others. Then, alone and one by one, the few that
# hold an answer's time against a bound (the marker "measured").
#
# usage: tests/halves.sh PYTHON [pytest's options for all].
# The second half's output comes when the first has ended; the last line is pytest's own summary.
set -u
cd "$(dirname "$0")/.."
python=$1
shift
log=.cache/browser-tests.log
mkdir -p .cache

"$python" -m pytest -m 'browser and not (endurance or measured)' "$@" >"$log" 2>&1 </dev/null &
browser=$!
trap 'kill "$browser" 2>/dev/null' INT TERM
printf 'the tests that drive browsers run beside these; their output comes after it (meanwhile: %s)\n' "$log"
"$python" -m pytest -m 'not (browser or endurance or measured)' "$@"
others=$?
while kill -0 "$browser" 2>/dev/null; do
    tail -n 1 "$log" | cut -c1-100
    for _ in 1 2 3 4 5 6; do kill -0 "$browser" 2>/dev/null && sleep 10; done
done
wait "$browser"
driven=$?
cat "$log"
"$python" -m pytest -m 'measured and not endurance' "$@" -n 0
measured=$?

# 5: none of these tests was asked for.
[ "$others" -eq 5 ] && [ "$driven" -eq 5 ] && [ "$measured" -eq 5 ] && exit 5
for status in "$others" "$driven" "$measured"; do
    [ "$status" -eq 0 ] || [ "$status" -eq 5 ] || {
        [ "$measured" -eq 0 ] && echo 'one of the halves failed, see above'
        exit "$status"
    }
done
