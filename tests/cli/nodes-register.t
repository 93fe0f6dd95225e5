# The node register moves an alias only for a model that is better by a margin, in the direction of its metric.
. "$REPO/tests/cli/kit.sh"
loan
rm -r conf/base/contracts
printf 'git: false\nseed: 7\n' >conf/base/mlflow-c.yml
sed -i 's/^  condition:.*/  condition: ""/' conf/base/parameters.yml
try()
{
	mlflow-c run -p "$1" --params "generate.rows=2000,$2" 2>&1 | sed -n '/continue later/d; /^model\|^error\|^ *help/p'
}
echo "== the first version gets it, then it takes more than the margin"
try full 'register.metric=auc,register.margin=0.5'
try training 'register.metric=auc,register.margin=0.001,train.l2=100'
try training 'register.metric=auc,register.margin=0'
echo "== lower is better of a loss, and of what is said to be"
try training 'register.metric=log_loss,register.margin=0.0001,train.l2=1000'
try training 'register.metric=log_loss,train.l2=0.5'
try training 'register.metric=specificity,register.direction=lower'
echo "== what is wrong"
try training 'register.metric=auc,register.condition=auc > 0'
try training 'register.metric=auc,register.direction=up'
try training 'register.metric=auc,register.margin=-1'
try training 'register.metric=area'
