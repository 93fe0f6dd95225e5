# A program is stopped like any node: by its timeout, by Ctrl-C, by the death of the run; and tried again.
. "$REPO/tests/fault/kit.sh"
project
pipeline()
{
	cat >conf/base/pipeline.yml <<-END
	main:
	  nodes:
	    - {name: bad, command: [sh, bad.sh, "{output:result}"], outputs: result${1:+, $1}}
	    - {name: behind, plugin: "faults:passes", inputs: {table: result}, outputs: {table: copy}}
	END
}
# tidies up when it is asked to end
cat >bad.sh <<END
trap 'echo tidied; exit 1' TERM
echo \$\$ >$TMPDIR/node
sleep 60 &
wait
END
for how in '' --in-process; do
	echo "== a timeout $how"
	pipeline 'timeout: 200ms'
	start -q -j 1 $how >said 2>&1
	ended 4
	grep -v '^──' said
	unharmed
done
for how in '' --in-process; do
	echo "== Ctrl-C $how"
	pipeline
	start -q -j 1 $how >said 2>&1
	kill -INT $run
	ended 4
	grep -v '^──' said
	unharmed
done
echo '== kill -9'
start -q -j 1 >said 2>&1
kill -KILL $run
ended 4
diff -r before data && echo 'data: untouched'
echo '== kill -9 --in-process'
printf '%s\n' "echo \$\$ >$TMPDIR/node" 'exec sleep 60' >bad.sh
start -q -j 1 --in-process >said 2>&1
kill -KILL $run
wait $run 2>/dev/null
echo "exit $?"
for i in 1 2 3 4 5 6 7 8 9 10; do # who reaps it is not ours to say
	state=$(cut -d ' ' -f 3 /proc/$node/stat 2>/dev/null) || break
	[ "$state" != Z ] || break
	sleep 0.1
done
case ${state-} in '' | Z) echo 'the program is gone' ;; esac
diff -r before data && echo 'data: untouched'
echo '== retries'
cat >bad.sh <<'END'
printf 'n\n1\n' >"$1"
echo "{\"tag\": \"attempt\", \"value\": \"$1\"}" >>"$MLFLOW_C_REPORT"
dir=$(jq -r .project "$MLFLOW_C_JOB")
touch left
[ -e "$dir/tried" ] || { touch "$dir/tried"; exit 1; }
END
pipeline 'retries: 1'
mlflow-c run -j 1 2>&1
cat data/copy.csv
