#!/usr/bin/env bash
# Builds the images that docker-compose.yml is based on out of Debian packages, under the same names, for sites
# where no image registry answers. Images that exist already are left alone; `--force` builds them again.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
BASE=debian:trixie-slim

say() { printf '%(%H:%M:%S)T  %s\n' -1 "$*"; }
present() { docker image inspect "$1" >/dev/null 2>&1; }

# Lines "folder image" of what has to be built.
wanted() {
    grep -v '^#' "$here/images.txt" | while read -r folder image; do
        if [ "$1" = --force ] || ! present "$image"; then echo "$folder $image"; fi
    done
}

# Build one image quietly; its log is shown only when it fails.
build() {
    local folder=$1 image=$2 log name arguments=()
    for name in http_proxy https_proxy no_proxy HTTP_PROXY HTTPS_PROXY NO_PROXY; do
        [ -z "${!name:-}" ] || arguments+=(--build-arg "$name")
    done
    log=$(mktemp)
    if ! docker build "${arguments[@]}" -t "$image" "$here/$folder" >"$log" 2>&1; then
        tail -n 40 "$log" >&2
        rm -f "$log"
        return 1
    fi
    rm -f "$log"
}

todo=$(wanted "${1:-}")
if [ -z "$todo" ]; then
    say "all images are there"
    exit 0
fi
if [ "${1:-}" = --force ] || ! present "$BASE"; then
    say "$BASE from packages"
    "$here/base.sh"
fi
while read -r folder image; do
    say "$image from packages"
    build "$folder" "$image" </dev/null
done <<<"$todo"
say "done"
