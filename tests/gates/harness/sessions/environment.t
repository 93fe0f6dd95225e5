# the environment is fixed and nothing else gets in
mlflow-c env
