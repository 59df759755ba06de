# shellcheck shell=bash
# Sourced: makes sure that a Docker engine and the compose plugin answer, on a bare Debian machine too.
#
# engine_up    uses the engine that answers; else starts a private one and sets DOCKER_HOST
# engine_down  stops the private one, if engine_up started it

ENGINE_ROOT=${HUIYING_DOCKER_ROOT:-/var/lib/huiying-docker}
ENGINE_RUN=/run/huiying-docker
ENGINE_PID=""
_engine_here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=deploy/images/sources.sh
. "$_engine_here/../images/sources.sh"

_engine_install() {
    if [ "$(id -u)" != 0 ] || ! command -v apt-get >/dev/null; then
        echo "Missing: $*. Install Docker Engine 20.10 or later with the compose plugin 2.20 or later." >&2
        return 1
    fi
    DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null && return 0
    apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "$@" >/dev/null
}

# The plugins of the next Debian release, taken from its packages without touching this machine's apt settings.
_engine_plugins() {
    local work package options
    [ "$(id -u)" = 0 ] || { echo "Missing: docker compose 2.20 or later." >&2; return 1; }
    work=$(mktemp -d)
    mkdir -p "$work/lists/partial" "$work/cache/archives/partial"
    standin_sources_list >"$work/sources.list" || return 1
    options=(-qq -o "Dir::Etc::SourceList=$work/sources.list" -o Dir::Etc::SourceParts=/dev/null -o APT::Sandbox::User=root
        -o "Dir::State::Lists=$work/lists" -o "Dir::Cache=$work/cache" -o Dir::Etc::Preferences=/dev/null)
    apt-get "${options[@]}" update || return 1
    for package in docker-compose docker-buildx; do
        (cd "$work" && apt-get "${options[@]}" download "$package" >/dev/null)
        dpkg -x "$work/${package}"_*.deb "$work/tree"
    done
    install -D -t /usr/libexec/docker/cli-plugins "$work"/tree/usr/libexec/docker/cli-plugins/*
    rm -rf "$work"
}

_engine_start() {
    local _
    mkdir -p "$ENGINE_ROOT" "$ENGINE_RUN"
    export DOCKER_HOST=unix://$ENGINE_RUN/docker.sock
    if docker info >/dev/null 2>&1; then return 0; fi
    dockerd --data-root "$ENGINE_ROOT" --exec-root "$ENGINE_RUN/exec" --pidfile "$ENGINE_RUN/dockerd.pid" \
        -H "$DOCKER_HOST" >"$ENGINE_ROOT/dockerd.log" 2>&1 &
    ENGINE_PID=$!
    for _ in $(seq 60); do
        if docker info >/dev/null 2>&1; then return 0; fi
        kill -0 "$ENGINE_PID" 2>/dev/null || break
        sleep 0.5
    done
    echo "dockerd did not start:" >&2
    tail -n 20 "$ENGINE_ROOT/dockerd.log" >&2
    return 1
}

engine_up() {
    command -v docker >/dev/null || _engine_install docker.io iptables || return 1
    docker compose version >/dev/null 2>&1 || _engine_plugins || return 1
    if docker info >/dev/null 2>&1; then return 0; fi
    command -v dockerd >/dev/null && command -v iptables >/dev/null || _engine_install docker.io iptables || return 1
    _engine_start
}

engine_down() {
    [ -n "$ENGINE_PID" ] || return 0
    kill "$ENGINE_PID" 2>/dev/null || true
    wait "$ENGINE_PID" 2>/dev/null || true
    ENGINE_PID=""
}
