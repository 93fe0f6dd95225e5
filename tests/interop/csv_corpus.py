# SPDX-License-Identifier: Apache-2.0
"""Awkward CSV files, read by pandas and by mlflow-c, compared value for value.

    csv_corpus.py write FOLDER     makes the files and a catalog that names them
    csv_corpus.py compare FOLDER   reads both sides; prints a line a file, exit 1 if one is not as it should be

Where the two are to differ, both sides' results stand here with the reason. pandas is asked for what it can be
asked for: that nothing but an empty field is null, and that columns keep their type with nulls.
"""
import io
import json
import math
import os
import subprocess
import sys
import warnings

NULL = None
ERR = "error"


def case(name, data, *, ours=None, pandas=None, why=None, opts="", kw=None):
    return dict(name=name, data=data if isinstance(data, bytes) else data.encode(), ours=ours, pandas=pandas,
                why=why, opts=opts, kw=kw or {})


LONG = "x" * ((1 << 20) - 1)
CASES = [
    case("plain", "a,b\n1,x\n2,y\n"),
    case("no_final_newline", "a,b\n1,x\n2,y"),
    case("crlf", "a,b\r\n1,x\r\n2,y\r\n"),
    case("lone_cr", "a,b\r1,x\r2,y\r"),
    case("mixed_ends", "a,b\n1,x\r\n2,y\n"),
    case("bom", b"\xef\xbb\xbfa,b\n1,x\n"),
    case("header_only", "a,b\n", ours=[], pandas=[]),
    case("empty_file", "", ours=ERR, pandas=ERR),
    case("one_column", "a\n1\n2\n3\n"),
    case("one_column_nulls", "a\n1\n\n3\n", ours=[[1], [NULL], [3]], pandas=[[1], [3]],
         why="in a table of one column a line without anything is a row with null, or it could not be written"),
    case("blank_lines", "a,b\n1,x\n\n\n2,y\n\n"),
    case("quoted", 'a,b\n1,"x, y"\n2,"z"\n'),
    case("doubled_quotes", 'a,b\n1,"say ""hi"""\n2,""""\n'),
    case("newline_inside", 'a,b\n1,"x\ny"\n2,"p\r\nq"\n'),
    case("quoted_empty", 'a,b\n1,""\n2,\n', ours=[[1, ""], [2, NULL]], pandas=[[1, NULL], [2, NULL]],
         why="an empty text and a null are two things"),
    case("quoted_blanks", 'a,b\n1," x "\n2,"\ty"\n'),
    case("blanks_around", "a,b\n1, x \n2,\ty\n", ours=[[1, "x"], [2, "y"]], pandas=[[1, " x "], [2, "\ty"]],
         why="blanks around a field that is not quoted do not count"),
    case("blank_before_quote", 'a,b\n1, "x"\n', ours=[[1, "x"]], pandas=[[1, ' "x"']], why="the same"),
    case("quote_inside", 'a,b\n1,x"y\n', ours=ERR, pandas=[[1, 'x"y']],
         why="a quote inside a field that is not quoted is a mistake of the writer"),
    case("text_after_quote", 'a,b\n1,"x"y\n', ours=ERR, pandas=[[1, "xy"]], why="the same"),
    case("open_quote", 'a,b\n1,"x\n2,y\n', ours=ERR, pandas=ERR),
    case("short_row", "a,b,c\n1,2,3\n4,5\n", ours=ERR, pandas=[[1, 2, 3], [4, 5, NULL]],
         why="a row with fields missing is not filled up"),
    case("long_row", "a,b\n1,2\n3,4,5\n", ours=ERR, pandas=ERR),
    case("nul_byte", b"a,b\n1,x\x00y\n", ours=ERR, pandas=[[1, "x\x00y"]], why="the file is damaged, or no text"),
    case("duplicate_name", "a,a\n1,2\n", ours=ERR, pandas=[[1, 2]], why="pandas calls the second one a.1"),
    case("empty_name", "a,\n1,2\n", ours=ERR, pandas=[[1, 2]], why="pandas calls it Unnamed: 1"),
    case("not_utf8", b"a,b\n1,Stra\xdfe\n", ours=ERR, pandas=ERR),
    case("latin1", b"a,b\n1,Stra\xdfe\n2,\xe9t\xe9\n", opts="encoding: latin-1", kw=dict(encoding="latin-1")),
    case("utf8_lengths", "a,b\n1,\u00e9\n2,\u20ac\n3,\U0001f40c\n"),
    case("semicolon", "a;b\n1;x,y\n", opts="sep: ';'", kw=dict(sep=";")),
    case("tab", "a\tb\n1\tx y\n", opts='sep: "\\t"', kw=dict(sep="\t")),
    case("pipe", "a|b\n1|x\n", opts="sep: '|'", kw=dict(sep="|")),
    case("blank_sep", "a b\n1 x\n", opts="sep: ' '", kw=dict(sep=" ")),
    case("colon", "a:b\n1:x\n", opts="sep: ':'", kw=dict(sep=":")),
    case("quotechar", "a,b\n1,'x, y'\n2,'it''s'\n", opts='quotechar: "\'"', kw=dict(quotechar="'")),
    case("skiprows", "made by hand\n;;\na,b\n1,x\n", opts="skiprows: 2", kw=dict(skiprows=2)),
    case("usecols", "a,b,c\n1,x,2\n3,y,4\n", opts="usecols: [a, c]", kw=dict(usecols=["a", "c"])),
    case("na_values", "a,b\nNA,x\n2,-\n", opts="na_values: [NA, '-']", kw=dict(na_values=["NA", "-", ""])),
    case("na_is_text", "a,b\nNA,x\nnull,y\n"),
    case("dates", "a,d\n1,2024-02-29\n2,2025-12-31T23:59:59.123456\n", opts="parse_dates: d",
         kw=dict(parse_dates=["d"], date_format="ISO8601")),
    case("dates_with_zone", "a,d\n1,2024-02-29T12:00:00+02:00\n2,2024-03-01T00:00:00Z\n", opts="parse_dates: d",
         kw=dict(parse_dates=["d"], date_format="ISO8601"),
         ours=[[1, "2024-02-29T10:00:00"], [2, "2024-03-01T00:00:00"]],
         pandas=[[1, "2024-02-29T12:00:00+02:00"], [2, "2024-03-01T00:00:00Z"]],
         why="all points in time are in UTC; pandas leaves zones that differ as text"),
    case("floats", "a\n0.1\n1e5\n.5\n5.\n-2.5\n123456789.123456789\n1e-5\n",
         why="the same doubles, bit for bit"),
    case("zeros", "a,b\n-0.0,1\n0.0,2\n"),
    case("subnormals", "a\n5e-324\n2.2250738585072014e-308\n1e-310\n1.7976931348623157e308\n",
         kw=dict(float_precision="round_trip")),
    case("many_digits", "a\n0.1000000000000000055511151231257827\n9007199254740993.0\n3.14159265358979323846\n",
         kw=dict(float_precision="round_trip")),
    case("huge", "a\n1e400\n-1e400\n", ours=[["1e400"], ["-1e400"]], pandas=[[math.inf], [-math.inf]],
         why="a number that no double holds is not made infinite; it stays text"),
    case("inf_nan", "a\ninf\n-inf\n1.5\n"),
    case("plus", "a\n+5\n7\n", ours=[["+5"], ["7"]], pandas=[[5], [7]], why="+5 names something, as +49 does"),
    case("leading_zeros", "a\n007\n012\n", ours=[["007"], ["012"]], pandas=[[7], [12]],
         why="007 names something: it stays text unless dtype says it is a number"),
    case("underscore", "a\n1_000\n2\n"),
    case("hex", "a\n0x10\n2\n"),
    case("int_limits", "a\n9223372036854775807\n-9223372036854775808\n9007199254740993\n"),
    case("beyond_int64", "a\n9223372036854775808\n1\n", ours=[["9223372036854775808"], ["1"]],
         pandas=[[9223372036854775808], [1]], why="there are no unsigned columns, and a double would lose digits"),
    case("int_and_float", "a\n1\n2.5\n3\n"),
    case("int_with_null", "a,b\n1,x\n,y\n3,z\n"),
    case("all_null", "a,b\n,1\n,2\n"),
    case("booleans", "a,b\ntrue,1\nfalse,2\n"),
    case("boolean_spellings", "a,b\nTRUE,1\nFalse,2\n", ours=[["TRUE", 1], ["False", 2]], pandas=[[True, 1], [False, 2]],
         why="booleans are written true and false"),
    case("mixed_column", "a\n1\nx\n2.5\n"),
    case("late_text", "a\n" + "1\n" * 65536 + "x\n", ours=ERR, pandas="skip",
         why="a type that was inferred is a promise: pandas makes a column of mixed objects or texts of it"),
    case("wide", ",".join(f"c{i}" for i in range(4096)) + "\n" + ",".join(map(str, range(4096))) + "\n"),
    case("too_wide", ",".join(f"c{i}" for i in range(4097)) + "\n" + ",".join(map(str, range(4097))) + "\n", ours=ERR,
         pandas="skip", why="at most 4,096 columns"),
    case("long_field", "a,b\n1," + LONG + "\n"),
    case("too_long_field", "a,b\n1," + LONG + "xx\n", ours=ERR, pandas="skip", why="a field is at most 1 MiB"),
    case("across_64", 'a,b\n1,"' + "y" * 55 + '","z"\n'.replace(',"z"', "") + '2,"""q"""\n'),
    case("across_4k", "a,b\n" + "".join(f'{i},"{"v" * (1 + i % 70)}"\n' for i in range(1, 400))),
    case("across_256k", "a,b\n" + "".join(f'{i},"w, {"w" * (i % 97)}"\n' for i in range(1, 6000))),
]


def write(folder):
    os.makedirs(f"{folder}/conf/base", exist_ok=True)
    os.makedirs(f"{folder}/data", exist_ok=True)
    with open(f"{folder}/conf/base/catalog.yml", "w") as catalog:
        for c in CASES:
            with open(f"{folder}/data/{c['name']}.csv", "wb") as f:
                f.write(c["data"])
            catalog.write(f"{c['name']}: {{type: csv, filepath: data/{c['name']}.csv, load_args: {{{c['opts']}}}}}\n")


def same(x, y):
    if isinstance(x, float) or isinstance(y, float):
        if isinstance(x, bool) or isinstance(y, bool) or not isinstance(x, (int, float)) or not isinstance(y, (int, float)):
            return False
        return repr(float(x)) == repr(float(y)) and (isinstance(x, float) or float(x) == x)
    return type(x) is type(y) and x == y


def plain(v):
    """A value of pandas as one of ours."""
    import pandas as pd
    if v is None or v is pd.NaT or (not isinstance(v, str) and pd.isna(v) is True):
        return NULL
    if isinstance(v, pd.Timestamp):
        return v.isoformat() if v.tz is None else str(v)
    return v.item() if hasattr(v, "item") else v


def by_pandas(c):
    import pandas as pd
    warnings.simplefilter("ignore")
    kw = dict(keep_default_na=False, na_values=[""], dtype_backend="numpy_nullable")
    kw.update(c["kw"])
    try:
        frame = pd.read_csv(io.BytesIO(c["data"]), **kw)
    except Exception:
        return ERR
    return [[plain(v) for v in row] for row in frame.astype(object).itertuples(index=False, name=None)]


def by_us(c, folder):
    p = subprocess.run(["mlflow-c", "--project", folder, "catalog", "preview", c["name"], "--rows", "100000", "--json"],
                       capture_output=True)
    if p.returncode:
        return ERR
    data = json.loads(p.stdout, parse_int=lambda s: -0.0 if s == "-0" else int(s))["data"]
    types = [col["type"] for col in data["columns"]]

    def value(v, t):
        if t == "timestamp" and v is not None:
            return v.removesuffix("Z")
        return {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}.get(v, v) if t == "float64" else v
    return [[value(v, t) for v, t in zip(row.values(), types)] for row in data["head"]]


def equal(a, b):
    if isinstance(a, str) or isinstance(b, str):
        return a == b
    return len(a) == len(b) and all(len(x) == len(y) and all(map(same, x, y)) for x, y in zip(a, b))


def brief(rows):
    text = repr(rows)
    return text if len(text) < 200 else text[:200] + "..."


def compare(folder):
    bad = 0
    for c in CASES:
        ours = by_us(c, folder)
        theirs = "skip" if c["pandas"] == "skip" else by_pandas(c)
        if c["ours"] is None:
            good, word = equal(ours, theirs) and ours != ERR, "equal"
        else:
            good = equal(ours, c["ours"]) and (theirs == "skip" or equal(theirs, c["pandas"]))
            word = "as meant" if c["ours"] != c["pandas"] else "equal"
        bad += not good
        if good:
            print(f"{c['name']}: {word}{': ' + c['why'] if c['why'] and word == 'as meant' else ''}")
        else:
            print(f"{c['name']}: WRONG\n  ours   {brief(ours)}\n  pandas {brief(theirs)}")
    print(f"{len(CASES)} files, {bad} wrong")
    return bad > 0


if __name__ == "__main__":
    if sys.argv[1] == "write":
        write(sys.argv[2])
    else:
        sys.exit(compare(sys.argv[2]))
