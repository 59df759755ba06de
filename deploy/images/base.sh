#!/usr/bin/env bash
# Makes the image debian:trixie-slim from packages. Needs root (debootstrap) and a Docker engine.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
# shellcheck source=deploy/images/sources.sh
. "$here/sources.sh"

IMAGE=debian:trixie-slim

# What apt was told on this machine (proxies, a mirror with old dates) holds inside the images too.
site_apt_settings() {
    apt-config dump | grep -E '^Acquire::(http|https|Check-|Retries)' || true
}

# Behind a proxy that opens TLS, the machine's CA bundle is needed inside.
copy_site_certificates() {
    [ -n "${SSL_CERT_FILE:-}" ] && [ -r "$SSL_CERT_FILE" ] || return 0
    install -D -m 644 "$SSL_CERT_FILE" "$1/etc/ssl/site/ca-bundle.crt"
    changes+=(--change "ENV SSL_CERT_FILE=/etc/ssl/site/ca-bundle.crt PIP_CERT=/etc/ssl/site/ca-bundle.crt")
}

[ "$(id -u)" = 0 ] || { echo "deploy/images: run as root, debootstrap needs it." >&2; exit 1; }
if ! command -v debootstrap >/dev/null; then
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends debootstrap >/dev/null
fi
root=$(mktemp -d)
trap 'rm -rf "$root"' EXIT
chmod 755 "$root"
changes=(--change 'CMD ["bash"]' --change 'LABEL huiying.standin=true')

mirror=$(standin_sources | awk -v suite="$STANDIN_RELEASE" '$2 == suite { print $1; exit }')
debootstrap --variant=minbase --include=ca-certificates,tzdata "$STANDIN_RELEASE" "$root" "$mirror" >"$root.log" 2>&1 || {
    tail -n 20 "$root.log" >&2
    exit 1
}
rm -f "$root.log"
standin_sources_list >"$root/etc/apt/sources.list"
site_apt_settings >"$root/etc/apt/apt.conf.d/80site"
printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d" # packages start nothing in an image
chmod 755 "$root/usr/sbin/policy-rc.d"
copy_site_certificates "$root"
rm -rf "$root"/var/cache/apt/archives/*.deb "$root"/var/lib/apt/lists/* "$root"/var/log/*.log
tar -C "$root" --numeric-owner -c . | docker import "${changes[@]}" - "$IMAGE" >/dev/null
