# A node that writes to a table it was lent is killed; those who read it too are not harmed.
. "$REPO/tests/fault/kit.sh"
project
install -m 755 "$FIXTURES/pages.so" build/nodes/
cat >conf/base/pipeline.yml <<END
main:
  nodes:
    - {name: a, plugin: "pages:write_pages", outputs: {table: v}}
    - {name: bad, plugin: "pages:scribble", inputs: {table: v}}
    - {name: reader, plugin: "pages:read_pages", inputs: {table: v}}
END
mlflow-c run -j 1 --keep-going --name first
echo "exit $?"
tail -n 1 runs/default/first/logs/reader.log
unharmed
runs
