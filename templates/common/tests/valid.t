# The configuration fits the nodes, here and in production.
"$MLFLOW_C" validate
[ ! -d conf/prod ] || "$MLFLOW_C" validate --conf prod
