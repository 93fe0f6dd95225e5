# SPDX-License-Identifier: Apache-2.0
# The pipeline `training` of conf/base/pipeline.yml, node by node. Keeping the model is what registering
# comes to here: there is no registry beside it.
from kedro.pipeline import node, pipeline

from loan import nodes


def register_pipelines():
    training = pipeline([
        node(nodes.ingest, ["loans", "params:ingest"], "loans_ingested", name="ingest"),
        node(nodes.clean, ["loans_ingested", "params:clean"], "loans_clean", name="clean"),
        node(nodes.features, ["loans_clean", "params:features"], ["loans_train", "loans_test"], name="features"),
        node(nodes.train, ["loans_train", "params:train"], "loan_model", name="train"),
        node(nodes.evaluate, ["loan_model", "loans_test", "params:evaluate"], "loan_report", name="evaluate"),
    ])
    return {"__default__": training}
