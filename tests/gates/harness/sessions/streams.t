# both streams and the exit code are compared
"$MLFLOW_C" fail
