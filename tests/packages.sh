#!/bin/sh
# Installs the Debian packages that the suite tests against, where it can: real mail, web and DNS servers, dig, ip and ps.
# None of their daemons is started. Where nothing can be installed, the tests that need them are skipped, by name. Other
# packages than those of the suite are given as arguments (packages_dnssec.sh).
set -eu

PACKAGES="${*:-postfix dovecot-imapd dovecot-pop3d dovecot-lmtpd dovecot-managesieved dovecot-submissiond
    nginx-light
    unbound bind9-dnsutils iproute2 procps fail2ban chromium
    bind9 bind9-utils ldnsutils
    nsd slapd monitoring-plugins-basic haproxy prometheus-blackbox-exporter}"
POLICY=/usr/sbin/policy-rc.d

main() {
    missing=$(missing_of $PACKAGES)
    [ -n "$missing" ] || exit 0
    if ! command -v apt-get >/dev/null 2>&1; then
        give_up "apt-get is not here"
    elif [ "$(id -u)" -ne 0 ]; then
        give_up "only root may install them: sudo sh tests/packages.sh"
    fi
    echo "installing for the tests:$missing"
    forbid_daemons
    install || give_up "apt-get failed (see above)"
}

missing_of() {
    for package in "$@"; do
        is_installed "$package" || printf ' %s' "$package"
    done
}

is_installed() {
    command -v dpkg-query >/dev/null 2>&1 || return 1
    [ "$(dpkg-query -W -f '${db:Status-Status}' "$1" 2>/dev/null)" = installed ]
}

# A policy-rc.d that answers 101 keeps the packages from starting their daemons. One that is there already is kept.
forbid_daemons() {
    [ ! -e "$POLICY" ] || return 0
    trap 'rm -f "$POLICY"' EXIT
    trap 'exit 1' HUP INT TERM
    printf '#!/bin/sh\nexit 101\n' >"$POLICY"
    chmod 755 "$POLICY"
}

install() {
    export DEBIAN_FRONTEND=noninteractive
    log=$(mktemp)
    # Nothing may wait for an answer, or keep this script's output open.
    if install_quietly </dev/null >"$log" 2>&1; then
        rm -f "$log"
    else
        cat "$log" >&2
        rm -f "$log"
        return 1
    fi
}

install_quietly() {
    apt-get update -q || return 1
    # Postfix and slapd ask what they should be; the tests bring configurations of their own.
    if command -v debconf-set-selections >/dev/null 2>&1; then
        echo "postfix postfix/main_mailer_type select No configuration" | debconf-set-selections
        echo "slapd slapd/no_configuration boolean true" | debconf-set-selections
    fi
    apt-get install -q -y --no-install-recommends $missing
}

# Not an error: the suite runs with what there is.
give_up() {
    echo "NOT INSTALLED:$missing ($1). The tests against these servers will be SKIPPED." >&2
    exit 0
}

main
