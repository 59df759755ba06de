#!/bin/sh
# Brings a stack that runs to this version and this catalogue. Problems show before anything is stopped: the
# catalogue is checked and the stores are migrated first, which running processes tolerate. Arguments go to docker compose.
set -eu
cd "$(dirname "$0")/../.."

docker compose "$@" build
# shellcheck disable=SC2016
docker compose "$@" run --rm --no-deps catalogue sh -c 'huiying catalogue check "$0"' "${HUIYING_CATALOGUE:-/app/deploy/catalogue.yml}"
for store in access intake routing notify metrics; do
    docker compose "$@" run --rm --no-deps "$store-migrate"
done
exec docker compose "$@" up --wait
