#!/bin/sh
# Installs what the tests use and pip cannot bring: nginx, the pages of the Python manual that it serves, PgBouncer, and
# a browser.
# Only with apt, as root, or on a CI machine (CI=true) where sudo asks no password; elsewhere one line says what is
# missing, and the tests that need it say so. pywb, which replays archives, gets an environment of its own (.venv-pywb), with the
# older redis that it needs.

PATH=$PATH:/usr/sbin:/sbin

browser() {
    for name in chromium chromium-browser google-chrome google-chrome-stable; do
        ! command -v "$name" >/dev/null || return 0
    done
    return 1
}

missing() {
    command -v nginx >/dev/null || printf 'nginx '
    ls /usr/share/doc/python3*/html/library/index.html >/dev/null 2>&1 || printf 'python3-doc '
    command -v pgbouncer >/dev/null || printf 'pgbouncer '
    browser || printf 'chromium '
}

as_root() {
    if [ "$(id -u)" = 0 ]; then "$@"; else sudo -n "$@"; fi
}

may() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] || { [ "$CI" = true ] && sudo -n true 2>/dev/null; }
}

# RUNLEVEL=1 keeps packages from starting servers of their own. Images that leave documents out of packages
# are told to keep these.
install() {
    # shellcheck disable=SC2046 - one word for each package
    as_root env RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install --quiet --yes --no-install-recommends \
        -o DPkg::Options::=--path-include='/usr/share/doc/python3*' $(missing) >"$log" 2>&1 </dev/null
}

pywb() {
    cmp -s requirements-pywb.txt .venv-pywb/installed.txt && return 0
    echo "Installing requirements-pywb.txt into .venv-pywb, for the tests …" >&2
    rm -rf .venv-pywb
    .venv/bin/python -m venv --without-pip .venv-pywb || return 1
    if command -v uv >/dev/null; then
        uv pip install --quiet --python .venv-pywb/bin/python --require-hashes -r requirements-pywb.txt || return 1
    else
        .venv-pywb/bin/python -m ensurepip >/dev/null || return 1
        .venv-pywb/bin/python -m pip install --quiet --require-hashes -r requirements-pywb.txt || return 1
    fi
    cp requirements-pywb.txt .venv-pywb/installed.txt
}

cd "$(dirname "$0")/.." || exit 1
pywb || echo "pywb could not be installed into .venv-pywb: some tests use it." >&2

[ -n "$(missing)" ] || exit 0
if ! may; then
    echo "For the tests that use it, somebody with the right to must install: $(missing)" >&2
    exit 0
fi

echo "Installing for the tests, with apt: $(missing)…" >&2
log=$(mktemp)
trap 'rm -f "$log"' EXIT
install || { as_root apt-get --quiet update >"$log" 2>&1 && install; } || tail -n 5 "$log" >&2
if [ -n "$(missing)" ]; then
    echo "apt did not bring what some tests use: $(missing)" >&2
fi
