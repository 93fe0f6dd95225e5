# GitHub cancels a job: SIGINT to the step's shell, SIGTERM, then SIGKILL to all; never `running` after.
. "$REPO/tests/cli/paces.sh"
paces
export GITHUB_ACTIONS=true
echo 'exec mlflow-c run -p waiting -q --name direct' >direct.sh
echo 'mlflow-c run -p waiting -q --name behind; true' >behind.sh
for step in direct behind; do
	sh $step.sh 2>/dev/null &
	shell=$!
	half_way
	tree="$shell $(cat /proc/$shell/task/$shell/children 2>/dev/null)"
	for signal in INT TERM; do
		kill -$signal $shell 2>/dev/null
		sleep 0.3
	done
	kill -KILL $tree 2>/dev/null
	wait $shell
	echo "$step: exit $?"
	for pid in $tree; do
		while [ -e /proc/$pid/exe ]; do sleep 0.02; done
	done
done
mlflow-c runs list --plain -q | cut -f 1,2
