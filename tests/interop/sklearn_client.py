# SPDX-License-Identifier: Apache-2.0
# The other side of sklearn.t: scikit-learn.
#
#   make      tables TABLE.csv, and cases: NAME TABLE a line, with NAME.json, the parameters of our node
#   compare   what scikit-learn learns of the same tables beside NAME/linear.json and NAME.csv
import csv
import json
import sys
import warnings

import numpy as np
from sklearn.linear_model import LinearRegression, LogisticRegression, Ridge

warnings.filterwarnings("ignore")
CLASSES = ["amber", "blue", "green", "red"]
EXACT = 1e-6


def tables():
    rng = np.random.default_rng(5)
    x = rng.normal(size=(1500, 6)) * [1, 10, 0.1, 2, 1, 5] + [0, 3, 1, -2, 0, 10]
    x[:, 4] = x[:, 0] * 0.7 + x[:, 4] * 0.3
    s = x[:, 0] + x[:, 1] / 10 - 4 * x[:, 2] + rng.logistic(size=len(x))
    wide = rng.normal(size=(700, 230))
    ws = wide @ rng.normal(size=230) / 8 + rng.logistic(size=700)
    kind = np.digitize(s, [-6.5, -4, -1.5])
    return {
        "two": (x, (s > -1.5).astype(int)),
        "text": (x, np.where(s > -1.5, "yes", "no")),
        "flag": (x, s > -1.5),
        "four": (x, np.array(CLASSES)[kind]),
        "whole": (x, kind * 10 - 5),
        "number": (x, s * 40 + 1000),
        "wide": (wide, (ws > 0).astype(int)),
        "widefour": (wide, np.digitize(ws, [-2, 0, 2])),
        "widenumber": (wide, ws * 3),
    }


def cases():
    logistic = {"objective": "logistic", "standardize": False}
    squared = {"objective": "squared", "standardize": False}
    for table in ["two", "text", "flag", "four", "whole"]:
        for name, more in {
            "plain": {},
            "strong": {"l2": 30},
            "free": {"l2": 0},
            "origin": {"fit_intercept": False},
            "balanced": {"class_weight": "balanced"},
            "lbfgs": {"solver": "lbfgs"},
        }.items():
            yield f"{table}-{name}", table, {**logistic, **more}
    yield "two-weights", "two", {**logistic, "class_weight": {"1": 3.5}}
    yield "four-weights", "four", {**logistic, "class_weight": {"red": 0.25, "blue": 4}, "l2": 2}
    yield "four-all", "four", {**logistic, "class_weight": "balanced", "fit_intercept": False, "solver": "lbfgs"}
    yield "wide-plain", "wide", logistic
    yield "wide-newton", "wide", {**logistic, "solver": "newton"}
    yield "widefour-plain", "widefour", {**logistic, "class_weight": "balanced", "l2": 3}
    for name, more in {"plain": {"l2": 0}, "ridge": {"l2": 25}, "origin": {"l2": 25, "fit_intercept": False},
                       "freeorigin": {"l2": 0, "fit_intercept": False}, "lbfgs": {"l2": 1, "solver": "lbfgs"}}.items():
        yield f"number-{name}", "number", {**squared, **more}
    yield "widenumber-ridge", "widenumber", {**squared, "l2": 4}


def make():
    for name, (x, y) in tables().items():
        with open(name + ".csv", "w", newline="") as f:
            w = csv.writer(f)
            w.writerow([f"x{j}" for j in range(x.shape[1])] + ["y"])
            for row, label in zip(x, y):
                label = str(label).lower() if isinstance(label, (bool, np.bool_)) else label
                w.writerow([repr(float(v)) for v in row] + [label if isinstance(label, str) else repr(label.item())])
    with open("cases", "w") as f:
        for name, table, options in cases():
            f.write(f"{name} {table}\n")
            with open(name + ".json", "w") as p:
                json.dump({"fit": {"options": options}}, p)


def learn(x, y, o):
    """scikit-learn's model of the same objective, as far as its solvers go."""
    l2, intercept = o.get("l2", 1), o.get("fit_intercept", True)
    if o["objective"] == "squared":
        m = Ridge(alpha=l2, fit_intercept=intercept, solver="cholesky") if l2 else LinearRegression(fit_intercept=intercept)
        return m.fit(x, y)
    weight = o.get("class_weight")
    if isinstance(weight, dict):
        weight = {(k if y.dtype.kind == "U" else int(k)): v for k, v in weight.items()}
    C = 1 / l2 if l2 else np.inf
    m = LogisticRegression(C=C, fit_intercept=intercept, class_weight=weight, solver="newton-cholesky", tol=1e-14, max_iter=500)
    return m.fit(x, y)


def difference(a, b):
    """The largest difference, relative to what is above 1."""
    a, b = np.asarray(a, float), np.asarray(b, float)
    assert a.shape == b.shape, (a.shape, b.shape)
    return float(np.max(np.abs(a - b) / np.maximum(1, np.abs(b))))


def compare():
    data = tables()
    for name, table, o in cases():
        x, y = data[table]
        theirs = learn(x, y, o)
        with open(f"{name}/linear.json") as f:
            ours = json.load(f)
        c = np.atleast_2d(np.array([f["coefficient"] for f in ours["features"]]).T)
        b = np.atleast_1d(ours["intercept"])
        with open(f"{name}.csv") as f:
            answer = list(csv.DictReader(f))
        want_b = np.atleast_1d(theirs.intercept_) if o.get("fit_intercept", True) else np.zeros(len(b))
        if len(b) > 1:  # one number added to all classes changes nothing: both are brought to the sum 0
            want_b = want_b - want_b.mean()
        want_c = np.atleast_2d(theirs.coef_)
        if len(b) > 1 and not o.get("l2", 1):
            want_c = want_c - want_c.mean(0)
        off = [difference(c, want_c), difference(b, want_b)]
        if o["objective"] == "squared":
            off.append(difference([r["prediction"] for r in answer], theirs.predict(x)))
            labels = 0
        else:
            p = theirs.predict_proba(x)
            names = ["score"] if len(theirs.classes_) == 2 else [f"score_{k}" for k in theirs.classes_]
            assert list(answer[0]) == ["prediction"] + names, answer[0]
            off.append(difference([[float(r[k]) for k in names] for r in answer], p[:, -len(names):]))
            labels = sum(r["prediction"] != str(t).lower() for r, t in zip(answer, theirs.predict(x)))
        good = max(off) < EXACT and labels == 0
        print(f"{name}: {'equal' if good else 'differs'} {ours['objective']} {ours['training']['solver']}"
              + ("" if good else f" by {off}, {labels} labels"))


{"make": make, "compare": compare}[sys.argv[1]]()
