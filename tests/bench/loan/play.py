# SPDX-License-Identifier: Apache-2.0
# Plays the loan pipeline, ours and theirs by turns, and prints what came of it; loan.sh calls it.
#
#   play.py WEIGH OUR-PROGRAM OUR-PROJECT KEDRO KEDRO-PROJECT ROUNDS ROWS FLAVORS
#
# Each case has one warm-up each, ROUNDS timed rounds each, and two weighed ones each. Both must come to
# the same numbers of rows and, within 0.003, to the same AUC.
import json
import os
import statistics
import subprocess
import sys

weigh, program, our_folder, kedro, their_folder, rounds, rows, flavors = sys.argv[1:]
rows, rounds = int(rows), int(rounds)
env = {**os.environ, "DO_NOT_TRACK": "1", "KEDRO_DISABLE_TELEMETRY": "1"}
threads = os.cpu_count()
trees = {"n_estimators": 100, "max_depth": 6, "learning_rate": 0.3, "tree_method": "hist", "n_jobs": threads, "random_state": 42}


def ours(form, flavor):
    command = [program, "run", "-q", "-p", "training", "--conf", form]
    if flavor == "xgboost":
        options = ",".join(f"train.options.{k}={v}" for k, v in trees.items())
        command += ["--params", "train.flavor=xgboost," + options]
    return our_folder, command


def theirs(form, flavor):
    command = [kedro, "run", "--env=" + form]
    if flavor == "xgboost":
        options = ",".join(f"train.options.{k}={v}" for k, v in trees.items())
        command += ["--params=train.flavor=xgboost," + options]
    return their_folder, command


def play(side, form, flavor, memory=False):
    folder, command = side(form, flavor)
    out = os.path.join(folder, "weighed")
    done = subprocess.run([weigh, *(["-m"] if memory else []), out, *command], cwd=folder, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode != 0:
        sys.exit(f"{' '.join(command)}: exit {done.returncode}\n{done.stdout[-2000:]}")
    with open(out) as f:
        wall, cpu, peak = map(float, f.read().split())
    with open(os.path.join(folder, "data/08_reporting/loan_report.json")) as f:
        report = json.load(f)
    return wall, cpu, peak, report


def spread(values, form="{:.2f}"):
    v = sorted(values)
    return " ".join(form.format(x) for x in (v[0], statistics.median(v), v[-1]))


for flavor in flavors.split():
    for form in ("csv", "memory"):
        got = {side: [] for side in (ours, theirs)}
        for r in range(rounds + 1):
            for side in got if r % 2 else reversed(got):
                result = play(side, form, flavor)
                if r:
                    got[side].append(result)
        peaks = {side: [play(side, form, flavor, memory=True)[2] for _ in range(2)] for side in got}
        a, b = got[ours][0][3], got[theirs][0][3]
        for key in ("rows", "positives"):
            if a[key] != b[key]:
                sys.exit(f"{key}: ours {a[key]}, theirs {b[key]}")
        if abs(a["auc"] - b["auc"]) > 0.003:
            sys.exit(f"auc: ours {a['auc']}, theirs {b['auc']}")
        print(f"{rows} rows, {flavor}, {form}; tested {a['rows']}, auc {a['auc']:.6f} {b['auc']:.6f}, log loss {a['log_loss']:.6f} {b['log_loss']:.6f}")
        print(f"{'':10} {'wall s: min median max':>26} {'cpu s: min median max':>26} {'peak MiB':>10}")
        for side in got:
            print(f"  {side.__name__:8} {spread([x[0] for x in got[side]]):>26} {spread([x[1] for x in got[side]]):>26} {max(peaks[side]):10.0f}")
        ratio = lambda i: spread([y[i] / x[i] for x, y in zip(got[ours], got[theirs])], "{:.1f}")
        print(f"  {'theirs/ours':8} {ratio(0):>23} {ratio(1):>26} {max(peaks[theirs]) / max(peaks[ours]):10.1f}", flush=True)
