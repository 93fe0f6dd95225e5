# SPDX-License-Identifier: Apache-2.0
# What nodes/*.c do, in pandas and scikit-learn: the same rows, columns, parting, model and figures. Where
# there is a choice, the faster idiom was taken: whole columns, categories rather than texts compared, the
# solver that is scikit-learn's fastest for many rows and few columns.
import numpy as np
import pandas as pd
from sklearn import metrics
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from xgboost import XGBClassifier

KEPT = ["person_age", "person_income", "person_emp_exp", "loan_amnt", "loan_int_rate", "loan_percent_income",
        "cb_person_cred_hist_length", "credit_score", "loan_status"]
ENCODINGS = {
    "person_gender": {"female": None, "male": "gender_male"},
    "person_education": {"High School": None, "Associate": "education_associate", "Bachelor": "education_bachelor",
                         "Master": "education_master", "Doctorate": "education_doctorate"},
    "person_home_ownership": {"RENT": None, "MORTGAGE": "home_mortgage", "OWN": "home_own", "OTHER": "home_other"},
    "loan_intent": {"PERSONAL": None, "EDUCATION": "intent_education", "MEDICAL": "intent_medical",
                    "VENTURE": "intent_venture", "DEBTCONSOLIDATION": "intent_debts",
                    "HOMEIMPROVEMENT": "intent_home"},
    "previous_loan_defaults_on_file": {"No": None, "Yes": "defaulted_before"},
}


def ingest(loans, p):
    if len(loans) < p["min_rows"]:
        raise ValueError(f"the source has {len(loans)} rows")
    return loans.drop_duplicates(ignore_index=True)


def clean(loans, p):
    age = loans["person_age"]
    kept = loans[loans["loan_status"].notna() & (age.isna() | (age <= p["max_age"]))].reset_index(drop=True)
    whole = {"credit_score"}  # read as floats where some are missing
    for name in kept.columns[kept.isna().any()]:
        if pd.api.types.is_numeric_dtype(kept[name]):
            kept[name] = kept[name].fillna(kept[name].quantile(0.5, interpolation="lower"))
            if name in whole:
                kept[name] = kept[name].astype("int64")
        else:
            kept[name] = kept[name].fillna(kept[name].mode()[0])
    return kept


def scatter(seed, rows):
    """A number that looks random and is the same for the same seed and row (splitmix64)."""
    z = np.uint64(seed * 0xD1342543DE82EF95 % 2**64) + rows.astype("uint64") * np.uint64(0x9E3779B97F4A7C15)
    z = (z ^ z >> np.uint64(30)) * np.uint64(0xBF58476D1CE4E5B9)
    z = (z ^ z >> np.uint64(27)) * np.uint64(0x94D049BB133111EB)
    return z ^ z >> np.uint64(31)


def draw_test(target, p):
    """The luckiest share of each class."""
    test = np.zeros(len(target), dtype=bool)
    for of_class in (0, 1):
        rows = np.flatnonzero((target != 0) == of_class)
        order = np.argsort(scatter(p["seed"], rows), kind="stable")
        test[rows[order[: int(p["test_share"] * len(rows) + 0.5)]]] = True
    return test


def features(loans, p):
    columns = {name: loans[name] for name in KEPT}
    columns["log_income"] = np.log(loans["person_income"])
    columns["log_amount"] = np.log(loans["loan_amnt"])
    columns["loan_to_income"] = loans["loan_amnt"] / loans["person_income"]
    columns["credit_years_per_age"] = loans["cb_person_cred_hist_length"] / loans["person_age"]
    for name, values in ENCODINGS.items():
        codes = pd.Categorical(loans[name], categories=list(values)).codes
        if (codes < 0).any():
            raise ValueError(f"column {name} holds an unknown value")
        for k, column in enumerate(values.values()):
            if column:
                columns[column] = codes == k
    table = pd.DataFrame(columns)
    test = draw_test(loans["loan_status"].to_numpy(), p)
    return table[~test], table[test]


def train(table, p):
    x, y = table.drop(columns=p["target"]), table[p["target"]]
    if p["flavor"] == "xgboost":
        return XGBClassifier(**p["options"]).fit(x, y)
    return make_pipeline(
        StandardScaler(), LogisticRegression(C=1 / p["l2"], max_iter=p["max_iter"], solver=p["solver"])
    ).fit(x, y)


def evaluate(model, table, p):
    x, y = table.drop(columns=p["target"]), table[p["target"]]
    score = model.predict_proba(x)[:, 1]
    called = score >= 0.5
    return {
        "rows": len(y),
        "positives": int(y.sum()),
        "auc": metrics.roc_auc_score(y, score),
        "accuracy": metrics.accuracy_score(y, called),
        "log_loss": metrics.log_loss(y, score.astype("float64")),
        "brier": metrics.brier_score_loss(y, score),
        "precision": metrics.precision_score(y, called),
        "recall": metrics.recall_score(y, called),
        "f1": metrics.f1_score(y, called),
    }
