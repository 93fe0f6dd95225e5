# After Ctrl-C nothing new starts, with --keep-going either: not what is ready, not what is to be retried.
. "$REPO/tests/fault/kit.sh"
project
cat >conf/base/pipeline.yml <<END
main:
  nodes:
    - {name: a_fails, plugin: "faults:fails", retries: 9, outputs: {table: end}}
    - {name: bad, plugin: "faults:waits", outputs: {table: result}}
    - {name: other, plugin: "faults:good", outputs: {table: copy}}
END
start -j 1 --keep-going
kill -INT $run
ended 2
unharmed
runs
