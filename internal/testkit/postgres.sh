# Runs a PostgreSQL for tests until standard input ends.
#
# Standard input is a pipe that nobody writes to: it ends when the process
# that holds its other side ends, however that happens, and then the server is
# stopped and its folder removed. Standard output gets one line, the server's
# URL, once it takes connections. Exit code 3 says that this machine has no
# PostgreSQL.
#
# The server listens on a random port of the loopback interface, behind a
# random password. It never runs as root: root lends it the user postgres, or
# nobody.
set -eu
umask 077
# Signals to the caller's process group are not for the server, which goes
# when the caller is gone.
trap '' HUP INT PIPE TERM

bin=
for candidate in /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin; do
    if [ -x "$candidate/initdb" ] && [ -x "$candidate/pg_ctl" ]; then bin=$candidate/; fi
done
if [ -z "$bin" ] && { ! command -v initdb || ! command -v pg_ctl; } >/dev/null; then
    exit 3
fi

as=
tmp=${TMPDIR:-/tmp}
if [ "$(id -u)" = 0 ]; then
    user=postgres
    id "$user" >/dev/null 2>&1 || user=nobody
    as="setpriv --reuid=$(id -u "$user") --regid=$(id -g "$user") --clear-groups"
    tmp=/tmp # root's own temporary folder may be closed to that user
fi

dir=$(mktemp -d "$tmp/contatore-postgres.XXXXXX")
finish() {
    $as "${bin}pg_ctl" -D "$dir/data" -m immediate stop >/dev/null 2>&1 || :
    cd /
    rm -rf "$dir"
}
trap finish EXIT
cd "$dir"

password=$(od -An -N16 -tx1 /dev/urandom | tr -d ' \n')
printf '%s\n' "$password" >password
[ -z "$as" ] || chown -R "$user" .

# Texts must compare byte by byte because the schema says so, and days must
# fall as the workspace's zone says. So neither the collation nor the zone of
# this server is a kind one.
icu=
if "${bin}initdb" --help | grep -q -e --icu-locale; then icu='--locale-provider=icu --icu-locale=en-US'; fi
$as "${bin}initdb" --pgdata=data --username=contatore --auth=password --pwfile=password --encoding=UTF8 --locale=C $icu --no-sync >initdb.log 2>&1 || {
    cat initdb.log >&2
    exit 1
}
# What is lost in a crash of the machine is lost with the tests.
cat >>data/postgresql.conf <<'CONF'
listen_addresses = '127.0.0.1'
unix_socket_directories = ''
timezone = 'Asia/Kathmandu'
max_connections = 400
shared_buffers = 64MB
fsync = off
synchronous_commit = off
full_page_writes = off
wal_level = minimal
max_wal_senders = 0
autovacuum = off
CONF

tries=20
while :; do
    # Below the ports that systems give to clients.
    port=$((10000 + $(od -An -N2 -tu2 /dev/urandom) % 20000))
    : >log
    [ -z "$as" ] || chown "$user" log
    if $as "${bin}pg_ctl" --pgdata=data --log=log --wait --timeout=120 --options="-p $port" start >/dev/null 2>&1; then break; fi
    tries=$((tries - 1))
    if [ "$tries" = 0 ] || ! grep -q 'could not bind' log; then
        cat log >&2
        exit 1
    fi
done

echo "postgres://contatore:$password@127.0.0.1:$port/postgres?sslmode=disable" || :
exec >/dev/null 2>&1
cat || :
