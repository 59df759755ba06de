#!/bin/sh
# Writes the passwords that docker-compose.yml asks for into an env file (default: .env in the project's root), mode 600.
# What the file has already is kept, so it may be run again after an upgrade.
set -eu
file=${1:-$(cd "$(dirname "$0")/../.." && pwd)/.env}
umask 077
touch "$file"
for name in POSTGRES_PASSWORD \
    INTAKE_DATABASE_PASSWORD ROUTING_DATABASE_PASSWORD NOTIFY_DATABASE_PASSWORD METRICS_DATABASE_PASSWORD \
    ACCESS_DATABASE_PASSWORD BROKER_ADMIN_PASSWORD \
    INTAKE_BROKER_PASSWORD ROUTING_BROKER_PASSWORD NOTIFY_BROKER_PASSWORD METRICS_BROKER_PASSWORD \
    CONTACT_KEYS LEDGER_KEY PROMISE_KEY; do
    if ! grep -q "^HUIYING_$name=." "$file"; then
        echo "HUIYING_$name=$(od -An -v -tx1 -N20 /dev/urandom | tr -d ' \n')" >>"$file"
    fi
done
echo "Passwords are in $file. Keep a copy where your other secrets are; without HUIYING_CONTACT_KEYS nobody can read personal data."
