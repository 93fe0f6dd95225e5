# a session begins in an empty folder and knows where things are
mlflow-c where
