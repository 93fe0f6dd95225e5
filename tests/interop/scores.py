# SPDX-License-Identifier: Apache-2.0
# The other side of scores.t: learns from data/04_feature/loans_train.csv, is judged by loans_test.csv, and
# compares with the report of our run. AUC may differ by 0.003, and for the linear model, whose optimum is
# one point, by 1e-5; a saved model of trees predicts in Python within 1e-6 of what our report says.
import json
import sys

import numpy as np
import pandas as pd
import xgboost as xgb
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

train, test = (pd.read_csv(f"data/04_feature/loans_{part}.csv") for part in ("train", "test"))
report = json.load(open("data/08_reporting/loan_report.json"))
x, y = train.drop(columns="loan_status"), train["loan_status"]
xt, yt = test.drop(columns="loan_status"), test["loan_status"]
print("rows and positives as ours" if (len(yt), yt.sum()) == (report["rows"], report["positives"]) else "other rows")


def judge(what, score, auc_within, loss_within):
    auc = abs(metrics.roc_auc_score(yt, score) - report["auc"])
    loss = abs(metrics.log_loss(yt, score) - report["log_loss"])
    print(f"{what}: AUC within {auc_within:g}", auc <= auc_within or auc, f"log loss within {loss_within:g}", loss <= loss_within or loss)


if sys.argv[1] == "linear":
    fit = LogisticRegression(C=1.0, solver="newton-cholesky", max_iter=100, tol=1e-9)
    judge("scikit-learn", make_pipeline(StandardScaler(), fit).fit(x, y).predict_proba(xt)[:, 1], 1e-5, 1e-5)
else:
    fit = xgb.XGBClassifier(n_estimators=60, max_depth=5, learning_rate=0.2, tree_method="hist", n_jobs=1)
    judge("xgboost", fit.fit(x, y).predict_proba(xt)[:, 1].astype(np.float64), 3e-3, 1e-2)
    ours = xgb.Booster()
    ours.load_model("data/06_models/loan_model/model.ubj")
    judge("our model in Python", ours.predict(xgb.DMatrix(xt)).astype(np.float64), 1e-6, 1e-6)
