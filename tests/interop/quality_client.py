# SPDX-License-Identifier: Apache-2.0
# Judges random and tied data with mlflow-c and with scikit-learn, and says where they differ.
import json
import math
import os
import subprocess

import numpy as np
from sklearn import metrics as m

program = os.environ["MLFLOW_C"]


def ours(task, columns):
    names = list(columns)
    with open("data/table.csv", "w") as f:
        f.write(",".join(names) + "\n")
        for row in zip(*columns.values()):
            f.write(",".join(repr(float(v)) for v in row) + "\n")
    subprocess.run([program, "run", "-q", "--params", "judged.task=" + task], check=True)
    with open("data/report.json") as f:
        return json.load(f)


def compare(what, got, want):
    wrong = [k for k, v in want.items()
             if not (k in got and math.isclose(got[k], v, rel_tol=1e-12, abs_tol=1e-12))]
    for k in wrong:
        print(f"{what}: {k} is {got.get(k)}, and scikit-learn says {want[k]}")
    print(f"{what}: {len(want) - len(wrong)} of {len(want)} agree")


def delong(truth, score):
    yes, no = score[truth == 1], score[truth == 0]
    psi = (yes[:, None] > no[None, :]) + 0.5 * (yes[:, None] == no[None, :])
    v10, v01 = psi.mean(axis=1), psi.mean(axis=0)
    se = math.sqrt(v10.var(ddof=1) / len(yes) + v01.var(ddof=1) / len(no))
    z = 1.959963984540054
    return [max(psi.mean() - z * se, 0), min(psi.mean() + z * se, 1)]


def binary(what, truth, score):
    got = ours("binary", {"truth": truth, "said": score})
    call = score >= 0.5
    prec, rec, _ = m.precision_recall_curve(truth, score)
    seen, said = m.confusion_matrix(truth, call), None
    want = {
        "auc": m.roc_auc_score(truth, score),
        "average_precision": m.average_precision_score(truth, score),
        "accuracy": m.accuracy_score(truth, call),
        "log_loss": m.log_loss(truth, score),
        "brier": m.brier_score_loss(truth, score),
        "precision": m.precision_score(truth, call),
        "recall": m.recall_score(truth, call),
        "f1": m.f1_score(truth, call),
        "specificity": m.recall_score(truth, call, pos_label=0),
        "balanced_accuracy": m.balanced_accuracy_score(truth, call),
        "mcc": m.matthews_corrcoef(truth, call),
        "best_f1": np.nanmax(2 * prec * rec / np.where(prec + rec > 0, prec + rec, 1)),
    }
    got["low"], got["high"] = got["intervals"]["auc"]
    want["low"], want["high"] = delong(truth, score)
    compare(what, got, want)
    assert (np.array(got["confusion"]) == seen).all()
    from sklearn.calibration import calibration_curve
    true, pred = calibration_curve(truth, score, n_bins=10)
    ids = np.searchsorted(np.linspace(0, 1, 11)[1:-1], score)
    rows = np.bincount(ids, minlength=10)
    compare(what + ", calibration", got,
            {"ece": float(np.sum(np.abs(true - pred) * rows[rows > 0]) / len(score))})


def multiclass(what, truth, scores):
    said = scores.argmax(axis=1)
    k = scores.shape[1]
    got = ours("multiclass", {"truth": truth, "said": said,
                              **{f"score_{i}": scores[:, i] for i in range(k)}})
    kind = dict(average="macro", zero_division=0)
    compare(what, got, {
        "accuracy": m.accuracy_score(truth, said),
        "balanced_accuracy": m.balanced_accuracy_score(truth, said),
        "precision_macro": m.precision_score(truth, said, **kind),
        "recall_macro": m.recall_score(truth, said, **kind),
        "f1_macro": m.f1_score(truth, said, **kind),
        "f1_weighted": m.f1_score(truth, said, average="weighted"),
        "kappa": m.cohen_kappa_score(truth, said),
        "mcc": m.matthews_corrcoef(truth, said),
        "log_loss": m.log_loss(truth, scores),
        "auc_macro": m.roc_auc_score(truth, scores, multi_class="ovr"),
    })


def numbers(what, truth, said):
    compare(what, ours("regression", {"truth": truth, "said": said}), {
        "rmse": math.sqrt(m.mean_squared_error(truth, said)),
        "mae": m.mean_absolute_error(truth, said),
        "r2": m.r2_score(truth, said),
        "median_ae": m.median_absolute_error(truth, said),
        "max_error": m.max_error(truth, said),
        "mape": m.mean_absolute_percentage_error(truth, said),
        "bias": float(np.mean(said - truth)),
    })


rng = np.random.default_rng(7)
x = rng.normal(size=3000)
p = 1 / (1 + np.exp(-x))
truth = (rng.random(3000) < p).astype(int)
binary("random", truth, p)
binary("tied", truth, np.round(p, 1))
binary("rare", (rng.random(3000) < 0.02).astype(int), rng.random(3000))
binary("certain", truth, np.where(rng.random(3000) < 0.3, np.round(p), p))
binary("few", np.array([0, 1, 1, 0, 1]), np.array([0.1, 0.9, 0.4, 0.4, 0.8]))
raw = np.exp(rng.normal(size=(2000, 4)))
multiclass("four classes", rng.integers(0, 4, 2000), raw / raw.sum(axis=1, keepdims=True))
raw = np.round(np.exp(rng.normal(size=(500, 3))) * 4 + 1)
multiclass("tied classes", rng.integers(0, 3, 500), raw / raw.sum(axis=1, keepdims=True))
y = rng.normal(size=2500) * 10 + 50
numbers("numbers", y, y + rng.normal(size=2500) * 3)
numbers("rounded numbers", np.round(y), np.round(y + rng.normal(size=2500) * 3))
numbers("an even few", np.array([1.0, 2, 4, 8]), np.array([1.5, 2, 3, 9]))
