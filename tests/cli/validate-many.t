# Everything that is wrong is said at once, each with its place.
. "$REPO/tests/cli/kit.sh"
shop
cat >conf/base/pipeline.yml <<END
main:
  nodes:
    - {name: orders, plugin: "shop:order", outputs: {table: orders}}
    - {name: convert, plugin: "shop:convert", inputs: {tabel: orders}, outputs: {table: euros}, params: convrt}
    - {name: total, plugin: "shop:total", inputs: {table: euro}, outputs: {report: total}}
    - {name: letter, plugin: "shop:letter", inputs: {report: total}, outputs: {text: letter}, params: letter}
    - {name: mail, plugin: postman, inputs: {text: letter}}
END
cat >conf/base/parameters.yml <<END
letter:
  greeting: 5
  polit: true
END
mlflow-c validate
echo "exit $?"
mlflow-c validate --json | jq -r '.data[] | [.code, .file, .line, .col, .message] | @tsv'
