#!/bin/sh
# Unpacks Debian packages that cannot be installed beside the others (one mail server at a time) below .servers, for
# `make test-servers`. Nothing is installed or started. What cannot be had is skipped by the tests, by name.
set -eu

PACKAGES="exim4-daemon-light exim4-base libidn12 libnss-wrapper libnginx-mod-mail haproxy"
ROOT=$(cd "$(dirname "$0")/.." && pwd)/.servers

main() {
    [ ! -e "$ROOT/.complete" ] || exit 0
    if ! command -v apt-get >/dev/null 2>&1 || ! command -v dpkg >/dev/null 2>&1; then
        give_up "apt-get and dpkg are not here"
    fi
    mkdir -p "$ROOT/.debs"
    cd "$ROOT/.debs"
    apt-get update -q >/dev/null 2>&1 || true
    for package in $PACKAGES; do
        apt-get download -q "$package" >/dev/null 2>&1 || give_up "apt-get download $package failed"
    done
    for archive in *.deb; do
        dpkg -x "$archive" "$ROOT"
    done
    rm -rf "$ROOT/.debs"
    touch "$ROOT/.complete"
}

# Not an error: the tests run with what there is.
give_up() {
    echo "NOT UNPACKED: $PACKAGES ($1). The tests against these servers will be SKIPPED." >&2
    exit 0
}

main
