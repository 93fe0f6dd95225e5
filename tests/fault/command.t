# A program that fails, crashes, leaves out what it promised or writes nonsense fails its node alone.
. "$REPO/tests/fault/kit.sh"
project
cat >conf/base/catalog.yml <<END
result: {type: csv, filepath: data/result.csv}
copy: {type: csv, filepath: data/copy.csv}
note: {type: json, filepath: data/note.json}
END
mkdir conf/base/contracts
# Runs the shell script $2 as the node `bad`; $3 are its outputs, $4 further keys.
try()
{
	echo "== $1"
	cat >conf/base/pipeline.yml <<-END
	main:
	  nodes:
	    - {name: ahead, plugin: "faults:good", outputs: {table: numbers}}
	    - {name: bad, command: [sh, bad.sh, "{output:result}", "{input:numbers}"], inputs: numbers, outputs: ${3-result}${4:+, $4}}
	    - {name: behind, plugin: "faults:passes", inputs: {table: result}, outputs: {table: copy}}
	END
	printf '%s\n' "$2" >bad.sh
	mlflow-c run -j 1 -q ${flags-} 2>&1
	echo "exit $?"
	unharmed
}
try 'an exit code' 'echo "no luck" >&2; exit 3'
try 'a signal' 'printf "n\n1\n" >"$1"; kill -SEGV $$'
try 'an output that is missing' 'true'
try 'an output that was written elsewhere' 'printf "n\n1\n" >result.csv; touch a b c "d	e"'
try 'one of two outputs is missing' 'printf "n\n1\n" >"$1"' '{result: result, note: note}'
try 'a file that is no table' 'printf "n,m\n1\n2,3\n" >"$1"'
try 'a folder instead of a file' 'mkdir "$1"'
try 'a link instead of a file' 'ln -s /etc/passwd "$1"'
try 'no JSON' 'printf "n\n1\n" >"$1"; echo "{" >"$(jq -r .outputs.note.path "$MLFLOW_C_JOB")"' '{result: result, note: note}'
try 'a report without sense' 'printf "n\n1\n" >"$1"; printf "\n{\"tag\": \"a\", \"value\": \"b\"}\n{\"metrik\": 1}\n" >>"$MLFLOW_C_REPORT"'
try 'a report that is no JSON' 'printf "n\n1\n" >"$1"; echo "auc=1" >>"$MLFLOW_C_REPORT"'
try 'a metric that cannot be recorded' 'printf "n\n1\n" >"$1"; echo "{\"metric\": \"a//b\", \"value\": 1}" >>"$MLFLOW_C_REPORT"'
echo '== a script that is edited while the run goes on'
cat >conf/base/pipeline.yml <<-END
	main:
	  nodes:
	    - {name: edit, command: [sh, -c, 'echo "# more" >>\$0; echo n >\$1', "$PWD/bad.sh", "{output:numbers}"], outputs: numbers}
	    - {name: bad, command: [sh, bad.sh, "{output:result}", "{input:numbers}"], inputs: numbers, outputs: result}
	END
mlflow-c run -j 1 -q 2>&1
echo "exit $?"
unharmed
flags=--in-process
try 'an exit code, in this process' 'exit 3'
try 'an output that is missing, in this process' 'touch x'
flags=
cat >conf/base/contracts/result.yml <<END
apiVersion: v3.1.0
kind: DataContract
id: result
version: 1.0.0
status: active
schema: [{name: result, properties: [{name: n, logicalType: integer, required: true, logicalTypeOptions: {minimum: 1}}]}]
END
try 'a contract that is broken' 'printf "n\n1\n0\n" >"$1"'
try 'a contract that is kept' 'printf "n\n1\n2\n" >"$1"; sleep 60 &'
cat data/result.csv
grep -h killed runs/default/*/logs/bad.log
runs | cut -f 2,3
