# SPDX-License-Identifier: Apache-2.0
# openlineage_events.py check FILE: every line is an event by the classes that openlineage-python generates from
# the published schemas, strictly: no key they do not know, none missing, every type, every facet under its
# own name and schema. openlineage_events.py broken FILE: the same must refuse each of several spoilt copies.
# openlineage_events.py serve FOLDER: an https server with a certificate of its own, in ca.pem; it writes its
# port to `port`, and the events it gets to `got`.
import copy, importlib, json, pathlib, pkgutil, sys, types, typing
import attr
import openlineage.client.generated as generated
from openlineage.client.generated import base

modules = [importlib.import_module(f"{generated.__name__}.{m.name}") for m in pkgutil.iter_modules(generated.__path__)]
classes = {c for m in modules for c in vars(m).values() if isinstance(c, type) and attr.has(c)}
by_schema = {c._get_schema(): c for c in classes if hasattr(c, "_get_schema") and issubclass(c, base.BaseFacet)}


def facet_name(cls):
    name = cls.__name__
    for end in ("InputDatasetFacet", "OutputDatasetFacet", "DatasetFacet", "RunFacet", "JobFacet"):
        if name.endswith(end):
            name = name[: -len(end)]
            break
    snake = {"ProcessingEngine": "processing_engine"}
    other = {"DatasetVersion": "version"}
    return snake.get(name) or other.get(name) or name[0].lower() + name[1:]


def fits(value, wanted, at):
    origin, args = typing.get_origin(wanted), typing.get_args(wanted)
    if wanted is typing.Any:
        return value
    if origin in (typing.Union, types.UnionType):
        problems = []
        for one in args:
            try:
                return fits(value, one, at)
            except ValueError as e:
                problems.append(str(e))
        raise ValueError(" or ".join(problems))
    if origin is list:
        if not isinstance(value, list):
            raise ValueError(f"{at}: no list")
        return [fits(v, args[0], f"{at}[{i}]") for i, v in enumerate(value)]
    if origin is dict:
        if not isinstance(value, dict):
            raise ValueError(f"{at}: no object")
        if isinstance(args[1], type) and issubclass(args[1], base.BaseFacet):
            return {k: facet(k, v, args[1], f"{at}.{k}") for k, v in value.items()}
        return {k: fits(v, args[1], f"{at}.{k}") for k, v in value.items()}
    if attr.has(wanted):
        return build(wanted, value, at)
    if isinstance(wanted, type) and issubclass(wanted, base.EventType):
        return wanted(value)
    kinds = {int: int, str: str, bool: bool, float: (int, float), type(None): type(None)}
    if not isinstance(value, kinds[wanted]) or (isinstance(value, bool) and wanted is not bool):
        raise ValueError(f"{at}: {value!r} is no {wanted.__name__}")
    return value


def build(cls, data, at):
    if not isinstance(data, dict):
        raise ValueError(f"{at}: no object")
    hints = typing.get_type_hints(cls)
    fields = {f.name: f for f in attr.fields(cls)}
    given = {}
    for key, value in data.items():
        if key not in fields:
            raise ValueError(f"{at}: {cls.__name__} knows no {key}")
        value = fits(value, hints[key], f"{at}.{key}")
        if fields[key].init:
            given[fields[key].alias] = value
    for f in fields.values():
        if f.init and f.default is attr.NOTHING and f.alias not in given:
            raise ValueError(f"{at}: {f.name} is missing")
    return cls(**given)


def facet(name, data, kind, at):
    if not isinstance(data, dict) or not data.get("_producer") or not data.get("_schemaURL"):
        raise ValueError(f"{at}: no _producer or _schemaURL")
    cls = by_schema.get(data["_schemaURL"])
    if not cls:
        raise ValueError(f"{at}: no schema {data['_schemaURL']}")
    # what an output breaks has no place but the facets of the dataset, where every facet may stand
    free = cls.__name__ == "DataQualityAssertionsDatasetFacet" and kind is base.DatasetFacet
    if not issubclass(cls, kind) and not free:
        raise ValueError(f"{at}: {cls.__name__} is no {kind.__name__}")
    if facet_name(cls) != name:
        raise ValueError(f"{at}: {cls.__name__} is called {facet_name(cls)}")
    build(cls, data, at)
    return cls(**{attr.fields_dict(cls)[k].alias: v for k, v in data.items() if attr.fields_dict(cls)[k].init})


def check(event):
    for key in ("eventType", "eventTime", "producer", "schemaURL", "run", "job"):
        if not event.get(key):
            raise ValueError(f"{key} is missing")
    if event["schemaURL"] != base.RunEvent._get_schema():
        raise ValueError(f"schema {event['schemaURL']}")
    if not event["eventTime"].endswith("Z"):
        raise ValueError("no zone")
    built = build(base.RunEvent, event, "event")
    # what the client would send of it is what there was
    sent = json.loads(__import__("openlineage.client.serde", fromlist=["Serde"]).Serde.to_json(built))
    if sent["run"]["runId"] != event["run"]["runId"] or sent["job"]["name"] != event["job"]["name"]:
        raise ValueError("the client says something else")


def paired(events):
    """One START and one end of every run, START first; nodes point to a run that has begun and not ended."""
    state = {}
    for e in events:
        run, kind = e["run"]["runId"], e["eventType"]
        parent = e["run"]["facets"].get("parent")
        if parent and state.get(parent["run"]["runId"]) != "START":
            raise ValueError("the parent is not there")
        if (kind == "START") == (run in state) or state.get(run, "START") != "START":
            raise ValueError(f"{kind} of {e['job']['name']} after {state.get(run)}")
        state[run] = kind
    open_ = [r for r, k in state.items() if k == "START"]
    if open_:
        raise ValueError(f"{len(open_)} are open")
    return len(state)


def spoil(e):
    def edit(say, change):
        copied = copy.deepcopy(e)
        change(copied)
        return say, copied

    yield edit("no run", lambda x: x.pop("run"))
    yield edit("no job name", lambda x: x["job"].pop("name"))
    yield edit("a run id that is no UUID", lambda x: x["run"].update(runId="019467e7"))
    yield edit("a day for a time", lambda x: x.update(eventTime="2025-01-15Z"))
    yield edit("no such type", lambda x: x.update(eventType="DONE"))
    yield edit("a facet without a producer", lambda x: x["run"]["facets"]["parent"].pop("_producer"))
    yield edit("a facet of another name", lambda x: x["run"]["facets"].update(father=x["run"]["facets"].pop("parent")))
    yield edit("a parent without a job", lambda x: x["run"]["facets"]["parent"].pop("job"))
    yield edit("rows as text", lambda x: x["outputs"][0]["outputFacets"]["outputStatistics"].update(rowCount="7"))
    yield edit("a key nobody knows", lambda x: x["outputs"][0].update(path="x"))
    yield edit("a field without a name", lambda x: x["outputs"][0]["facets"]["schema"]["fields"][0].pop("name"))


def serve(folder):
    import http.server, ssl, trustme

    folder = pathlib.Path(folder)
    ca = trustme.CA()
    ca.cert_pem.write_to_path(folder / "ca.pem")

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            with open(folder / "got", "ab") as f:
                f.write(body + b"\n")
            self.send_response(201 if self.headers["Authorization"] == "Bearer key" else 401)
            self.end_headers()

        def log_message(self, *args):
            pass

    server = http.server.HTTPServer(("localhost", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    ca.issue_cert("localhost").configure_cert(context)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    (folder / "port.new").write_text(f"{server.server_port}\n")
    (folder / "port.new").rename(folder / "port")
    server.serve_forever()


def main():
    if sys.argv[1] == "serve":
        return serve(sys.argv[2])
    events = [json.loads(line) for line in open(sys.argv[2])]
    if sys.argv[1] == "check":
        for i, e in enumerate(events):
            try:
                check(e)
            except (ValueError, TypeError, KeyError) as problem:
                print(f"event {i + 1}, {e.get('eventType')} {e.get('job', {}).get('name')}: {problem}")
        print(f"{len(events)} events of {paired(events)} runs")
        facets = {}
        for e in events:
            for where, of in [("run", [e["run"]]), ("job", [e["job"]]), ("input", e["inputs"]), ("output", e["outputs"])]:
                for d in of:
                    for kind in ("facets", "inputFacets", "outputFacets"):
                        for name in d.get(kind, {}):
                            facets[f"{where}.{kind}.{name}"] = facets.get(f"{where}.{kind}.{name}", 0) + 1
        print("\n".join(f"  {k} {v}" for k, v in sorted(facets.items())))
        return
    whole = next(e for e in events if e["eventType"] == "COMPLETE" and e["outputs"]
                 and "schema" in e["outputs"][0].get("facets", {}))
    check(whole)
    for say, e in spoil(whole):
        try:
            check(e)
            print(f"{say}: taken")
        except (ValueError, TypeError, KeyError, AttributeError):
            print(f"{say}: refused")


main()
