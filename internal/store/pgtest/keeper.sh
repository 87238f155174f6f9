# Keeps one PostgreSQL cluster: makes it, runs it, and ends and removes it when
# standard input closes.
# Arguments: folder, folder of the binaries, role, then the server's arguments.
dir=$1 bin=$2 role=$3
shift 3

serve() {
	"$bin/initdb" -D "$dir/data" -U postgres -A trust --no-sync --no-instructions -E UTF8 --locale=C.UTF-8 || return
	# Over the network only the role without rights; the superuser has the socket in the closed folder.
	printf '%s\n' 'local all all trust' "host all $role 127.0.0.1/32 trust" >"$dir/data/pg_hba.conf" || return
	: >"$dir/started"
	[ -e "$dir/stop" ] || "$bin/postgres" -D "$dir/data" "$@"
}

{
	serve "$@"
	: >"$dir/ended"
} >"$dir/log" 2>&1 </dev/null &

cat >/dev/null
: >"$dir/stop"
until [ -e "$dir/ended" ]; do
	if [ -e "$dir/started" ] && [ -s "$dir/data/postmaster.pid" ]; then
		kill -QUIT "$(head -n 1 "$dir/data/postmaster.pid")" 2>/dev/null
	fi
	sleep 0.05
done
cd /
rm -rf "$dir"
