#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Runs the cases of tests/data/parity.test through Kedro itself and compares what is expected.

For each case an equivalent Kedro pipeline is built from the same YAML with Kedro's own API: node(),
Pipeline(namespace=, inputs=, ...), Pipeline.filter(), the runner's choice of missing outputs and the
catalog's resolver of patterns. An error of Kedro stands for any error of ours. Differences on purpose
are listed under "Cases" in docs/differences.md; every other disagreement fails.

    kedro-parity.py CASES DIFFERENCES
"""
import logging
import os
import re
import sys
import tempfile
import warnings

import yaml
from kedro.io import DataCatalog
from kedro.io.catalog_config_resolver import CatalogConfigResolver
from kedro.pipeline import Pipeline, node
from kedro.runner import SequentialRunner

KEPT = ("pipeline", "catalog", "files")
LISTS = {"nodes": "node_names", "from-nodes": "from_nodes", "to-nodes": "to_nodes", "tags": "tags",
         "from-inputs": "from_inputs", "to-outputs": "to_outputs"}


def cases(path):
    title, sections, name = None, {}, None
    for line in open(path, encoding="utf-8"):
        line = line.rstrip("\n")
        if line.startswith("== "):
            if title:
                yield title, sections
            title, sections, name = line[3:], {}, None
        elif line.startswith("-- ") and title:
            name = line[3:]
            sections[name] = ""
        elif name and line:
            sections[name] += line + "\n"
    yield title, sections


def nothing(*args, **kwargs):
    return None


def as_list(value):
    return value if isinstance(value, list) else [value] if value else []


def make_node(spec):
    return node(nothing, spec.get("inputs"), spec.get("outputs"), name=spec["name"],
                tags=as_list(spec.get("tags")), confirms=as_list(spec.get("confirms")),
                namespace=spec.get("namespace"))


def as_names(value):
    return set(value) if isinstance(value, list) else value


def included(pipelines, item):
    if isinstance(item, str):
        return build(pipelines, item)
    return Pipeline(build(pipelines, item["pipeline"]), namespace=item.get("namespace"),
                    inputs=as_names(item.get("inputs")), outputs=as_names(item.get("outputs")),
                    parameters=as_names(item.get("params")), tags=as_list(item.get("tags")))


def build(pipelines, name):
    spec = pipelines[name]
    if isinstance(spec, str):
        return build(pipelines, spec)
    whole = Pipeline([make_node(n) for n in spec.get("nodes") or []])
    for item in as_list(spec.get("include")):
        whole += included(pipelines, item)
    return whole


def flags(text):
    words, out = text.split(), {}
    for word in words:
        if word.startswith("--"):
            last = word[2:]
            out[last] = ""
        else:
            out[last] = word
    return out


class Stub:
    """A catalog that knows what is ephemeral and what exists, and nothing else."""

    def __init__(self, entries, files):
        self.entries, self.files = entries, files

    def __contains__(self, name):
        return name in self.entries

    def get(self, name):
        kind = self.entries[name]["type"] == "memory"
        return type("Dataset", (), {"_EPHEMERAL": kind})()

    def exists(self, name):
        return self.entries[name].get("filepath") in self.files


def select(world, args):
    pipelines = yaml.safe_load(world["pipeline"])
    given = flags(args)
    names = given["pipelines"].split(",") if "pipelines" in given else \
        ["__default__"] if "__default__" in pipelines else list(pipelines)
    whole = sum((build(pipelines, name) for name in names), Pipeline([]))
    filters = {LISTS[k]: v.split(",") for k, v in given.items() if k in LISTS}
    if "namespaces" in given:
        filters["node_namespaces"] = given["namespaces"].split(",")
    chosen = whole.filter(**filters)
    if "only-missing-outputs" in given:
        files = [f for f in world.get("files", "").splitlines() if not f.startswith("#")]
        stub = Stub(yaml.safe_load(world.get("catalog", "")) or {}, files)
        chosen = SequentialRunner()._filter_pipeline_for_missing_outputs(chosen, stub)
    return " ".join(n.name for group in chosen.grouped_nodes for n in group)


def match(world, name):
    entries = yaml.safe_load(world["catalog"])
    resolver = CatalogConfigResolver(entries, {})
    config = entries.get(name) or resolver.resolve_pattern(name)
    return config.get("filepath", "memory")


def outcome(world, sections):
    try:
        if "match" in sections:
            return match(world, sections["match"].strip())
        return select(world, sections.get("args", ""))
    except Exception as error:  # Kedro has no common class for its errors
        return "error", f"{type(error).__name__}: {error}"


def main():
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore")
    on_purpose = set(re.findall(r"^- `(.+?)`: ", open(sys.argv[2], encoding="utf-8").read(), re.M))
    world, agreed, listed, failed = {}, 0, 0, 0
    for title, sections in cases(sys.argv[1]):
        world.update({k: sections[k] for k in KEPT if k in sections})
        if title.endswith("(ours)"):
            continue
        got, expect = outcome(world, sections), sections["expect"].strip()
        same = expect.startswith("error ") if isinstance(got, tuple) else got == expect
        if same == (title in on_purpose):
            failed += 1
            print(f"not agreed: {title}\n  ours  {expect!r}\n  kedro {got!r}")
        elif same:
            agreed += 1
        else:
            listed += 1
    print(f"{agreed} agreed, {listed} differ on purpose, {failed} not agreed")
    return 1 if failed else 0


sys.exit(main())
