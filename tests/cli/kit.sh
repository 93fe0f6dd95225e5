# SPDX-License-Identifier: Apache-2.0
# Read by the sessions of this folder: a small project on the plugin shop.
#
#	orders -> data/orders.csv -> convert -> euros (memory) -> total -> data/total.json
#	                                                                      -> letter -> data/letter.txt
#	audit: count reads data/orders.csv, writes data/counts.json

umask 022

shop()
{
	mkdir -p conf/base conf/test build/nodes
	install -m 755 "$FIXTURES/shop.so" build/nodes/
	cat >conf/base/pipeline.yml <<-END
	shop:
	  description: Orders, and a letter about them
	  nodes:
	    - {name: orders, plugin: "shop:orders", outputs: {table: orders}, params: orders, tags: [daily]}
	    - name: convert
	      plugin: shop:convert
	      inputs: orders
	      outputs: [euros]
	      params: convert
	      tags: [daily, money]
	    - {name: total, plugin: "shop:total", inputs: {table: euros}, outputs: {report: total}, tags: money}
	    - {name: letter, plugin: "shop:letter", inputs: {report: total}, outputs: {text: letter}, params: letter}
	audit:
	  nodes:
	    - {name: count, plugin: "shop:total", inputs: {table: orders}, outputs: {report: counts}, params: count}
	END
	cat >conf/base/catalog.yml <<-END
	orders: {type: csv, filepath: data/orders.csv}
	total: {type: json, filepath: data/total.json}
	letter: {type: text, filepath: data/letter.txt}
	counts: {type: json, filepath: data/counts.json}
	END
	cat >conf/base/parameters.yml <<-END
	orders:
	  rows: 6
	convert:
	  rate: 0.5
	letter: {greeting: Dear customer}
	count: {column: amount}
	END
	# the environment `test`: fewer orders, in a file of their own
	echo 'orders: {type: csv, filepath: data/test/orders.csv}' >conf/test/catalog.yml
	echo 'orders: {rows: 2}' >conf/test/parameters.yml
}

# The example project of the repository, as a user copies it.
loan()
{
	mkdir -p build/nodes
	cp -r "$REPO/conf" .
	for node in loan_generate ingest loan_clean loan_features train evaluate register; do
		install -m 755 "$NODES/$node.so" build/nodes/
	done
}

# The folder $1: a clone of the repository that has been built, for what a document does in one.
clone()
{
	mkdir -p "$1/build"
	cp -r "$REPO/conf" "$REPO/nodes" "$REPO/include" "$1"
	cp -r "$NODES" "$1/build/nodes"
	ln -s "$MLFLOW_C" "$1/build/mlflow-c"
}

# Runs a command as somebody types it, with all it says and its exit code.
try()
{
	echo "\$ mlflow-c $*"
	mlflow-c "$@" 2>&1
	echo "exit $?"
}

# Words without the size of a page, which changes with its script.
sized()
{
	sed 's/[0-9.]* kB/N kB/; s/"bytes":[0-9]*/"bytes":N/' "$@"
}

# Shows files with their names.
show()
{
	for file; do
		echo "== $file"
		cat "$file"
		[ -z "$(tail -c 1 "$file")" ] || echo
	done
}

# An example project, $1, as it stands in examples/.
example()
{
	made=$(dirname "$MLFLOW_C")/examples/$1/build
	[ -d "$made" ] || made=$REPO/examples/$1/build
	cp -r "$REPO/examples/$1/conf" "$REPO/examples/$1/nodes" "$made" .
}

# Whether a metric of a run, $1.$2, lies from $3 to $4.
within()
{
	mlflow-c runs show "$1" --json | jq -r '.data.metrics[$m] as $v | "\($m) of \($r): \(if $v >= $low and $v <= $high then "within" else $v end) \($low) .. \($high)"' \
		--arg r "$1" --arg m "$2" --argjson low "$3" --argjson high "$4"
}
