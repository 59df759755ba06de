#!/bin/sh
# Applies the topology whenever the catalogue in use is another one, so that its departments have queues. No queue is ever deleted.
# What could not be applied is tried again.
set -u

trap 'exit 0' TERM INT
applied=
while :; do
    rest=2
    now=$(stat -L -c '%Y %s %i' "$HUIYING_CATALOGUE" 2>/dev/null)
    if [ "$now" != "$applied" ]; then
        if huiying topology apply; then applied=$now; else rest=30; fi
    fi
    sleep "$rest" &
    wait $!
done
