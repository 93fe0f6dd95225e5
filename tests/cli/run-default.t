# Without -p a run takes __default__, by name or spelled out, from the environment if it says so; else all.
. "$REPO/tests/cli/kit.sh"
shop
nodes()
{
	echo "$1: $(mlflow-c run --dry-run -q --plain $2 | cut -f 1 | tr '\n' ' ')"
}
nodes 'all pipelines'
echo '__default__: audit' >conf/test/pipeline.yml
nodes 'the name in an environment' '--conf test'
cp conf/base/pipeline.yml pipelines
echo '__default__: shop' >>conf/base/pipeline.yml
nodes 'a name'
nodes 'the name in an environment' '--conf test'
nodes 'asked for by name' '-p audit'
nodes 'the default by its name' '-p __default__'
{
	cat pipelines
	echo '__default__: {include: [audit], nodes: [{name: last, plugin: "shop:environment"}]}'
} >conf/base/pipeline.yml
nodes 'a pipeline of its own'
{
	cat pipelines
	echo '__default__: shp'
} >conf/base/pipeline.yml
nodes 'a name of none'
