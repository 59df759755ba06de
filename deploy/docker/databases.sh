#!/bin/bash
# Gives each service its own role and database in PostgreSQL, with the password of the environment. Run at every start,
# so that a database that came with an upgrade is made and a changed password takes effect. PGHOST, PGUSER and PGPASSWORD
# lead to the superuser.
set -euo pipefail

for name in intake routing notify metrics access; do
    export NAME=$name
    password="HUIYING_${name^^}_DATABASE_PASSWORD"
    export PASSWORD=${!password:?}
    psql --quiet --no-psqlrc -v ON_ERROR_STOP=1 -d postgres <<'SQL'
\getenv name NAME
\getenv password PASSWORD
SELECT format('CREATE ROLE %I LOGIN', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = :'name') \gexec
SELECT format('ALTER ROLE %I PASSWORD %L', :'name', :'password') \gexec
SELECT format('CREATE DATABASE %I OWNER %I', :'name', :'name')
 WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = :'name') \gexec
SELECT format('REVOKE ALL ON DATABASE %I FROM PUBLIC', :'name') \gexec
SQL
    echo "database $name is there"
done
