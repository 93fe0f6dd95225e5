# Two producers, self loops, doubled names and cycles are found before plugins are looked for.
. "$REPO/tests/cli/kit.sh"
shop
graph()
{
	cat >conf/base/pipeline.yml
	mlflow-c validate
	echo "exit $?"
}
graph <<END
main:
  nodes:
    - {name: one, plugin: x, outputs: {table: orders}}
    - {name: two, plugin: x, outputs: {table: orders}}
    - {name: two, plugin: x, inputs: {table: euros}, outputs: {table: euros}}
END
graph <<END
main:
  nodes:
    - {name: alone, plugin: x, outputs: {table: orders}}
    - {name: first, plugin: x, inputs: {table: c}, outputs: {table: a}}
    - {name: second, plugin: x, inputs: {table: a}, outputs: {table: b}}
    - {name: third, plugin: x, inputs: {table: b}, outputs: {table: c}}
    - {name: behind, plugin: x, inputs: {table: c}, outputs: {table: d}}
END
