# A pipeline that is not understood is shown where it goes wrong.
. "$REPO/tests/cli/kit.sh"
shop
spec()
{
	cat >conf/base/pipeline.yml
	mlflow-c validate
	echo "exit $?"
}
spec <<END
main:
  nodes:
    - {name: a, plugin: shop, ouputs: b, retry: 2}
    - {plugin: shop}
    - {name: "a/b"}
    - {name: c, timeout: soon, retries: many, inputs: [{x: y}], tags: {a: b}}
    - text
    - {name: d, resources: {memory: lots, gpu: 1}}
  node: []
END
spec <<END
a: {include: [b]}
b: {include: c}
c: {include: [a, nothing, {pipeline: b}]}
END
spec <<END
main:
  nodes: {name: a}
END
spec <<END
main: [a
END
spec </dev/null
