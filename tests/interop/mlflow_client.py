# Plays the part of MLflow's own client, on a store that mlflow-c wrote or on one of its own.
#
#	mlflow_client.py use STORE     looks at what mlflow-c recorded, and changes some of it
#	mlflow_client.py look STORE    looks at what mlflow-c made of that
#	mlflow_client.py make STORE    makes a store that mlflow-c has never seen
import logging
import pathlib
import sys
import warnings

warnings.simplefilter("ignore")
logging.disable(logging.WARNING)

from mlflow.entities import Metric, Param, RunTag  # noqa: E402
from mlflow.tracking import MlflowClient  # noqa: E402


def files(path):
    return sorted(p.name for p in pathlib.Path(path).iterdir())


def runs(client, **how):
    ids = [e.experiment_id for e in client.search_experiments()]
    return client.search_runs(ids, **how)


def use(client):
    first, second = sorted(runs(client), key=lambda r: r.info.run_name)
    print("runs", first.info.run_name, second.info.run_name, first.info.status)
    good = runs(client, filter_string="metrics.auc > 0.95 and params.`train.l2` = '1'")
    print("searched", [r.info.run_name for r in good])
    best = runs(client, order_by=["metrics.auc DESC"])
    print("best", best[0].info.run_name)
    print("difference", first.data.metrics["auc"] > second.data.metrics["auc"])
    print("params", len(first.data.params), first.data.params["train.flavor"])
    print("user", first.data.tags["mlflow.user"], first.info.user_id)
    print("inputs", sorted(i.dataset.name for i in first.inputs.dataset_inputs))
    print("history", [(m.step, m.value) for m in client.get_metric_history(first.info.run_id, "test_rows")])
    print("artifacts", [a.path for a in client.list_artifacts(first.info.run_id)])
    text = pathlib.Path(client.download_artifacts(first.info.run_id, "loan/MLmodel")).read_text()
    print("MLmodel", first.info.run_id in text)
    v = client.get_model_version_by_alias("loan", "champion")
    print("champion", v.version, v.status, v.run_id == first.info.run_id, files(v.source))
    print("versions", sorted(int(v.version) for v in client.search_model_versions("name = 'loan'")))

    client.set_tag(first.info.run_id, "team", "risk")
    client.set_registered_model_alias("loan", "challenger", "2")
    client.set_model_version_tag("loan", "2", "audited", "yes")
    client.set_registered_model_tag("loan", "owner", "ada")
    client.update_model_version("loan", "2", description="too smooth")
    client.transition_model_version_stage("loan", "2", "Staging")
    client.delete_run(first.info.run_id)
    client.restore_run(first.info.run_id)
    client.delete_run(second.info.run_id)
    make(client, first.info.experiment_id)


def make(client, experiment):
    run = client.create_run(experiment, run_name="theirs")
    metrics = [Metric("auc", 0.5 + step / 10, 1700000000000 + step, step) for step in range(3)]
    metrics.append(Metric("odd", float("nan"), 1700000000000, 0))
    client.log_batch(run.info.run_id, metrics, [Param("model", "tree")], [RunTag("team", "ops")])
    client.set_terminated(run.info.run_id)
    client.create_registered_model("tree", description="of theirs")
    for _ in range(2):
        client.create_model_version("tree", f"/elsewhere/{run.info.run_name}", run.info.run_id)
    client.set_registered_model_alias("tree", "champion", "1")
    client.delete_model_version("tree", "2")
    if hasattr(client, "register_prompt"):
        client.register_prompt("greeting", "Hello {{name}}")
    else:  # as the versions that have prompts write them
        client.create_registered_model("greeting", tags={"mlflow.prompt.is_prompt": "true"})


def look(client):
    for v in sorted(client.search_model_versions("name = 'loan'"), key=lambda v: int(v.version)):
        print("version", v.version, v.current_stage, client.get_model_version("loan", v.version).aliases)
    print("tree", [v.version for v in client.search_model_versions("name = 'tree'")])
    print("runs", sorted(r.info.run_name for r in runs(client)))


if __name__ == "__main__":
    client = MlflowClient(sys.argv[2])
    if sys.argv[1] in ("use", "look"):
        globals()[sys.argv[1]](client)
    else:
        make(client, client.create_experiment("elsewhere"))
