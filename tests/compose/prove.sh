#!/usr/bin/env bash
#
# Proves the stack with a real Docker engine: it starts, every service becomes healthy, feeds are polled, the services
# stay apart, scaling works, a flushed and killed Redis loses nothing, and `down` leaves nothing.
#
# Usage: prove.sh [--short]        --short: start, health and one round of polls only
#   COMPOSE="docker compose"       the compose to use; default docker-compose, else docker compose
#   PROVE_IMAGE=name               an image to use instead of building one

set -Eeuo pipefail
cd "$(dirname "$0")/../.."

SHORT=${1:-}
if [ -z "${COMPOSE:-}" ]; then
    if command -v docker-compose >/dev/null; then COMPOSE=docker-compose; else COMPOSE='docker compose'; fi
fi
PROJECT=wireroom-proof-$$
WORK=$(mktemp -d)
FEEDS=8

for name in $(env | sed -n 's/^\(WIREROOM_[A-Z_]*\)=.*/\1/p'); do unset "$name"; done

say() { printf '[%4ds] %s\n' "$SECONDS" "$*"; }
compose() { $COMPOSE -p "$PROJECT" --env-file "$WORK/env" --project-directory . \
    -f docker-compose.yml -f tests/compose/outlet.yml "$@"; }
inside() { compose exec -T "$@"; }
query() { inside postgres psql -U wireroom -d wireroom -Atc "$1"; }
belt() { inside redis redis-cli --user admin --pass "$(secret REDIS_ADMIN)" --no-auth-warning "$@"; }
secret() { sed -n "s/^WIREROOM_$1_PASSWORD=//p" "$WORK/env"; }
own() { docker "$1" ls -q --filter "label=com.docker.compose.project=$PROJECT" "${@:2}"; }

finish() {
    local status=$?
    trap - EXIT ERR
    if [ $status != 0 ] && [ -s "$WORK/env" ]; then
        compose ps || true
        docker inspect -f '{{.Name}}{{if .State.Health}}{{range .State.Health.Log}} {{.ExitCode}}: {{.Output}}{{end}}{{end}}' \
            $(own container) | grep -v ': $' | tail -30 || true
        inside scheduler wireroom feeds list || true
        inside scheduler wireroom status || true
        compose logs --no-color --tail 25 2>&1 | cut -c1-400 || true
    fi
    compose down -v --remove-orphans -t 20 >/dev/null 2>&1 || true
    [ -n "${PROVE_IMAGE:-}" ] || docker rmi -f "$WIREROOM_IMAGE" >/dev/null 2>&1 || true
    rm -rf "$WORK"
    [ $status = 0 ] || say "FAILED (status $status)"
    exit $status
}
trap finish EXIT
trap 'say "failed at line $LINENO: $BASH_COMMAND" >&2' ERR
trap 'exit 130' INT TERM

# until_true SECONDS WHAT COMMAND...: waits until the command succeeds
until_true() {
    local end=$((SECONDS + $1)) what=$2
    shift 2
    until "$@"; do
        if [ $SECONDS -ge $end ]; then say "never came true: $what"; return 1; fi
        sleep 1
    done
    say "$what"
}

# refused WHAT COMMAND...: passes where the command fails
refused() {
    local what=$1
    shift
    if "$@" >"$WORK/out" 2>&1; then say "was possible: $what"; cat "$WORK/out"; return 1; fi
    say "refused: $what"
}

healthy() { # every container that has a health check says so; NUMBER of them
    local ids count
    ids=$(own container)
    count=$(docker inspect -f '{{if .State.Health}}{{.State.Health.Status}}{{end}}' $ids | grep -c '^healthy$' || true)
    [ "$count" = "$1" ]
}

stored() { [ "$(query 'SELECT count(*) FROM articles')" = "$1" ]; }
publish() { inside outlet python -c 'import urllib.request as u; u.urlopen("http://localhost:8080/publish", data=b"")'; }
published() { echo $((FEEDS * (5 + $1))); } # articles after so many rounds

# reaches SERVICE HOST PORT: whether a TCP connection from that container works
reaches() { inside "$1" python -c 'import socket, sys; socket.create_connection((sys.argv[1], int(sys.argv[2])), 2)' "$2" "$3"; }
address() { # SERVICE NETWORK: its address there
    docker inspect -f "{{(index .NetworkSettings.Networks \"${PROJECT}_$2\").IPAddress}}" "$(compose ps -q "$1")"
}

say "$($COMPOSE version --short 2>/dev/null || $COMPOSE version | head -1) as project $PROJECT"

# --- no password has a default
: >"$WORK/env"
refused 'starting without passwords' compose config
grep -q 'make env' "$WORK/out" || { cat "$WORK/out"; exit 1; }
python3 - >"$WORK/env" <<'PY'
import re, secrets
print(re.sub(r"(?m)^(WIREROOM_\w+_PASSWORD=)$", lambda m: m[1] + secrets.token_hex(16), open(".env.example").read()))
PY
cat >>"$WORK/env" <<ENV
WIREROOM_PORT=0
WIREROOM_LOG_LEVEL=WARNING
WIREROOM_FETCH_ALLOW=outlet:8080
WIREROOM_LEASE_S=60
WIREROOM_POLL_INTERVAL_S=10
WIREROOM_POLL_FLOOR_S=5
WIREROOM_POLL_CEILING_S=10
ENV
export WIREROOM_IMAGE=${PROVE_IMAGE:-$PROJECT}

# --- it starts
if [ -z "${PROVE_IMAGE:-}" ]; then
    # twice: a registry may fail once
    compose build migrate >"$WORK/build" 2>&1 || compose build migrate >"$WORK/build" 2>&1 || { tail -30 "$WORK/build"; exit 1; }
    say 'the image is built'
fi
compose up -d >"$WORK/up" 2>&1 || { cat "$WORK/up"; exit 1; }
python3 tests/compose/outlet.py opml | inside scheduler wireroom feeds import -
until_true 300 'every article of the first polls is stored' stored "$(published 0)"
until_true 300 'all seven services are healthy' healthy 7
PORT=$(compose port reader 8800)
python3 -c 'import json, sys, urllib.request as u
answer = json.load(u.urlopen(f"http://{sys.argv[1]}/v1/articles", timeout=10))
assert answer, answer' "$PORT"
say 'the reader answers on its published port'

denials() { belt ACL LOG | grep -c '^username' || true; }
[ "$(denials)" = 0 ] || { belt ACL LOG; exit 1; }
say 'no service was denied anything by Redis'

if [ "$SHORT" != --short ]; then
    # --- the services stay apart
    until_true 20 'the parser reaches Redis' reaches parser redis 6379
    POSTGRES=$(address postgres store) OUTLET=$(address outlet web)
    refused 'parser to PostgreSQL by name' reaches parser postgres 5432
    refused 'parser to PostgreSQL by address' reaches parser "$POSTGRES" 5432
    refused 'parser to the web' reaches parser "$OUTLET" 8080
    refused 'parser to the reader' reaches parser "$(address reader belt)" 8800
    refused 'fetcher to PostgreSQL by name' reaches fetcher postgres 5432
    refused 'fetcher to PostgreSQL by address' reaches fetcher "$POSTGRES" 5432
    refused 'indexer to the web' reaches indexer "$OUTLET" 8080
    for service in fetcher parser; do
        if inside $service env | grep -e DATABASE -e "$(secret POSTGRES)"; then say "$service knows the database"; exit 1; fi
    done
    say 'the fetcher and the parser hold no database credentials'
    as_parser() { inside redis redis-cli -e --user parser --pass "$(secret REDIS_PARSER)" --no-auth-warning "$@"; }
    until_true 20 "the parser's user reads his queue" as_parser LLEN parse
    refused "parser's user to the fetch queue" as_parser LRANGE fetch 0 -1
    refused "parser's user taking from the index queue" as_parser RPOP index
    refused "parser's user flushing" as_parser FLUSHALL
    refused 'an unknown user to Redis' inside redis redis-cli -e LLEN parse
    for service in redis postgres scheduler fetcher parser indexer reader; do
        [ "$(docker inspect -f '{{.HostConfig.ReadonlyRootfs}} {{.HostConfig.CapDrop}}' "$(compose ps -q $service)")" = 'true [ALL]' ]
        [ "$(inside $service id -u)" != 0 ]
        [ $service = reader ] || [ -z "$(docker port "$(compose ps -q $service)")" ] || { say "$service has a published port"; exit 1; }
    done
    say 'no service runs as root, writes to its root file system or keeps a capability; only the reader has a port'

    # --- it scales
    compose up -d --no-recreate --scale fetcher=3 --scale parser=2 --scale indexer=2 >"$WORK/up" 2>&1 || { cat "$WORK/up"; exit 1; }
    until_true 300 'three fetchers, two parsers, two indexers are healthy' healthy 11

    # --- a flushed and a killed Redis lose nothing
    publish
    belt FLUSHALL >/dev/null
    until_true 300 'all is stored after FLUSHALL' stored "$(published 1)"
    publish
    docker kill -s KILL "$(compose ps -q redis)" >/dev/null
    compose start redis >/dev/null 2>&1
    publish
    until_true 300 'all is stored after Redis was killed' stored "$(published 3)"
    [ "$(query "SELECT count(DISTINCT key) FROM article_keys WHERE key LIKE 'id:%'")" = "$(published 3)" ]
    say 'each article once'
    until_true 300 'all are healthy' healthy 11
    [ "$(denials)" = 0 ] || { belt ACL LOG; exit 1; }
    say 'Redis denied nothing, also not to itself while it read back what it held'
fi

# --- and it goes
compose down -v --remove-orphans -t 60 >"$WORK/down" 2>&1 || { cat "$WORK/down"; exit 1; }
[ -z "$(own container -a)$(own network)$(own volume)" ]
say 'down leaves nothing'
say 'proven'
