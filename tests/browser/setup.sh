#!/usr/bin/env bash
# Gets what the browser tests need: Chromium, Firefox, Node.js, an unpacked uBlock Origin, and the npm packages.
#
# What can't be had is said and left out: the tests that need it are skipped and say so, or fail when
# REQUIRE_EVERY_TEST is set. Safe to run again; .cache/browsers marks a complete run.
set -u
cd "$(dirname "$0")/../.."

say() { printf 'browsers: %s\n' "$*" >&2; }
have() { command -v "$1" >/dev/null 2>&1; }

missing=()

install_packages() {
    local wanted=()
    have chromium || wanted+=(chromium)
    have firefox-esr || wanted+=(firefox-esr)
    have WebKitWebDriver || wanted+=(webkit2gtk-driver)
    have Xvfb || wanted+=(xvfb)
    have nginx || [ -x /usr/sbin/nginx ] || wanted+=(nginx-light)
    have caddy || wanted+=(caddy)
    have systemd-analyze || wanted+=(systemd)
    # A driver newer than Debian's own npm may be on the machine already: leave it alone.
    have node || wanted+=(nodejs)
    have npm || wanted+=(npm)
    fc-list 2>/dev/null | grep -qi dejavu || wanted+=(fonts-dejavu-core fontconfig)
    [ ${#wanted[@]} -eq 0 ] && return
    if ! have apt-get || [ "$(id -u)" -ne 0 ]; then
        say "not installed: ${wanted[*]} (needs apt and root)"
        missing+=("${wanted[@]}")
        return
    fi
    say "installing ${wanted[*]}"
    export DEBIAN_FRONTEND=noninteractive
    # A service that a package would start at once is not wanted: the tests start their own.
    local policy=/usr/sbin/policy-rc.d
    local ours=""
    if [ ! -e "$policy" ]; then printf '#!/bin/sh\nexit 101\n' >"$policy" && chmod +x "$policy" && ours=yes; fi
    apt-get update -qq >&2
    local package
    apt-get install -y -qq --no-install-recommends "${wanted[@]}" >&2 </dev/null ||
        for package in "${wanted[@]}"; do
            apt-get install -y -qq --no-install-recommends "$package" >&2 </dev/null || missing+=("$package")
        done
    [ -n "$ours" ] && rm -f "$policy"
    return 0
}

# Unpacked, not installed: the package starts a server, and brings fonts and scripts for its pages.
unpack_prometheus() {
    have prometheus || [ -x .cache/prometheus/usr/bin/prometheus ] && return
    local deb
    deb=$(ls .cache/downloads/prometheus_*.deb 2>/dev/null | head -1)
    if [ -z "$deb" ]; then
        have apt-get || { missing+=(prometheus); return; }
        mkdir -p .cache/downloads
        say "downloading Prometheus"
        (cd .cache/downloads && { apt-get download -q prometheus ||
            { apt-get update -qq && apt-get download -q prometheus; }; }) >&2 2>/dev/null ||
            { missing+=(prometheus); return; }
        deb=$(ls .cache/downloads/prometheus_*.deb)
    fi
    dpkg-deb -x "$deb" .cache/prometheus || missing+=(prometheus)
    rm -rf .cache/prometheus/usr/share
}

# Never installed system-wide: Firefox would load it into every profile, also into those of the clean reader.
unpack_ublock() {
    [ -f .cache/ublock/manifest.json ] && return
    local deb
    for deb in .cache/downloads/webext-ublock-origin-firefox_*.deb; do
        [ -f "$deb" ] && break
    done
    if [ ! -f "$deb" ]; then
        have apt-get || { missing+=(ublock-origin); return; }
        mkdir -p .cache/downloads
        say "downloading uBlock Origin"
        (cd .cache/downloads && { apt-get download -q webext-ublock-origin-firefox ||
            { apt-get update -qq && apt-get download -q webext-ublock-origin-firefox; }; }) >&2 2>/dev/null ||
            { missing+=(ublock-origin); return; }
        deb=$(ls .cache/downloads/webext-ublock-origin-firefox_*.deb)
    fi
    rm -rf .cache/ublock .cache/ublock-deb
    dpkg-deb -x "$deb" .cache/ublock-deb || { missing+=(ublock-origin); return; }
    mv "$(dirname "$(find .cache/ublock-deb -name manifest.json | head -1)")" .cache/ublock
    rm -rf .cache/ublock-deb
}

# Its stand-ins alone are wanted, to be run by a test.
unpack_privacy_badger() {
    [ -f .cache/privacy-badger/data/surrogates.js ] && return
    local deb
    deb=$(ls .cache/downloads/webext-privacy-badger_*.deb 2>/dev/null | head -1)
    if [ -z "$deb" ]; then
        have apt-get || { missing+=(privacy-badger); return; }
        mkdir -p .cache/downloads
        say "downloading Privacy Badger"
        (cd .cache/downloads && { apt-get download -q webext-privacy-badger ||
            { apt-get update -qq && apt-get download -q webext-privacy-badger; }; }) >&2 2>/dev/null ||
            { missing+=(privacy-badger); return; }
        deb=$(ls .cache/downloads/webext-privacy-badger_*.deb)
    fi
    rm -rf .cache/privacy-badger .cache/privacy-badger-deb
    dpkg-deb -x "$deb" .cache/privacy-badger-deb || { missing+=(privacy-badger); return; }
    mv .cache/privacy-badger-deb/usr/share/webext/privacy-badger .cache/privacy-badger
    rm -rf .cache/privacy-badger-deb
}

install_npm_packages() {
    have npm || { missing+=(npm-packages); return; }
    [ node_modules/.package-lock.json -nt package-lock.json ] && return
    say "installing npm packages"
    PUPPETEER_SKIP_DOWNLOAD=1 npm ci --loglevel=error --no-fund --no-audit >&2 </dev/null || missing+=(npm-packages)
}

# The detectors that adnotice is measured beside, as a site would bundle them, and AdGuard's annoyance lists as text.
prepare() {
    [ -d node_modules/esbuild ] || return
    [ .cache/prepared -nt node_modules/.package-lock.json ] && [ .cache/prepared -nt tests/browser/prepare.mjs ] &&
        [ .cache/prepared -nt tests/browser/safari_rules.mjs ] && return
    node tests/browser/prepare.mjs && touch .cache/prepared || missing+=(detector-bundles)
}

mkdir -p .cache
install_packages
unpack_ublock
unpack_privacy_badger
unpack_prometheus
install_npm_packages
prepare
if [ ${#missing[@]} -eq 0 ]; then
    touch .cache/browsers
else
    say "could not be had: ${missing[*]}. Tests that need them are skipped"
    [ -z "${REQUIRE_EVERY_TEST:-}" ]
fi
