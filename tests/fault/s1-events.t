# An interrupt is an event too: stdout stays clean, the exit code says which signal it was.
. "$REPO/tests/cli/paces.sh"
paces
for signal in INT TERM HUP; do
	begin --progress json --json -q >events
	kill -$signal $run
	wait $run
	echo "$signal: exit $?"
	jq -c 'select(.event != "node_progress") | if .event then [.event, .node, .status, .exit_code] else [.schema, .data.status] end' events
done
