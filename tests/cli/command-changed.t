# run --changed notices an edited script, another argument and another parameter of a program.
. "$REPO/tests/cli/kit.sh"
shop
mkdir nodes
echo 'cp "$1" "$2"' >nodes/copy.sh
echo unused >notes.txt
echo 'copy: {type: csv, filepath: data/copy.csv}' >>conf/base/catalog.yml
pipeline()
{
	cat >conf/base/pipeline.yml <<-END
	__default__:
	  nodes:
	    - {name: orders, plugin: "shop:orders", outputs: {table: orders}, params: orders}
	    - name: copy
	      command: [sh, nodes/copy.sh, "{input:orders}", "{output:copy}"$1]
	      inputs: [orders${2-}]
	      outputs: copy
	      params: copy
	END
}
changed()
{
	echo "== $1"
	shift
	mlflow-c run --changed -j 1 --json -q "$@" | jq -r '.data.nodes[] | .name + " " + .status + ": " + .reason'
}
echo 'copy: {mode: 1}' >>conf/base/parameters.yml
pipeline
changed 'first'
changed 'second'
touch nodes/copy.sh notes.txt
changed 'touched'
echo '# more' >>nodes/copy.sh
changed 'the script'
pipeline ', more'
changed 'an argument'
changed 'a parameter' --params copy.mode=2
pipeline ', notes.txt'
changed 'another argument, a file'
echo more >>notes.txt
changed 'that file'
pipeline ', notes.txt' ', "params:copy"'
changed 'parameters as an input'
changed 'which change' --params copy.mode=2,convert.rate=1
