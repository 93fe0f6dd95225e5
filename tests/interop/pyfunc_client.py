# SPDX-License-Identifier: Apache-2.0
# The other side of pyfunc.t: MLflow in Python.
#
#   make FOLDER                   a table of all types, with gaps, and later rows with what nobody has seen, for each
#                                 of three targets
#   same NAME:ASKED:ANSWER:TARGET... what models:/NAME@champion predicts, beside what we predicted
#   serve NAME:ASKED:ANSWER...    the same from `mlflow models serve`
import json
import os
import subprocess
import sys
import time
import urllib.request
import warnings

warnings.filterwarnings("ignore")
import numpy as np
import pandas as pd

STORE = "sqlite:///" + os.path.abspath("runs/mlflow.db")
TARGETS = ["y", "c", "t"]


def table(n, seed, cities):
    rng = np.random.default_rng(seed)
    x, size = rng.normal(size=n), np.exp(rng.normal(size=n) * 2)
    count, flag = rng.integers(0, 6, n), rng.random(n) < 0.4
    city = rng.choice(cities, n, p=np.arange(len(cities), 0, -1) / sum(range(len(cities) + 1)))
    kind = rng.choice(["low", "high", None], n)
    s = x + count / 3 + flag + (city == cities[0]) + rng.normal(size=n)
    frame = pd.DataFrame(
        {
            "id": np.arange(n),
            "x": np.where(rng.random(n) < 0.1, np.nan, x),
            "n": pd.array(np.where(rng.random(n) < 0.1, -1, count), dtype="Int64"),
            "size": np.where(rng.random(n) < 0.05, 0, size),
            "flag": np.where(rng.random(n) < 0.05, None, np.where(flag, "true", "false")),
            "city": np.where(rng.random(n) < 0.05, None, city),
            "kind": kind,
            "when": pd.to_datetime(rng.integers(-10**9, 2 * 10**9, n), unit="s").strftime("%Y-%m-%dT%H:%M:%SZ"),
            "y": (s > 1.5).astype(int),
            "c": np.array(["blau", "grün", "rot"])[np.digitize(s, [0.5, 2])],
            "t": s * 10,
        }
    )
    frame["n"] = frame["n"].mask(frame["n"] < 0)
    return frame


def make(folder):
    rows = table(600, 1, ["Bern", "Zürich", "Genf", "Basel", "Chur"])
    later = table(300, 2, ["Bern", "Zürich", "Genf", "Basel", "Paris", "東京"])
    later.loc[::7, "kind"] = "middle"
    later.loc[::11, "size"] = -3.5
    for name, frame in {"rows": rows, "later": later}.items():
        for target in TARGETS:
            frame.drop(columns=[t for t in TARGETS if t != target]).to_csv("%s/%s-%s.csv" % (folder, name, target), index=False)


def read(path):
    frame = pd.read_csv(path, keep_default_na=False, na_values=[""])
    if "when" in frame:
        frame["when"] = pd.to_datetime(frame["when"]).dt.tz_localize(None)
    if "flag" in frame:
        frame["flag"] = frame["flag"].map({True: True, False: False, "True": True, "False": False})
    return frame


def compare(got, answer):
    """What differs, column by column."""
    want = pd.read_csv(answer, keep_default_na=False, na_values=[""], skip_blank_lines=False)
    if not isinstance(got, pd.DataFrame):  # MLflow's own loader of xgboost
        got = pd.DataFrame({"score" if "score" in want else "prediction": np.asarray(got)})
        want = want[got.columns]
    if list(got.columns) != list(want.columns) or len(got) != len(want):
        return "columns %s and %s, rows %d and %d" % (list(got.columns), list(want.columns), len(got), len(want))
    worst = 0.0
    for name in want.columns:
        if (got[name].isna().to_numpy() != want[name].isna().to_numpy()).any():
            return "%s: other rows are missing" % name
        if not pd.api.types.is_numeric_dtype(want[name]):
            if not (got[name].dropna().astype(str).to_numpy() == want[name].dropna().astype(str).to_numpy()).all():
                return "%s: other classes" % name
        else:
            a, b = got[name].astype(float).to_numpy(), want[name].to_numpy()
            worst = max(worst, np.nanmax(np.abs(a - b) / np.maximum(1, np.abs(b))))
    for limit in (1e-12, 1e-6):
        if worst <= limit:
            return "%s: within %g, %d rows, %d missing" % (",".join(want.columns), limit, len(want), want["prediction"].isna().sum() if "prediction" in want else 0)
    return "differs by %g" % worst


def same(*all):
    import mlflow

    mlflow.set_tracking_uri(STORE)
    for one in all:
        same_one(mlflow, *one.split(":"))


def same_one(mlflow, name, asked, answer, target):
    model = mlflow.pyfunc.load_model("models:/%s@champion" % name)
    frame = read(asked).drop(columns=[target], errors="ignore")
    schema = model.metadata.get_input_schema()
    if schema is None:  # a baseline looks at no column
        print(name, "no inputs", compare(model.predict(frame), answer))
        return
    frame = frame[schema.input_names()]
    print(name, model.metadata.flavors["python_function"]["loader_module"], compare(model.predict(frame), answer))
    example = model.input_example if hasattr(model, "input_example") else model.metadata.load_input_example(model.metadata.artifact_path)
    print(" example:", "one row, predicted" if len(np.asarray(model.predict(example))) == 1 else "none")


def start(name, port):
    python = os.path.dirname(sys.executable)
    env = {**os.environ, "PATH": python + ":" + os.environ["PATH"], "MLFLOW_TRACKING_URI": STORE}
    command = [python + "/mlflow", "models", "serve", "-m", "models:/%s@champion" % name, "--env-manager", "local", "-p", str(port), "-h", "127.0.0.1"]
    log = open("serve-%s.log" % name, "w")
    return subprocess.Popen(command, env=env, stdout=log, stderr=subprocess.STDOUT, start_new_session=True)


def ask(port, asked):
    for _ in range(800):
        try:
            urllib.request.urlopen("http://127.0.0.1:%d/ping" % port, timeout=1)
            break
        except OSError:
            time.sleep(0.1)
    frame = read(asked).drop(columns=TARGETS, errors="ignore").astype({"when": str}).drop(columns=["id"])
    rows = [[None if isinstance(v, float) and np.isnan(v) else v for v in row] for row in frame.values.tolist()]
    body = json.dumps({"dataframe_split": {"columns": list(frame.columns), "data": rows}}).encode()
    request = urllib.request.Request("http://127.0.0.1:%d/invocations" % port, body, {"Content-Type": "application/json"})
    return pd.DataFrame(json.loads(urllib.request.urlopen(request, timeout=60).read())["predictions"])


def serve(*all):
    port = 5800 + os.getpid() % 900
    servers = [start(one.split(":")[0], port + i) for i, one in enumerate(all)]
    try:
        for i, one in enumerate(all):
            name, asked, answer = one.split(":")
            print(name, compare(ask(port + i, asked), answer))
    finally:
        for server in servers:
            os.killpg(server.pid, 15)
            server.wait(30)


{"make": make, "same": same, "serve": serve}[sys.argv[1]](*sys.argv[2:])
