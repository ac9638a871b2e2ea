#!/usr/bin/env bash
# `make versions`: what `make fast` runs, over the text and over the compiled wheel, on each of these Pythons that is there.
set -eu
fresh=$1 quick=$2
shift 2
told=() failed=0 passed=0

try() {
    local python=$1 folder=$2
    rm -rf "$folder"
    "$python" -m venv "$folder"
    local pip=("$folder/bin/python" -m pip --quiet --disable-pip-version-check)
    "${pip[@]}" install --require-hashes --requirement locks/check.txt
    "${pip[@]}" install --no-deps --no-build-isolation --editable .
    HATCH_BUILD_HOOKS_ENABLE=1 "${pip[@]}" wheel --no-deps --no-build-isolation --wheel-dir "$folder/dist" .
    "$folder/bin/python" -m zipfile -e "$folder"/dist/*.whl "$folder/wheel"
    "$folder/bin/python" -m pytest -q -n auto -m "$quick" ${ARGS:-}
    TEST_COMPILED="$PWD/$folder/wheel" "$folder/bin/python" -m pytest -q -n auto -m "$quick and not inside" ${ARGS:-} \
        tests/inject tests/detect tests/http tests/test_mode.py tests/test_middleware.py tests/test_whole_way.py
}

for python in "$@"; do
    if ! version=$("$python" -c 'import sys; print("%d.%d.%d" % sys.version_info[:3])' 2>/dev/null); then
        told+=("$python: skipped, no such interpreter runs here")
        continue
    fi
    try "$python" "$fresh/python-$version" & # in a condition bash would go on after what fails
    if wait $!; then
        told+=("Python $version: passed, as text and compiled")
        passed=1
    else
        told+=("Python $version: FAILED")
        failed=1
    fi
done
printf '%s\n' '' "${told[@]}"
[ $passed = 1 ] || echo 'none of them was tried to the end' >&2
exit $((failed || !passed))
