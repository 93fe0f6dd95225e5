# A node can be a program: plain tools and scripts, in workers, beside each other and with --in-process.
. "$REPO/tests/cli/kit.sh"
shop
cat >>conf/base/catalog.yml <<END
sorted: {type: text, filepath: data/sorted.txt}
seen: {type: json, filepath: data/seen.json}
END
cat >>conf/base/pipeline.yml <<'END'
programs:
  nodes:
    - {name: orders, plugin: "shop:orders", outputs: {table: orders}, params: orders}
    - {name: sorted, command: [sort, -t, ",", -k, "1,1r", -o, "{output:sorted}", "{input:orders}"], inputs: orders, outputs: sorted}
    - {name: convert, plugin: "shop:convert", inputs: orders, outputs: [euros], params: convert}
    - name: twice
      command: [sh, nodes/twice.sh, "{param:rate}", "is {param:rate}", "{no:placeholder}"]
      inputs: {table: euros, all: params:convert}
      outputs: {table: doubled}
      params: convert
    - {name: total, plugin: "shop:total", inputs: doubled, outputs: total, params: count_euros}
    - name: see
      command: [./nodes/see, "--total={input:report}", "{file:nodes/twice.sh}"]
      inputs: {report: total}
      outputs: {seen: seen}
END
echo 'count_euros: {column: euros}' >>conf/base/parameters.yml
mkdir nodes
# told everything by its job; reports a metric, a tag, progress and an artifact
cat >nodes/twice.sh <<'END'
in=$(jq -r .inputs.table.path "$MLFLOW_C_JOB") out=$(jq -r .outputs.table.path "$MLFLOW_C_JOB")
(cat "$in" && tail -n +2 "$in") >"$out"
echo "called with $*; all: $(cat "$(jq -r .inputs.all.path "$MLFLOW_C_JOB")")"
env | cut -d = -f 1 | grep -v -e PWD -e SHLVL -e _ -e SAN | sort | tr '\n' ' '
echo
jq -c '[.version, .node, .conf, .pipeline, .seed, .now_ms, .params, .inputs.table.type]' "$MLFLOW_C_JOB"
stat -c %a "$(dirname "$MLFLOW_C_JOB")"
echo picture >plot.txt
cat >>"$MLFLOW_C_REPORT" <<REPORT
{"metric": "rate", "value": $1, "step": 2}
{"tag": "by", "value": "twice"}
{"progress": 1, "total": 2}
{"artifact": "plot.txt", "path": "$PWD/plot.txt"}
REPORT
printf '{"metric": "last", "value": 1}' >>"$MLFLOW_C_REPORT" # no newline
END
printf '#!/bin/sh\ncp "${1#--total=}" "$(jq -r .outputs.seen.path "$MLFLOW_C_JOB")"; basename "$2"\n' >nodes/see
chmod +x nodes/see

all()
{
	echo "== $*"
	rm -rf data
	mlflow-c run -p programs -q "$@"
	echo "exit $?"
	sed -n 2p data/sorted.txt
	cat data/seen.json
	echo
	find runs data -type f | grep -v -e mlflow.db | sed 's|runs/default/[a-z-]*/|RUN/|' | sort -u
}
all -j 1
cat runs/default/*/logs/twice.log runs/default/*/logs/see.log
all -j 2
all --in-process 2>&1
echo '== progress'
mlflow-c run -p programs -j 1 --progress json |
	jq -c 'select(.event == "node_progress") | [.node, .done, .total]' | tail -n 1
echo '== the record'
sqlite3 runs/mlflow.db "SELECT key, value, step FROM metrics WHERE key <> 'total' ORDER BY run_uuid, key LIMIT 2;
	SELECT value FROM tags WHERE key = 'by';
	SELECT DISTINCT name, plugin, length(plugin_hash), status FROM mlc_nodes WHERE name IN ('twice', 'sorted')"
echo '== what is shown of them'
mlflow-c pipeline show programs | cut -c 1-80
mlflow-c run -p programs --dry-run --json | jq -c '.data.nodes[1] | [.name, .command]'
mlflow-c node list | grep runs | tail -n 3
mlflow-c node describe twice
mlflow-c node describe see --json | jq -c .data
mlflow-c node run twice
echo "exit $?"
mlflow-c validate -p programs
