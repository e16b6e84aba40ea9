#!/bin/sh
# Installs what `make test-dnssec` needs beyond the suite: validating resolvers, secondaries, and tools that judge signed zones.
set -eu

exec sh "$(dirname "$0")/packages.sh" bind9 knot knot-resolver pdns-recursor dnsviz zonemaster-cli dnsperf
