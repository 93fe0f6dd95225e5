# a sanitizer left a report
mlflow-c leak
