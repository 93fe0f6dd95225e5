# SPDX-License-Identifier: Apache-2.0
"""Loads a model that mlflow-c trained, for MLflow's pyfunc: numpy and pandas are enough.

The folder tells all: MLmodel names the flavor, linear.json, baseline.json or the xgboost file hold what was
learnt, and recipe.json the steps that make features of raw rows. Ops are computed in the same order as in
mlflow-c, so the numbers are the same.

    model = mlflow.pyfunc.load_model("models:/loan@champion")
    model.predict(pandas.DataFrame(...))    # prediction, and score or score_LABEL
"""
import json
import os
import re

import numpy as np
import pandas as pd


def _read(folder, name):
    with open(os.path.join(folder, name), encoding="utf-8") as f:
        return json.load(f)


# ---- columns: numbers are float64 with NaN where a value is missing


def _column(frame, name):
    if name not in frame.columns:
        raise ValueError("the model needs column `%s`" % name)
    return frame[name]


def _numbers(series, name=""):
    if isinstance(series, np.ndarray):
        return series
    if series.dtype == object:
        series = series.map(lambda v: None if v is pd.NA else v)
    try:
        return pd.to_numeric(series).to_numpy(dtype="float64", na_value=np.nan)
    except (TypeError, ValueError) as e:
        raise ValueError("column `%s` must hold numbers: %s" % (name, e)) from None


def _texts(series):
    """Objects of which None is missing."""
    if isinstance(series, np.ndarray):
        return series
    values = series.to_numpy(dtype=object)
    return np.where(pd.isna(series).to_numpy(), None, values)


def _times(series):
    """Microseconds since 1970, as float64; these are exact for 285 years."""
    t = pd.to_datetime(series, utc=True)
    ns = t.to_numpy(dtype="datetime64[us]").astype("int64").astype("float64")
    ns[pd.isna(t).to_numpy()] = np.nan
    return ns


def _missing(column):
    if isinstance(column, np.ndarray) and column.dtype == object:
        return np.array([v is None for v in column], dtype=bool)
    return pd.isna(column) if isinstance(column, np.ndarray) else pd.isna(column).to_numpy()


# ---- ops of recipe.json


def _keys(column, op):
    if op["of"] == "utf8":
        return [None if v is None else str(v) for v in _texts(column)]
    if not isinstance(column, np.ndarray) and column.dtype.kind in "iu":
        return column.tolist()
    x = _numbers(column, op["in"][0])
    whole = np.isfinite(x) & (np.abs(x) <= 2.0**53) & (x == np.floor(x))
    return [int(v) if w else (None if np.isnan(v) else float(v)) for v, w in zip(x, whole)]


def _coded(column, op):
    """The place of each row's category; -1 for missing, -2 for none that was seen."""
    places = op.setdefault("places", {c: i for i, c in enumerate(op["categories"])})
    codes = np.array([-1 if k is None else places.get(k, -2) for k in _keys(column, op)], dtype=np.int64)
    if op["strict"] and (codes == -2).any():
        raise ValueError(
            "step %d (%s): column `%s` holds a value that it was not fitted on: %r"
            % (op["step"], op["name"], op["in"][0], list(np.asarray(column)[codes == -2][:1]))
        )
    return codes


def _one_hot(op, column):
    codes, other = _coded(column, op), op["other"]
    lead = np.array(op["values"] + [other, -1], dtype=np.int64)  # [-2] is unseen, [-1] is missing
    to = lead[codes]
    return [(to == k).astype("float64") for k in range(len(op["out"]))]


def _map(op, column):
    values = op["values"] + [op["other"], op["missing"]]
    return [np.array(values, dtype="float64")[_coded(column, op)]]


def _fill(op, column):
    if op["out"][0]["type"] == "utf8":
        column = _texts(column)
        return [np.array([op["value"] if v is None else v for v in column], dtype=object)]
    x = _numbers(column, op["in"][0])
    return [np.where(np.isnan(x), op["value"], x)]


def _clip(op, column):
    x = _numbers(column, op["in"][0])
    if op["min"] is not None:
        x = np.where(x < op["min"], op["min"], x)
    if op["max"] is not None:
        x = np.where(x > op["max"], op["max"], x)
    return [x]


def _date(op, column):
    us = _times(column)
    known = ~np.isnan(us)
    t = pd.DatetimeIndex(np.where(known, us, 0).astype("int64").astype("datetime64[us]"))
    part = op["part"]
    v = {"weekday": t.dayofweek, "yearday": t.dayofyear, "weekend": t.dayofweek >= 5}.get(part)
    v = getattr(t, part) if v is None else v
    return [np.where(known, np.asarray(v, dtype="float64"), np.nan)]


def _where(good, function, *x):
    out = np.full(len(good), np.nan)
    out[good] = function(*[v[good] for v in x])
    return [out]


def _number_op(op, columns):
    x = _numbers(columns[0], op["in"][0])
    kind = op["op"]
    if kind == "scale":
        return [(x - op["minus"]) / op["by"] * op["times"] + op["plus"]]
    if kind == "bucket":
        return [np.where(np.isnan(x), np.nan, np.searchsorted(op["edges"], x, side="right").astype("float64"))]
    if kind == "log":
        return _where(x > 0, np.log, x)
    if kind == "log1p":
        return _where(x > -1, np.log1p, x)
    z = _numbers(columns[1], op["in"][1])
    if kind == "product":
        return [x * z]
    return _where(~((z == 0) | np.isnan(z)), np.divide, x, z)  # ratio


def _run(op, columns):
    kind = op["op"]
    if kind == "rename":
        return [columns[0]]
    if kind == "missing":
        return [_missing(columns[0]).astype("float64")]
    special = {"one_hot": _one_hot, "map": _map, "fill": _fill, "clip": _clip, "date": _date}.get(kind)
    return special(op, columns[0]) if special else _number_op(op, columns)


class _Recipe:
    def __init__(self, recipe, wanted):
        """Keeps the ops that the wanted columns need."""
        need, self.ops = set(wanted), []
        for op in reversed(recipe["ops"]):
            made = [o["name"] for o in op["out"]]
            if need.intersection(made):
                need = (need - set(made)) | set(op["in"])
                self.ops.append(op)
        self.ops.reverse()
        self.inputs = [c["name"] for c in recipe["inputs"] if c["name"] in need]

    def __call__(self, frame):
        table = {name: _column(frame, name) for name in self.inputs}
        for op in self.ops:
            with np.errstate(all="ignore"):
                made = _run(op, [table[name] for name in op["in"]])
            table.update((o["name"], v) for o, v in zip(op["out"], made))
        return table


# ---- flavors


def _nullable(values, missing, kind):
    """A column of the answer; None where there is no prediction."""
    if not missing.any():
        return values
    if kind == "float64":
        return np.where(missing, np.nan, values)
    return pd.Series(np.where(missing, None, np.asarray(values, dtype=object)), dtype=object)


def _class_values(classes, kind):
    if kind == "bool":
        return np.array([bool(c) for c in classes])
    return np.array(classes, dtype=object if kind == "utf8" else "int64")


def _answer(target, best, scores, missing):
    """`best` is the index of each row's class; `scores` has a column per name."""
    classes = _class_values(target["classes"], target["type"])
    out = {"prediction": _nullable(classes[best], missing, target["type"])}
    for name, values in scores.items():
        out[name] = _nullable(values, missing, "float64")
    return pd.DataFrame(out)


def _label(c, kind):
    return ("true" if c else "false") if kind == "bool" else str(c)


class _Linear:
    def __init__(self, folder, data):
        self.model = _read(folder, data)
        self.inputs = [f["name"] for f in self.model["features"]]

    def __call__(self, table, rows):
        m, target = self.model, self.model["target"]
        z = np.tile(np.atleast_1d(np.array(m["intercept"], dtype="float64")), (rows, 1))
        for f in m["features"]:
            x = _numbers(table[f["name"]], f["name"])
            z += x[:, None] * np.atleast_1d(np.array(f["coefficient"], dtype="float64"))
        missing = ~np.isfinite(z).all(axis=1)
        if m["objective"] == "squared":
            return pd.DataFrame({"prediction": np.where(missing, np.nan, z[:, 0])})
        z[missing] = 0
        if m["objective"] == "logistic":
            e = np.exp(-np.abs(z[:, 0]))
            score = np.where(z[:, 0] >= 0, 1 / (1 + e), e / (1 + e))
            return _answer(target, (score >= 0.5).astype(int), {"score": score}, missing)
        e = np.exp(z - z.max(axis=1, keepdims=True))
        p = e / e.sum(axis=1, keepdims=True)
        names = ["score_" + _label(c, target["type"]) for c in target["classes"]]
        return _answer(target, z.argmax(axis=1), dict(zip(names, p.T)), missing)


class _Trees:
    def __init__(self, folder, data):
        import xgboost

        self.xgboost = xgboost
        self.booster = xgboost.Booster({"nthread": 1})
        self.booster.load_model(os.path.join(folder, data))
        self.target = json.loads(self.booster.attr("mlflow_c"))
        config = json.loads(self.booster.save_config())
        self.objective = config["learner"]["objective"]["name"]
        self.inputs = self.booster.feature_names

    def __call__(self, table, rows):
        x = np.column_stack([_numbers(table[n], n) for n in self.inputs]).astype("float32")
        matrix = self.xgboost.DMatrix(x, missing=np.nan)
        p = self.booster.predict(matrix, validate_features=False).astype("float64")
        none = np.zeros(rows, dtype=bool)
        if self.objective == "binary:logistic":
            return _answer(self.target, (p >= 0.5).astype(int), {"score": p}, none)
        if self.objective == "multi:softmax":
            return _answer(self.target, p.astype(int), {}, none)
        if self.objective == "multi:softprob":
            names = [_label(c, self.target["type"]) for c in self.target["classes"]]
            best = p.argmax(axis=1)
            scores = {"score": p[np.arange(rows), best]}
            scores.update(("score_" + n, v) for n, v in zip(names, p.T))
            return _answer(self.target, best, scores, none)
        return pd.DataFrame({"prediction": p})


_FLAVORS = {"linear": _Linear, "xgboost": _Trees}


class Model:
    def __init__(self, folder):
        with open(os.path.join(folder, "MLmodel"), encoding="utf-8") as f:
            ours = json.loads(re.search(r"^  mlflow_c: (\{.*\})$", f.read(), re.M).group(1))
        self.flavor = _FLAVORS[ours["flavor"]](folder, ours["data"])
        self.recipe = None
        if "recipe" in ours:
            self.recipe = _Recipe(_read(folder, ours["recipe"]), self.flavor.inputs)

    def predict(self, frame, params=None):
        frame = pd.DataFrame(frame)
        if self.recipe:
            table = self.recipe(frame)
        else:
            table = {name: _column(frame, name) for name in self.flavor.inputs}
        return self.flavor(table, len(frame)).set_index(frame.index)


def _load_pyfunc(path):
    return Model(path)
