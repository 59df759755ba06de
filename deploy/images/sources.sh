# shellcheck shell=bash
# Sourced: where this machine gets its Debian packages, rewritten for another release of Debian.

STANDIN_RELEASE=trixie

# Print "URI SUITE COMPONENT", one line each, for STANDIN_RELEASE; fails where neither the machine's own apt
# sources nor HUIYING_DEBIAN_MIRROR names a mirror.
standin_sources() {
    local found=""
    if [ -n "${HUIYING_DEBIAN_MIRROR:-}" ]; then
        found="$HUIYING_DEBIAN_MIRROR $STANDIN_RELEASE main"
    elif command -v apt-get >/dev/null && (. /etc/os-release && [ "$ID" = debian ]); then
        # shellcheck disable=SC2016
        found=$(apt-get indextargets --format '$(REPO_URI) $(RELEASE) $(COMPONENT)' 'Created-By: Packages' |
            awk -v own="$(. /etc/os-release && echo "$VERSION_CODENAME")" -v wanted="$STANDIN_RELEASE" '
                index($2, own) == 1 && $3 == "main" { sub(own, wanted, $2); print $1, $2, $3 }' | sort -u)
    fi
    if [ -z "$found" ]; then
        echo "No Debian mirror known: set HUIYING_DEBIAN_MIRROR to the address of one." >&2
        return 1
    fi
    echo "$found"
}

# The same as lines of a sources.list file.
standin_sources_list() {
    standin_sources | while read -r uri suite component; do
        echo "deb [signed-by=/usr/share/keyrings/debian-archive-keyring.gpg] $uri $suite $component"
    done
}
