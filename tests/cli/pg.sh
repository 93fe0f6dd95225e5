# SPDX-License-Identifier: Apache-2.0
# Read by sessions that need PostgreSQL: a server of their own, in a folder of its own, reached through a
# socket in it and by nothing else. It ends with the session. PG is the folder; what is shown is masked,
# since its name is another one each time.

pg_bin=$(ls -d /usr/lib/postgresql/*/bin 2>/dev/null | sort -V | tail -n 1)
pg_password=s3cret-canary

# The server refuses to be root.
pg_as()
{
	if [ "$(id -u)" -eq 0 ]; then
		(cd / && exec setpriv --reuid postgres --regid postgres --clear-groups \
			env -i PATH="$PATH" LC_ALL=C.UTF-8 "$@")
	else
		(cd / && exec env -i PATH="$PATH" LC_ALL=C.UTF-8 "$@")
	fi
}

# Starts it, or starts it again.
pg_start()
{
	if [ -z "${PG-}" ]; then
		[ -n "$pg_bin" ] || { echo 'PostgreSQL is missing: scripts/deps test' >&2; exit 1; }
		PG=$(mktemp -d /tmp/mlc-pg.XXXXXX) || exit
		trap pg_remove EXIT
		trap 'exit 143' TERM INT
		pg_con="postgresql://shop:$pg_password@/shop?host=$PG"
		echo $pg_password >"$PG/password"
		chmod 755 "$PG"
		[ "$(id -u)" -ne 0 ] || chown -R postgres "$PG"
		pg_as "$pg_bin/initdb" -D "$PG/data" -U shop -A scram-sha-256 --pwfile="$PG/password" \
			-E UTF8 --locale=C.UTF-8 --no-sync --no-instructions >"$PG.log" 2>&1 ||
			{ cat "$PG.log" >&2; exit 1; }
		pg_as sh -c "printf '%s\n' \"listen_addresses = ''\" \"unix_socket_directories = '$PG'\" \
			'fsync = off' 'full_page_writes = off' >>'$PG/data/postgresql.conf'"
	fi
	pg_as "$pg_bin/pg_ctl" -D "$PG/data" -s -w -t 30 -l "$PG/log" start || { cat "$PG/log" >&2; exit 1; }
}

pg_stop()
{
	pg_as "$pg_bin/pg_ctl" -D "$PG/data" -s -w -t 30 -m "${1:-fast}" stop
}

pg_remove()
{
	pg_stop immediate 2>/dev/null
	rm -rf "$PG" "$PG.log"
}

# Statements of the test's own.
sql()
{
	PGPASSWORD=$pg_password PGOPTIONS="-c client_min_messages=warning" psql -X -q -A -t -v ON_ERROR_STOP=1 -h "$PG" -U shop -d shop "$@"
}

pg_database()
{
	PGPASSWORD=$pg_password psql -X -q -h "$PG" -U shop -d postgres -c 'CREATE DATABASE shop'
}

# What depends on the name of the folder is not shown.
masked()
{
	sed "s|$PG|PG|g; s|$(echo "$PG" | sed 's|/|%2F|g')|PG|g; s|  *$||"
}

pg_credentials()
{
	mkdir -p conf/local
	printf 'warehouse: {con: "%s"}\n' "$1" >conf/local/credentials.yml
	chmod 600 conf/local/credentials.yml
}
