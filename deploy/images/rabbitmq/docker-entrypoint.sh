#!/bin/bash
# Started as root, gives the data to rabbitmq and goes on as that user; started as anybody else, just goes on.
set -eu
if [[ "$1" == rabbitmq* ]] && [ "$(id -u)" = 0 ]; then
    find "$RABBITMQ_DATA_DIR" ! -user rabbitmq -exec chown rabbitmq:rabbitmq {} +
    exec setpriv --reuid rabbitmq --regid rabbitmq --init-groups "$0" "$@"
fi
exec "$@"
