# SPDX-License-Identifier: Apache-2.0
# Read by the sessions about how a run is shown: pipelines of the plugin paces, and a terminal.

paces()
{
	mkdir -p conf/base build/nodes
	install -m 755 "$FIXTURES/paces.so" build/nodes/
	cat >conf/base/pipeline.yml <<-END
	good:
	  nodes:
	    - {name: walk, plugin: "paces:walks", outputs: {json: way}}
	    - {name: take_the_long_way_home, plugin: "paces:takes", inputs: {json: way}}
	    - {name: wander, plugin: "paces:wanders", outputs: {json: nowhere}}
	telling:
	  nodes:
	    - {name: tell, plugin: "paces:tells", outputs: {json: tale}}
	bad:
	  nodes:
	    - {name: walk, plugin: "paces:walks", outputs: {json: way}}
	    - {name: tempt, plugin: "paces:tempts", inputs: {}, outputs: {json: apple}}
	    - {name: take, plugin: "paces:takes", inputs: {json: apple}}
	waiting:
	  nodes:
	    - {name: walk, plugin: "paces:walks", outputs: {json: way}}
	    - {name: pause, plugin: "paces:pauses", outputs: {json: end}}
	    - {name: take, plugin: "paces:takes", inputs: {json: end}}
	chatty:
	  nodes:
	    - {name: chatter, plugin: "paces:chatters", outputs: {json: way}}
	END
}

# Runs the command line $2 on a terminal of $1 columns, and shows every byte that reaches it.
terminal()
{
	env -u COLUMNS TERM=xterm script -qec "stty cols $1 rows 24; $2; echo exit \$?" /dev/null |
		tr -d '\r' | sed 's/\x1b/^[/g'
}

# Starts `mlflow-c run $*` in the background, and waits until the node `pause` is half done.
begin()
{
	mlflow-c run -p waiting -j 1 "$@" &
	run=$!
	half_way
}

half_way()
{
	until [ -s "$TMPDIR/node" ]; do sleep 0.02; done
	rm "$TMPDIR/node"
}
