# Among ready nodes the longest path goes first, as the last runs took; cpus and memory bound what runs at once.
. "$REPO/tests/fault/kit.sh"
unless asan "$0" # it reserves terabytes, and memory is limited here
mkdir -p conf/base
cat >conf/base/pipeline.yml <<-END
__default__:
  nodes:
    - {name: a-short, command: [sh, -c, "sleep 0.05; echo 1 >\$0", "{output:out}"], outputs: {out: one}, types: {out: text}}
    - {name: b-long, command: [sh, -c, "sleep 0.4; echo 1 >\$0", "{output:out}"], outputs: {out: two}, types: {out: text}}
    - {name: c-head, command: [sh, -c, "sleep 0.1; echo 1 >\$0", "{output:out}"], outputs: {out: three}, types: {out: text}}
    - {name: d-tail, command: [sh, -c, "sleep 0.7; cp \$0 \$1", "{input:in}", "{output:out}"], inputs: {in: three}, outputs: {out: four}, types: {in: text, out: text}}
END
order()
{
	sed -n 's/.* start //p' "$1" | tr '\n' ' '
	echo
}
mlflow-c run -j 2 2>first
order first
echo "== with the times of that run"
mlflow-c run -j 2 2>second
order second
mlflow-c run -j 1 --dry-run -q --plain | cut -f 1 | tr '\n' ' '; echo
echo "== never two of these at once"
cat >conf/base/pipeline.yml <<-END
wide:
  nodes:
    - {name: "w\${item}", foreach: [1, 2, 3], resources: {cpus: 2}, command: [sh, -c, "sleep 0.1; echo 1 >\$0", "{output:out}"], outputs: {out: "wide\${item}"}, types: {out: text}}
heavy:
  nodes:
    - {name: "h\${item}", foreach: [1, 2, 3], resources: {memory: 600MiB}, command: [sh, -c, "sleep 0.1; echo 1 >\$0", "{output:out}"], outputs: {out: "heavy\${item}"}, types: {out: text}}
greedy:
  nodes:
    - {name: g, resources: {cpus: 64, memory: 1TiB}, command: [sh, -c, "echo 1 >\$0", "{output:out}"], outputs: {out: greedy}, types: {out: text}}
END
echo 'memory: 1GiB' >conf/base/mlflow-c.yml
lines()
{
	sed -n 's/^[^ ]* \[[0-9/]*\] \(start\|ok\) .*/\1/p' "$1" | tr '\n' ' '
	echo
}
mlflow-c run -p wide -j 2 2>log; lines log
mlflow-c run -p wide -j 4 2>log; lines log | cut -c 1-12
mlflow-c run -p heavy -j 3 2>log; lines log
mlflow-c run -p greedy -j 2 2>log; lines log
