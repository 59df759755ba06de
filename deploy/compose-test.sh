#!/usr/bin/env bash
# Brings the whole stack of docker-compose.yml up on free ports, runs the system tests against it and takes it down
# again with everything it kept. On a bare Debian machine, as root, it gets what is missing: Docker Engine, compose,
# and base images made from packages where no registry answers. Arguments go to pytest.
set -euo pipefail
cd "$(dirname "$0")/.."
# shellcheck source=deploy/docker/engine.sh
. deploy/docker/engine.sh

PROJECT=huiying-test
REGISTRY_SECONDS=15
scratch=$(mktemp -d)

say() { printf '%(%H:%M:%S)T  %s\n' -1 "$*"; }

compose() {
    docker compose --progress quiet --ansi never -p "$PROJECT" --env-file "$scratch/env" \
        -f docker-compose.yml -f deploy/docker/compose.amqp.yml "$@"
}

finish() {
    local status=$?
    trap - EXIT INT TERM
    if [ "$status" -ne 0 ] && [ -s "$scratch/env" ]; then
        mkdir -p var
        compose logs --timestamps >var/compose-test.log 2>&1 || true
        say "it failed; every log is in var/compose-test.log, this is how things stand and what is not routine:"
        compose ps -a || true
        grep -v -E '"level": ?"info"|"status": ?[23][0-9][0-9]|\[info\]|\[notice\]' var/compose-test.log | tail -n 60 || true
    fi
    if [ -s "$scratch/env" ]; then
        say "taking the stack down"
        compose --profile console down --volumes --remove-orphans --timeout 5 >/dev/null 2>&1 || true
    fi
    engine_down
    rm -rf "$scratch"
    exit "$status"
}

# Ports nobody listens on now, one a line.
free_ports() {
    "$PYTHON" - "$1" <<'END'
import socket, sys
held = [socket.create_server(("127.0.0.1", 0)) for _ in range(int(sys.argv[1]))]
for each in held:
    print(each.getsockname()[1])
END
}

# The official images when they are there or a registry answers at once, else the same names built from packages.
base_images() {
    local image answered=yes
    while read -r _ image; do
        docker image inspect "$image" >/dev/null 2>&1 && continue
        timeout "$REGISTRY_SECONDS" docker manifest inspect "$image" >/dev/null 2>&1 || answered=no
        break
    done < <(grep -v '^#' deploy/images/images.txt)
    if [ "$answered" = no ]; then
        say "no image registry answers: building the base images from Debian packages"
        deploy/images/build.sh
    fi
}

write_settings() {
    local ports
    mapfile -t ports < <(free_ports 3)
    deploy/docker/make-env.sh "$scratch/env" >/dev/null
    cat >>"$scratch/env" <<END
HUIYING_IMAGE=huiying:test
HUIYING_CATALOGUE=/app/deploy/catalogue.fast.yml
HUIYING_HEALTH_INTERVAL=2s
HUIYING_PORT=${ports[0]}
HUIYING_BROKER_PORT=${ports[1]}
HUIYING_PROMETHEUS_PORT=${ports[2]}
END
    # shellcheck source=/dev/null
    . "$scratch/env"
}

# The value of one key of a JSON object on standard input.
field() { "$PYTHON" -c 'import json, sys; print(json.load(sys.stdin)[sys.argv[1]])' "$1"; }

# One file of the system tests is about starting and stopping the embedded mode and nothing else.
system_tests() {
    HUIYING_URL="http://127.0.0.1:$HUIYING_PORT" \
        HUIYING_BROKER_URL="amqp://huiying:$HUIYING_BROKER_ADMIN_PASSWORD@127.0.0.1:$HUIYING_BROKER_PORT/huiying" \
        HUIYING_ADMIN_TOKEN="$1" \
        "$PYTHON" -m pytest tests/system --ignore tests/system/test_up_and_down.py "${@:2}"
}

# Prometheus has to see every process and the broker.
every_target_is_up() {
    local url="http://127.0.0.1:$HUIYING_PROMETHEUS_PORT/api/v1/targets?state=active"
    "$PYTHON" - "$url" <<'END'
import json, sys, time, urllib.request
for _ in range(40):
    with urllib.request.urlopen(sys.argv[1], timeout=5) as answer:
        targets = json.load(answer)["data"]["activeTargets"]
    down = [f"{target['scrapeUrl']}: {target['health']} {target['lastError']}" for target in targets if target["health"] != "up"]
    if targets and not down:
        sys.exit(f"only {len(targets)} targets" if len(targets) < 10 else 0)
    time.sleep(1)
sys.exit("Prometheus cannot scrape:\n" + "\n".join(down))
END
}

PYTHON=$PWD/.venv/bin/python
[ -x "$PYTHON" ] || { echo "There is no .venv with the development dependencies yet." >&2; exit 1; }
exec 9>"${TMPDIR:-/tmp}/$PROJECT.lock"
flock -n 9 || { say "waiting for another run to end"; flock 9; }
trap finish EXIT
trap 'exit 130' INT TERM

engine_up
say "engine $(docker version --format '{{.Server.Version}}'), compose $(docker compose version --short)"
base_images
write_settings
compose --profile console down --volumes --remove-orphans --timeout 5 >/dev/null 2>&1 # what a killed run left
say "building the image and starting the stack"
compose up --build --wait --quiet-pull
say "the stack is up at http://127.0.0.1:$HUIYING_PORT"
token=$(compose exec -T intake-web huiying token create --role admin --json | field token)
say "system tests"
system_tests "$token" "$@"
every_target_is_up
say "all well"
