# docs/nodes.md can be followed word for word, and prints what it says it prints
umask 022
mkdir -p here/build/nodes
for node in ingest clean split train evaluate register predict; do
	install -m 755 "$NODES/$node.so" here/build/nodes/
done
"$REPO/scripts/doctest" "$REPO/docs/nodes.md" here
