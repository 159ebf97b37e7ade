#!/bin/sh
# Fill the portal with the 2017 consultation and serve it:  demo.sh          (the production server)
#                                              or serve for development:  demo.sh develop  (restarts by itself)
# SERVE=0 stops before serving. DATABASE_URL names another PostgreSQL than the one under var/.
set -eu
cd "$(dirname "$0")/../.."
python=.venv/bin/python
port=${PORT:-8000}
own_database=

step() { printf '→ %s\n' "$*"; }
manage() { "$python" manage.py "$@"; }

# What this script started, and nothing else, ends with it.
finish() {
    code=$?
    trap - EXIT INT TERM
    for process in ${web:-} ${worker:-} ${static:-}; do kill "$process" 2>/dev/null || true; done
    wait
    if [ -n "$own_database" ]; then "$python" -m ncm_portal.local.embedded_postgres stop var/postgres >/dev/null; fi
    exit "$code"
}
trap finish EXIT
trap 'exit 0' INT TERM

# A port that is taken is found now, and not after the work.
if [ "${SERVE:-1}" != 0 ]; then
    "$python" -c "import socket; socket.create_server(('127.0.0.1', $port)).close()" 2>/dev/null || {
        echo "Port $port is in use. Choose another:  make demo PORT=$((port + 1))" >&2
        exit 1
    }
fi

if [ "${1:-}" = develop ]; then export DEBUG=1; else export DEMO=1; unset DEBUG; fi
export PORTAL_ADDRESS="http://127.0.0.1:$port"

if [ -z "${DEBUG:-}" ]; then
    step "Collecting stylesheets, scripts and fonts, beside what follows"
    manage collectstatic --noinput --verbosity 0 &
    static=$!
fi
if [ -z "${DATABASE_URL:-}" ]; then
    step "Starting the database"
    "$python" -m ncm_portal.local.embedded_postgres status var/postgres >/dev/null || own_database=yes
    DATABASE_URL=$("$python" -m ncm_portal.local.embedded_postgres start var/postgres)
    export DATABASE_URL
fi
if [ -n "${DEBUG:-}" ]; then
    step "Making the tables"
    manage migrate --verbosity 0
    step "Loading the reference data"
    manage load_reference
    step "Developing on $PORTAL_ADDRESS (Ctrl-C ends it)"
    "$python" manage.py work --watch &
    worker=$!
    manage runserver "127.0.0.1:$port" # in the foreground: its reloader hears Ctrl-C itself
    exit
fi

manage play_demo --with-tables
wait "$static"
static=
if [ "${SERVE:-1}" = 0 ]; then exit; fi

step "Serving on $PORTAL_ADDRESS (Ctrl-C ends it)"
"$python" manage.py work --watch &
worker=$!
DATABASE_POOL=4 "$python" -m gunicorn --config python:ncm_portal.gunicorn_config --bind "127.0.0.1:$port" \
    --workers 2 --graceful-timeout 5 --log-level warning &
web=$!
wait "$web"
