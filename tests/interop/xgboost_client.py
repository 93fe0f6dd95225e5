# SPDX-License-Identifier: Apache-2.0
# The other side of xgboost.t: Python's xgboost and MLflow.
#
#   make DIR      random rows with missing values; models of many kinds, their files, what they predict
#   compare DIR   what our evaluator made of the files of `make`
#   theirs DIR    what our program predicted with MLflow's folders
#   ours DIR FOLDER KIND   MLflow and xgboost predict with our folder what we predicted
import json
import os
import sys
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd
import xgboost as xgb

COLUMNS = ["a", "b", "c", "d", "e", "f"]
OBJECTIVES = {"binary": "binary:logistic", "number": "reg:squarederror", "classes": "multi:softprob", "class": "multi:softmax", "share": "reg:logistic"}
SHAPES = {
    "plain": {"max_depth": 6},
    "deep": {"max_depth": 0, "max_leaves": 150, "grow_policy": "lossguide"},
    "forest": {"max_depth": 4, "num_parallel_tree": 3, "subsample": 0.6},
    "exact": {"max_depth": 5, "tree_method": "exact", "base_score": 0.4},
}


def rows(n=5000):
    rng = np.random.default_rng(3)
    x = rng.normal(size=(n, len(COLUMNS))) * [1, 10, 1e-3, 1e6, 1, 1]
    x[:, 4] = rng.integers(0, 4, n)
    s = x[:, 0] + x[:, 1] / 10 - 700 * x[:, 2] + x[:, 4] + rng.normal(size=n)
    x[rng.random(x.shape) < 0.12] = np.nan
    y = {"binary": (s > 1).astype(int), "number": s * 1000, "share": 1 / (1 + np.exp(-s))}
    y["classes"] = y["class"] = np.digitize(s, [-1, 1, 3])
    return x, y


def same_bits(a, b):
    a, b = np.asarray(a, np.float32).ravel(), np.asarray(b, np.float32).ravel()
    return len(a) == len(b) and bool((a.view(np.int32) == b.view(np.int32)).all())


def make(folder):
    import mlflow.xgboost
    from mlflow.models import infer_signature

    x, y = rows()
    frame = pd.DataFrame(x, columns=COLUMNS)
    x.astype(np.float32).tofile(f"{folder}/rows.f32")
    frame.to_csv(f"{folder}/rows.csv", index=False)
    for kind, objective in OBJECTIVES.items():
        for shape, params in SHAPES.items():
            p = {"objective": objective, "tree_method": "hist", "nthread": 1, "seed": 1, **params}
            if objective.startswith("multi"):
                p["num_class"] = 4
            b = xgb.train(p, xgb.DMatrix(frame, y[kind]), 12)
            name = f"{folder}/{kind}-{shape}"
            b.save_model(name + ".ubj")
            b.save_model(name + ".json")
            b.predict(xgb.DMatrix(frame), output_margin=True).astype(np.float32).tofile(name + ".margins")
            b.predict(xgb.DMatrix(frame)).astype(np.float32).tofile(name + ".values")
            if shape == "plain":
                sign = infer_signature(frame, b.predict(xgb.DMatrix(frame)))
                kept = {"model_format": os.environ["FORMAT"]} if os.environ.get("FORMAT") else {}
                mlflow.xgboost.save_model(b, f"{folder}/{kind}-folder", signature=sign, **kept)
    m = xgb.XGBClassifier(n_estimators=200, max_depth=3, early_stopping_rounds=3, tree_method="hist", n_jobs=1)
    m.fit(frame[:4000], y["binary"][:4000], eval_set=[(frame[4000:], y["binary"][4000:])], verbose=False)
    m.predict_proba(frame)[:, 1].astype(np.float32).tofile(f"{folder}/early.values")
    kept = {"model_format": os.environ["FORMAT"]} if os.environ.get("FORMAT") else {}
    mlflow.xgboost.save_model(m, f"{folder}/early-folder", **kept)
    assert m.best_iteration + 1 < m.get_booster().num_boosted_rounds()
    # what we refuse
    cats = pd.DataFrame({"a": frame["a"], "g": pd.Categorical(frame["e"].fillna(9).astype(int).astype(str))})
    p = {"objective": "binary:logistic", "tree_method": "hist", "max_cat_to_onehot": 1}
    xgb.train(p, xgb.DMatrix(cats, y["binary"], enable_categorical=True), 3).save_model(f"{folder}/refused-category.json")
    xgb.train({"booster": "dart", "objective": "binary:logistic"}, xgb.DMatrix(frame, y["binary"]), 2).save_model(f"{folder}/refused-dart.json")
    xgb.train({"booster": "gblinear", "objective": "binary:logistic"}, xgb.DMatrix(frame, y["binary"]), 2).save_model(f"{folder}/refused-linear.json")
    xgb.train({"objective": "count:poisson"}, xgb.DMatrix(frame, y["class"]), 2).save_model(f"{folder}/refused-poisson.json")
    if int(xgb.__version__[0]) < 2:
        mlflow.xgboost.save_model(m.get_booster(), f"{folder}/old-folder")
        xgb.train({"objective": "binary:logistic"}, xgb.DMatrix(frame, y["binary"]), 2).save_model(f"{folder}/refused-binary.model")


def compare(folder):
    files = bits = 0
    for kind in OBJECTIVES:
        for shape in SHAPES:
            for ext in ("ubj", "json"):
                for what in ("margins", "values"):
                    want = np.fromfile(f"{folder}/{kind}-{shape}.{what}", np.float32)
                    got = np.fromfile(f"{folder}/{kind}-{shape}.{ext}.{what}", np.float32)
                    if kind == "class" and what == "values":
                        got = got.reshape(-1, 4).argmax(1)
                    files += 1
                    bits += same_bits(want, got)
                    if not same_bits(want, got):
                        print("differs:", kind, shape, ext, what, np.abs(want - got).max())
    print(f"{bits} of {files} lists of 5000 rows equal to the bit")


def theirs(folder):
    for kind in list(OBJECTIVES) + ["early"]:
        got = pd.read_csv(f"{folder}/{kind}.csv")
        want = np.fromfile(f"{folder}/{kind if kind == 'early' else kind + '-plain'}.values", np.float32)
        if kind in ("binary", "early"):
            same = same_bits(got["score"], want) and bool((got["prediction"] == (want >= 0.5)).all())
        elif kind == "classes":
            want = want.reshape(-1, 4)
            same = same_bits(got[[f"score_{i}" for i in range(4)]], want) and bool((got["prediction"] == want.argmax(1)).all())
        else:
            same = same_bits(got["prediction"], want)
        print(kind, "equal to the bit" if same else "differs", ",".join(got.columns))


def ours(folder, model, kind):
    import mlflow.pyfunc
    import mlflow.xgboost

    frame = pd.read_csv(f"{folder}/rows.csv")
    got = pd.read_csv(f"{folder}/{model}.csv")
    got = {"binary": "score", "number": "prediction"}[kind], got
    got = got[1][got[0]]
    path = f"{folder}/{model}"
    by = {"pyfunc": mlflow.pyfunc.load_model(path).predict(frame)}
    booster = mlflow.xgboost.load_model(path)
    by["mlflow.xgboost"] = booster.predict(xgb.DMatrix(frame))
    plain = xgb.Booster()
    plain.load_model(f"{path}/model.ubj")
    by["xgboost"] = plain.predict(xgb.DMatrix(frame))
    for name, values in by.items():
        print(model, name, "equal to the bit" if same_bits(values, got) else "differs by %g" % np.abs(values - got).max())
    with open(f"{path}/importance.json") as f:
        told = json.load(f)["features"]
    for figure in ("weight", "gain", "cover", "total_gain", "total_cover"):
        score = plain.get_score(importance_type=figure)
        if same_bits([t[figure] for t in told], [score.get(t["feature"], 0) for t in told]) and len(told) == len(COLUMNS):
            print(model, figure, "as get_score has it")
        else:
            print(model, figure, "differs:", [(t["feature"], t[figure]) for t in told], score)
    about = json.loads(booster.attributes()["mlflow_c"])
    print(about["target"], about["params"]["objective"], booster.num_boosted_rounds() > 0)


{"make": make, "compare": compare, "theirs": theirs, "ours": ours}[sys.argv[1]](*sys.argv[2:])
