#!/bin/sh
# The same with an advisory lock of PostgreSQL: at most one host at a time restarts.
#   postgres.sh SERVICE [ARGUMENTS OF baton restart]
# The lock belongs to the session of this psql: it is free when psql has ended, and also when this host dies. PGHOST, PGUSER and so
# on name the server. Ends with the code of baton; 75 where there was no lock.
set -eu
service=$1
BATON_ARGUMENTS=$*
export BATON_ARGUMENTS
code=$(mktemp)
trap 'rm -f "$code"' EXIT
export code
psql --quiet --no-psqlrc --set ON_ERROR_STOP=1 --set "service=deploy/$service" --output /dev/null <<'SQL' || true
SELECT pg_advisory_lock(hashtext(:'service'));
\! baton restart $BATON_ARGUMENTS; echo $? >"$code"
SQL
status=$(cat "$code")
exit "${status:-75}"
