# Awkward CSV files, read by pandas and by mlflow-c, and compared cell by cell: nulls, texts, booleans, points
# in time, and numbers bit for bit.
#
#	csv_corpus.py            compares them all in the project that is the current folder
#	csv_corpus.py NAME ...   shows what both make of these
#
# In some of them the two differ on purpose. Then the table `differ` says why, and what each of the two makes of
# the file: a table is a dict of columns, a failure is Fails with a part of its message. Both are checked.
#
# mlflow-c hands the table to a node, which writes it as jsonl; the types of the columns are from `catalog
# preview`. pandas may not guess what is null: see read_pandas.
import datetime
import io
import json
import math
import pathlib
import re
import struct
import subprocess
import sys
import warnings

import pandas as pd

warnings.simplefilter("ignore")

# --- values -----------------------------------------------------------------------------------------------


class Time(str):
    """A point in time, as ISO 8601 in UTC."""


class Fails(str):
    """What a message says."""


def bits(v):
    return "nan" if math.isnan(v) else struct.pack(">d", v).hex()


def micros(text):
    t = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    if t.tzinfo is None:
        t = t.replace(tzinfo=datetime.timezone.utc)
    return (t - datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)) // datetime.timedelta(microseconds=1)


def same(v):
    """A value so that == of it is being the same value of the same type."""
    if v is None:
        return None
    if isinstance(v, Time):
        return ("time", micros(v))
    return (type(v).__name__, bits(v) if isinstance(v, float) else v)


def same_table(t):
    if isinstance(t, Fails):
        return t
    return [(name, [same(v) for v in column]) for name, column in t.items()]


# --- pandas -----------------------------------------------------------------------------------------------


def pandas_value(v, dtype):
    if v is pd.NA or v is pd.NaT or v is None or (isinstance(v, float) and dtype == object and math.isnan(v)):
        return None
    if isinstance(v, (pd.Timestamp, datetime.datetime)):
        t = pd.Timestamp(v)
        t = t.tz_localize("UTC") if t.tzinfo is None else t.tz_convert("UTC")
        return Time(t.isoformat())
    return v.item() if hasattr(v, "item") else v


def read_pandas(data, options):
    """Null is what has nothing in it; types can hold nulls."""
    how = dict(
        dtype_backend="numpy_nullable",
        keep_default_na=False,
        na_values=[""],
        low_memory=False,
        encoding="utf-8",
    )
    if "parse_dates" in options:
        how["date_format"] = "ISO8601"
    try:
        f = pd.read_csv(io.BytesIO(data), **(how | options))
    except Exception as e:
        return Fails(f"{type(e).__name__}: {e}")
    return {name: [pandas_value(v, f[name].dtype) for v in f[name].array] for name in f.columns}


# --- mlflow-c ---------------------------------------------------------------------------------------------


def ours_value(v, kind):
    if v is None or kind in ("int64", "bool", "utf8"):
        return v
    if kind == "timestamp":
        return Time(v)
    return {"NaN": math.nan, "Infinity": math.inf, "-Infinity": -math.inf}[v] if isinstance(v, str) else float(v)


def failure(answer):
    """The first message of a JSON answer; a caret is under it where it names a place."""
    e = json.loads(answer.splitlines()[0])["data"][0]
    return Fails(f"{e['code']} {e['message']}")


def read_ours(data, options):
    pathlib.Path("data/case.csv").write_bytes(data)
    case = {"type": "csv", "filepath": "data/case.csv"} | ({"load_args": options} if options else {})
    seen = {"type": "jsonl", "filepath": "data/seen.jsonl"}
    pathlib.Path("conf/base/catalog.yml").write_text(json.dumps({"case": case, "seen": seen}))
    looked = subprocess.run(
        ["mlflow-c", "catalog", "preview", "case", "--rows", "1", "--json"], capture_output=True, text=True
    )
    ran = subprocess.run(["mlflow-c", "run", "--in-process", "-q"], capture_output=True, text=True)
    if looked.returncode:
        if ran.returncode == 0:
            raise AssertionError("the preview failed, but the run did not")
        return failure(looked.stdout)
    if ran.returncode:  # further behind than the preview looks
        said = re.search(r"error\[(\w+)\]: input `case`: (.*)", ran.stderr)
        return Fails(f"{said[1]} {said[2]}" if said else ran.stderr)
    kinds = {c["name"]: c["type"] for c in json.loads(looked.stdout)["data"]["columns"]}
    rows = [json.loads(row) for row in pathlib.Path("data/seen.jsonl").read_text().split("\n") if row]
    return {name: [ours_value(row[name], kind) for row in rows] for name, kind in kinds.items()}


# --- the files --------------------------------------------------------------------------------------------

cases = []


def case(name, data, load=None, **options):
    """load: load_args of the catalog; options: those of pandas."""
    cases.append((name, data, load or {}, options))


TEXT = {"dtype": "string"}  # to pandas: what is in the file, and no guesses

# line ends, ends of files
case("bom", b"\xef\xbb\xbfa,b\n1,x\n")
case("bom before a quote", b'\xef\xbb\xbf"a",b\n1,x\n')
case("crlf", b"a,b\r\n1,x\r\n2,y\r\n")
case("cr alone", b"a,b\r1,x\r2,y\r")
case("mixed line ends", b"a,b\n1,x\r\n2,y\r3,z\n")
case("no line end at the end", b"a,b\n1,x\n2,y")
case("no line end behind a quote", b'a,b\n1,"x"')
case("no line end behind a separator", b"a,b\n1,x\n2,")
case("line ends in quotes", b'a,b\n1,"x\ny\r\nz"\n2,"\n"\n')
case("a lone cr in quotes", b'a,b\n1,"x\ry"\n')
case("line ends in a quoted header", b'"a\nb",c\n1,2\n')
case("blank lines in the middle and at the end", b"a,b\n1,x\n\n\n2,y\n\n\n")
case("blank lines in front", b"\n\r\na,b\n1,x\n")
case("a line of blanks", b"a,b\n1,x\n  \t \n2,y\n")
case("header only", b"a,b\n")
case("header without a line end", b"a,b")
case("one row", b"a,b\n1,x\n")
case("one column", b"a\n1\n2\n")
case("one column with nulls", b"a\n1\n\n2\n")
case("one column with nulls, crlf", b"a\r\nx\r\n\r\ny\r\n")
case("one column with nulls at the end", b"a\n1\n\n")
case("one column, separators only", b"a,b\n,\n,\n")
case("nothing at all", b"")
case("a byte order mark only", b"\xef\xbb\xbf")
case("line ends only", b"\n\r\n\n")

# quotes, blanks
case("doubled quotes", b'a,b\n1,"x""y"\n2,""""\n3,"""x"""\n')
case("separators in quotes", b'a,b\n1,"x,y"\n2,",,"\n')
case("a quoted number", b'a,b\n"1","2.5"\n"3","4"\n')
case("a quote in the middle", b'a,b\n1,x"y\n2,z\n')
case("text behind a closing quote", b'a,b\n1,"x"y\n2,z\n')
case("blanks behind a closing quote", b'a,b\n1,"x" \n2,"y"\t\n')
case("blanks before an opening quote", b'a,b\n1, "x"\n2,y\n')
case("an unended quote", b'a,b\n1,x\n2,"y\n3,z\n')
case("quoted blanks", b'a,b\n1," x "\n2,"\t"\n')
case("blanks around fields", b"a , b\n1, x y \n 2\t,\tz\n", **TEXT)
case("blanks around numbers", b"a,b\n1 , 2.5\n 3,\t4 \n")
case("nothing but blanks", b"a,b\n1, \n2,x\n")
case("quoted nothing", b'a,b\n1,""\n2,\n3,x\n')
case("quoted nothing in one column", b'a\n""\n\nx\n')
case("backslashes", rb"a,b" b"\n" rb"1,x\ny" b"\n" rb"2,\"" b"\n")
case("backslashes in quotes", b'a,b\n1,"x\\"\n2,"\\n"\n')

# separators, quotechar, encodings, and the other options
case("semicolons", b"a;b\n1;x,y\n2;\n", load={"sep": ";"}, sep=";")
case("tabs", b"a\tb\n1\tx y\n\tz\n", load={"sep": "\t"}, sep="\t")
case("tabs and blanks", b"a\tb\n1\t x \n", load={"sep": "\t"}, sep="\t")
case("pipes", b'a|b\n1|"x|y"\n', load={"sep": "|"}, sep="|")
case("blanks as separators", b"a b\n1 x\n 2\n", load={"sep": " "}, sep=" ")
case("colons", b'a:b\n12:30\n1:"10:30"\n', load={"sep": ":"}, sep=":")
case("single quotes", b"a,b\n1,'x,y'\n2,'it''s'\n3,\"z\"\n", load={"quotechar": "'"}, quotechar="'")
case("latin-1", b"gr\xf6\xdfe,b\n1,\xe9\n2,\xff\x80\n", load={"encoding": "latin-1"}, encoding="latin-1")
case("latin-1 across a block", b"a,b\n" + b"1,\xe9\xe8x\n" * 60000, load={"encoding": "latin-1"}, encoding="latin-1")
case("skiprows", b"made by hand\n\na,b\n1,x\n", load={"skiprows": 2}, skiprows=2)
case("skiprows over a quote", b"it's 5\" long\na,b\n1,x\n", load={"skiprows": 1}, skiprows=1)
case("skiprows with crlf", b"x\r\ny\r\na,b\r\n1,x\r\n", load={"skiprows": 2}, skiprows=2)
case("skiprows behind the end", b"a,b\n1,x\n", load={"skiprows": 2}, skiprows=2)
case("usecols", b"a,b,c\n1,x,2.5\n2,y,3.5\n", load={"usecols": ["c", "a"]}, usecols=["c", "a"])
case("usecols that is not there", b"a,b\n1,x\n", load={"usecols": ["z"]}, usecols=["z"])
case("usecols beside what does not fit", b"a,b\n1,x\n2\n", load={"usecols": ["a"]}, usecols=["a"])
case("na_values", b"a,b,c\n1,NA,-\n-,x,\n3,n/a,y\n", load={"na_values": ["NA", "-"]}, na_values=["", "NA", "-"])
case("na_values and numbers", b"a,b\n-1,2\n-1.0,-1\n", load={"na_values": ["-1"]}, na_values=["", "-1"])
case("NA without na_values", b"a,b\nNA,NULL\nN/A,None\n")
case("dtype", b"a,b,c\n007,1,2\n008,,3\n", load={"dtype": {"a": "utf8", "b": "float64", "c": "int64"}},
     dtype={"a": "string", "b": "Float64", "c": "Int64"})
case("dtype of everything", b"a,b\n1,true\n007,\n", load={"dtype": "utf8"}, **TEXT)
case("whole floats declared int64", b"a\n22.0\n23.0\n", load={"dtype": "int64"}, dtype="Int64")
case("fractions declared int64", b"a\n22.5\n", load={"dtype": "int64"}, dtype="Int64")

# numbers
case("floats", b"a\n1e5\n.5\n5.\n-0.0\n0.1\n1E-5\n-2.5e+3\n")
case("a sign in front", b"a,b\n+5,+5.5\n6,-1e+5\n")
case("underscores", b"a\n1_000\n2_000\n")
case("hexadecimal", b"a\n0x10\n0xFF\n")
case("inf and nan", b"a\n1.5\ninf\n-inf\nnan\n")
case("Infinity and NaN", b"a\n1.5\nInfinity\n-Infinity\nNaN\n")
case("2^53 + 1", b"a,b\n9007199254740993,9007199254740993\n9007199254740992,0.5\n")
case("2^63 - 1", b"a\n9223372036854775807\n-9223372036854775808\n")
case("2^63", b"a\n9223372036854775808\n1\n")
case("2^64 and -1", b"a\n18446744073709551616\n-1\n")
case("overflow and underflow", b"a\n1e400\n-1e400\n1e-400\n-1e-400\n")
case("subnormals", b"a\n5e-324\n4.9406564584124654e-324\n2.2250738585072011e-308\n1e-310\n2.4703282292062328e-324\n")
case("limits of floats", b"a\n1.7976931348623157e308\n2.2250738585072014e-308\n1.7976931348623159e308\n")
case("many digits", b"a\n0.1000000000000000055511151231257827021181583404541015625\n3.141592653589793238462643383279\n"
     b"123456789012345678901234567890.5\n")
case("half way between two floats", b"a\n9007199254740993.0\n1.00000000000000011102230246251565404236316680908203125\n"
     b"1.00000000000000011102230246251565404236316680908203124\n8.5\n")
case("a number of 2,000 digits", b"a,b\n0." + b"3" * 2000 + b",x\n")
case("leading zeros", b"a,b\n007,00.5\n8,1.5\n")
case("one label behind numbers", b"a\n7\n008\n9\n")
case("0 and -0", b"a,b\n0,0\n-0,-0.0\n")
case("a sign alone", b"a,b\n-,.\n1,2\n")
case("an exponent alone", b"a,b\n1e,e5\n1e5,2\n")
case("thousands", b'a\n"1,000"\n"2,000"\n')
case("whole numbers and fractions", b"a\n1\n2.5\n3\n")
case("numbers with nulls", b"a,b\n1,\n,2.5\n3,\n")
case("digits that are not ASCII", "a\n١٢\n１２\n".encode())

# booleans, all null, dates
case("true and false", b"a,b\ntrue,1\nfalse,2\n,3\n")
case("TRUE and False", b"a,b\nTRUE,1\nFalse,2\n")
case("true and True", b"a,b\ntrue,1\nTrue,2\n")
case("yes and no", b"a\nyes\nno\n")
case("true and 1", b"a\ntrue\n1\n")
case("a column of nulls", b"a,b\n1,\n2,\n")
dates = b"a,b\n1,2024-02-29\n2,2024-02-29T12:30:00\n3,\n4,2024-02-29 12:30\n"
case("dates", dates, load={"parse_dates": ["b"]}, parse_dates=["b"])
case("dates of themselves", b"a,b\n1,2024-02-29\n")
case("zones", b"a,b\n1,2024-02-29T12:30:00Z\n2,2024-02-29T12:30:00Z\n", load={"parse_dates": ["b"]}, parse_dates=["b"])
case("offsets", b"a,b\n1,2024-02-29T12:30:00+02:00\n2,2024-02-29T23:30:00+0200\n", load={"parse_dates": ["b"]},
     parse_dates=["b"])
case("several zones", b"a,b\n1,2024-02-29T12:30:00+02:00\n2,2024-02-29T12:30:00-05\n", load={"parse_dates": ["b"]},
     parse_dates=["b"])
case("fractions of seconds", b"a,b\n1,2024-02-29T12:30:00.5\n2,2024-02-29T12:30:00.123456\n3,1969-12-31T23:59:59.999999\n",
     load={"parse_dates": ["b"]}, parse_dates=["b"])
case("nanoseconds", b"a,b\n1,2024-02-29T12:30:00.123456789\n", load={"parse_dates": ["b"]}, parse_dates=["b"])
case("a day that there is not", b"a,b\n1,2023-02-29\n2,2023-02-28\n", load={"parse_dates": ["b"]}, parse_dates=["b"])
case("old and far dates", b"a,b\n1,0001-01-01\n2,9999-12-31\n", load={"parse_dates": ["b"]}, parse_dates=["b"])

# characters
case("characters of 2, 3 and 4 bytes", "größe,b\nä,€\n日本,🐧\n".encode())
case("characters in quotes", 'a,b\n1,"ä""€"\n2,"🐧,"\n'.encode())
case("other blanks", "a,b\n1,\u00a0x\u00a0\n2,\u2003\n".encode())
case("line ends of Unicode", "a,b\n1,x\u2028y\n2,x\u0085y\n3,x\x0by\x0c\n".encode())
case("a byte order mark inside", "a,b\n1,\ufeffx\n".encode())
case("not UTF-8", b"a,b\n1,\xff\xfe\n2,x\n")
case("half a character", b"a,b\n1,x\xe2\x82\n2,x\n")
case("a surrogate", b"a,b\n1,\xed\xa0\x80\n")
case("overlong", b"a,b\n1,\xc0\xaf\n")
case("utf-16", "a,b\n1,x\n".encode("utf-16"))
case("nul", b"a,b\n1,x\x00y\n2,z\n")
case("nul in quotes", b'a,b\n1,"x\x00y"\n')
case("control characters", b"a,b\n1,\x01\x1b\x7f\n")

# shapes
case("rows that are short", b"a,b,c\n1,2,3\n4,5\n")
case("rows that are long", b"a,b\n1,2\n3,4,5\n")
case("the first row is long", b"a,b\n1,2,3\n")
case("a separator at the end of each row", b"a,b\n1,2,\n3,4,\n")
case("two columns of one name", b"a,a\n1,2\n")
case("a column without a name", b"a,,b\n1,2,3\n")
case("a header that ends with a separator", b"a,b,\n1,2,\n")
case("numbers as names", b"1,2\n3,4\n")
case("4,096 columns", b",".join(b"c%d" % i for i in range(4096)) + b"\n" + (b",".join(b"%d" % i for i in range(4096)) + b"\n") * 3)
case("4,097 columns", b",".join(b"c%d" % i for i in range(4097)) + b"\n")
MIB = 1 << 20
case("a field of 1 MiB - 1", b"a,b\n1," + b"x" * (MIB - 1) + b"\n2,y\n")
case("a field of 1 MiB", b"a,b\n1," + b"x" * MIB + b"\n2,y\n")
case("a field of 1 MiB + 1", b"a,b\n1," + b"x" * (MIB + 1) + b"\n2,y\n")
case("a quoted field of 1 MiB", b'a,b\n1,"' + b"x\n" * (MIB // 2 - 1) + b'""y"\n2,y\n')
case("a quoted field of 1 MiB + 1", b'a,b\n1,"' + b"x\n" * (MIB // 2) + b'y"\n2,y\n')
case("a row of 4 MiB", b"a,b,c,d,e\n" + b",".join([b"x" * 800000] * 5) + b"\n1,2,3,4,5\n")

# what stands astride of the ends of what is read at once: rows that vectors can split, and rows that they cannot
PLAIN = 'x,"a""b, é\n🐧\r\n",-12.5,""""\r\n'.encode()
BLANK = 'x ,"a""b, é\n🐧\r\n" , -12.5,""""\r\n'.encode()
EDGES = ((64, "64 B"), (4096, "4 KiB"), (262144, "256 KiB"))


def across(edge, rows, at):
    """A file in which the edge is just before byte `at` of the rows; and how long its first text is."""
    pad = edge - len(b"a,b,c,d\n,,,\n") - at
    return b"a,b,c,d\n" + b"y" * pad + b",,,\n" + rows + b"z,,7,\n", pad


for edge, called in EDGES:
    for at in range(len(PLAIN)):
        case(f"across {called}, plain, {at}", across(edge, PLAIN, at)[0])
    for at in range(len(BLANK)):
        case(f"across {called}, with blanks, {at}", across(edge, BLANK, at)[0])
ROW = 'r{0},{0}.25,"é ""{0}"",\n",🐧\n'
for columns in (8, 61, 64, 65, 500):
    rows = [b"a,b,c,d,e\n"] + [(ROW.format(i)[:-1] + "," + "p" * (columns + i % 7) + "\n").encode() for i in range(9000)]
    case(f"9,000 rows with {columns} to {columns + 6} letters", b"".join(rows))

# values behind the rows from which types are inferred
FRONT = b"a,b\n" + b"1,x\n" * 66000
case("a text behind the sample", FRONT + b"y,z\n")
case("a fraction behind the sample", FRONT + b"1.5,z\n")
case("a fraction behind the sample, declared", FRONT + b"1.5,z\n", load={"dtype": {"a": "float64"}}, dtype={"a": "Float64"})
case("a null behind the sample", FRONT + b",z\n")
case("a label behind the sample", FRONT + b"007,z\n")
case("the first value behind the sample", b"a,b\n" + b",x\n" * 66000 + b"1,z\n")


# --- what differs on purpose ------------------------------------------------------------------------------

LINE = "in a table of one column an empty line is a row with null, or such a null could not be written"
BOTH = "both refuse it, each in its own words"
QUOTE = "a quote that is misplaced is an error: what was meant is not known"
TRIM = "blanks around a field, quoted or not, are not part of it; pandas keeps them"
EMPTY = 'only a field that is empty and not quoted is null: "" is the empty text'
RAGGED = "a row with another number of fields is an error: it is neither filled up nor shifted"
NAMES = "each column needs a name of its own: none is made up"
LABEL = "007 and +5 name something: they stay text unless a type is declared"
RANGE = "a number that its type cannot hold stays text: it would become infinite, or 0"
SAMPLE = "types are inferred from the first 65,536 rows; what does not fit behind them is an error"
CASED = "true and false are booleans, other spellings are text"
ZERO = "a text file holds no NUL byte"
SIZE = "limits keep memory flat: 1 MiB a field, 4,096 columns"
EXACT = "na_values are texts: pandas takes equal numbers, too"
NANS = "inf and nan are numbers, as they are written; pandas knows them beside others only as na_values"
NOBODY = Fails("MLC0400 `data/case.csv`: the file is empty: it has not even a header")
NOTHING = (BOTH, NOBODY, Fails("EmptyDataError"))
NOT_UTF8 = Fails("UnicodeDecodeError")


def bad(text):
    return Fails("MLC0400 `data/case.csv`, " + text)


def value(text, what):
    return bad(f"row 1, line 2: column `b`: `{text}` is {what}")


def late(text):
    return bad(f"row 66001, line 66002: column `a`: `{text}` is no whole number of 64 bits (int64)")


def behind(first, last):
    return {"a": [first] * 66000 + [last], "b": ["x"] * 66000 + ["z"]}


# name: why, what mlflow-c makes of it, and what pandas does
differ = {
    "one column with nulls": (LINE, {"a": [1, None, 2]}, {"a": [1, 2]}),
    "one column with nulls, crlf": (LINE, {"a": ["x", None, "y"]}, {"a": ["x", "y"]}),
    "one column with nulls at the end": (LINE, {"a": [1, None]}, {"a": [1]}),
    "nothing at all": NOTHING,
    "a byte order mark only": NOTHING,
    "line ends only": NOTHING,
    "skiprows behind the end": NOTHING,
    "a quote in the middle": (
        QUOTE,
        bad("row 1, line 2: a quote stands inside a field that is not quoted"),
        {"a": [1, 2], "b": ['x"y', "z"]},
    ),
    "text behind a closing quote": (
        QUOTE,
        bad("row 1, line 2: text stands behind the closing quote of a field"),
        {"a": [1, 2], "b": ["xy", "z"]},
    ),
    "backslashes": (
        QUOTE,
        bad("row 2, line 3: a quote stands inside a field that is not quoted"),
        {"a": [1, 2], "b": ["x\\ny", '\\"']},
    ),
    "an unended quote": (
        BOTH,
        bad("row 2, line 3: the file ends within a quoted field that begins in this line"),
        Fails("ParserError"),
    ),
    "blanks behind a closing quote": (TRIM, {"a": [1, 2], "b": ["x", "y"]}, {"a": [1, 2], "b": ["x ", "y\t"]}),
    "blanks before an opening quote": (TRIM, {"a": [1, 2], "b": ["x", "y"]}, {"a": [1, 2], "b": [' "x"', "y"]}),
    "blanks around fields": (
        TRIM,
        {"a": [1, 2], "b": ["x y", "z"]},
        {"a ": ["1", " 2\t"], " b": [" x y ", "\tz"]},
    ),
    "nothing but blanks": (TRIM, {"a": [1, 2], "b": [None, "x"]}, {"a": [1, 2], "b": [" ", "x"]}),
    "tabs and blanks": (TRIM, {"a": [1], "b": ["x"]}, {"a": [1], "b": [" x "]}),
    "quoted nothing": (EMPTY, {"a": [1, 2, 3], "b": ["", None, "x"]}, {"a": [1, 2, 3], "b": [None, None, "x"]}),
    "quoted nothing in one column": (EMPTY, {"a": ["", None, "x"]}, {"a": [None, "x"]}),
    "usecols that is not there": (
        BOTH,
        Fails("MLC0108 dataset `case`: `usecols` names column `z`, which the file has not"),
        Fails("ValueError"),
    ),
    "usecols beside what does not fit": (
        RAGGED,
        bad("row 2, line 3: 1 field, but the header names 2 columns"),
        {"a": [1, 2]},
    ),
    "na_values and numbers": (EXACT, {"a": [None, -1.0], "b": [2, None]}, {"a": [None, None], "b": [2, None]}),
    "fractions declared int64": (
        BOTH,
        bad("row 1, line 2: column `a`: `22.5` is no whole number of 64 bits (int64)"),
        Fails("TypeError"),
    ),
    "a sign in front": (LABEL, {"a": ["+5", "6"], "b": ["+5.5", "-1e+5"]}, {"a": [5, 6], "b": [5.5, -1e5]}),
    "leading zeros": (LABEL, {"a": ["007", "8"], "b": ["00.5", "1.5"]}, {"a": [7, 8], "b": [0.5, 1.5]}),
    "one label behind numbers": (LABEL, {"a": ["7", "008", "9"]}, {"a": [7, 8, 9]}),
    "inf and nan": (NANS, {"a": [1.5, math.inf, -math.inf, math.nan]}, {"a": ["1.5", "inf", "-inf", "nan"]}),
    "Infinity and NaN": (
        NANS,
        {"a": [1.5, math.inf, -math.inf, math.nan]},
        {"a": ["1.5", "Infinity", "-Infinity", "NaN"]},
    ),
    "2^63": (RANGE, {"a": ["9223372036854775808", "1"]}, {"a": [9223372036854775808, 1]}),
    "overflow and underflow": (
        RANGE,
        {"a": ["1e400", "-1e400", "1e-400", "-1e-400"]},
        {"a": [math.inf, -math.inf, 0.0, -0.0]},
    ),
    "limits of floats": (
        RANGE,
        {"a": ["1.7976931348623157e308", "2.2250738585072014e-308", "1.7976931348623159e308"]},
        {"a": [1.7976931348623157e308, 2.2250738585072014e-308, math.inf]},
    ),
    "TRUE and False": (CASED, {"a": ["TRUE", "False"], "b": [1, 2]}, {"a": [True, False], "b": [1, 2]}),
    "true and True": (CASED, {"a": ["true", "True"], "b": [1, 2]}, {"a": [True, True], "b": [1, 2]}),
    "dates of themselves": (
        "dates and times are seen to be such without being declared",
        {"a": [1], "b": [Time("2024-02-29")]},
        {"a": [1], "b": ["2024-02-29"]},
    ),
    "several zones": (
        "a point in time is one, in whatever zone it was written; pandas has one zone a column",
        {"a": [1, 2], "b": [Time("2024-02-29T10:30:00"), Time("2024-02-29T17:30:00")]},
        {"a": [1, 2], "b": ["2024-02-29T12:30:00+02:00", "2024-02-29T12:30:00-05"]},
    ),
    "nanoseconds": (
        "what is finer than a microsecond is refused, and not cut off",
        value("2024-02-29T12:30:00.123456789", "no ISO 8601 date or time (timestamp)"),
        {"a": [1], "b": [Time("2024-02-29T12:30:00.123456789+00:00")]},
    ),
    "a day that there is not": (
        "a column that was declared holds dates or the file is refused; pandas leaves it as text",
        value("2023-02-29", "no ISO 8601 date or time (timestamp)"),
        {"a": [1, 2], "b": ["2023-02-29", "2023-02-28"]},
    ),
    "not UTF-8": (BOTH, value("\\xff\\xfe", "not UTF-8"), NOT_UTF8),
    "half a character": (BOTH, value("x\\xe2\\x82", "not UTF-8"), NOT_UTF8),
    "a surrogate": (BOTH, value("\\xed\\xa0\\x80", "not UTF-8"), NOT_UTF8),
    "overlong": (BOTH, value("\\xc0\\xaf", "not UTF-8"), NOT_UTF8),
    "utf-16": (BOTH, bad("line 1: the file is UTF-16"), NOT_UTF8),
    "nul": (ZERO, bad("row 1, line 2: a NUL byte stands in the text"), {"a": [1, 2], "b": ["x\0y", "z"]}),
    "nul in quotes": (ZERO, bad("row 1, line 2: a NUL byte stands in the text"), {"a": [1], "b": ["x\0y"]}),
    "rows that are short": (
        RAGGED,
        bad("row 2, line 3: 2 fields, but the header names 3 columns"),
        {"a": [1, 4], "b": [2, 5], "c": [3, None]},
    ),
    "rows that are long": (
        BOTH,
        bad("row 2, line 3: 3 fields, but the header names 2 columns"),
        Fails("ParserError"),
    ),
    "the first row is long": (
        RAGGED,
        bad("row 1, line 2: 3 fields, but the header names 2 columns"),
        {"a": [2], "b": [3]},
    ),
    "a separator at the end of each row": (
        RAGGED,
        bad("row 1, line 2: 3 fields, but the header names 2 columns"),
        {"a": [2, 4], "b": [None, None]},
    ),
    "two columns of one name": (
        NAMES,
        bad("line 1: column 2 of the header is called `a`, like column 1"),
        {"a": [1], "a.1": [2]},
    ),
    "a column without a name": (
        NAMES,
        bad("line 1: column 2 of the header has no name"),
        {"a": [1], "Unnamed: 1": [2], "b": [3]},
    ),
    "a header that ends with a separator": (
        NAMES,
        bad("line 1: column 3 of the header has no name"),
        {"a": [1], "b": [2], "Unnamed: 2": [None]},
    ),
    "4,097 columns": (SIZE, bad("line 1: a row has more than 4,096 fields"), {f"c{i}": [] for i in range(4097)}),
    "a field of 1 MiB + 1": (
        SIZE,
        bad("row 1, line 2: a field is larger than 1 MiB"),
        {"a": [1, 2], "b": ["x" * (MIB + 1), "y"]},
    ),
    "a quoted field of 1 MiB + 1": (
        SIZE,
        bad("row 1, line 2: a field is larger than 1 MiB"),
        {"a": [1, 2], "b": ["x\n" * (MIB // 2) + "y", "y"]},
    ),
    "a text behind the sample": (
        SAMPLE,
        late("y"),
        behind("1", "y"),
    ),
    "a fraction behind the sample": (SAMPLE, late("1.5"), behind(1.0, 1.5)),
    "a label behind the sample": (SAMPLE, late("007"), behind(1, 7)),
    "the first value behind the sample": (SAMPLE, behind(None, "1"), behind(None, 1)),
}


def apart(pad, blank):
    return {
        "a": ["y" * pad, "x" + blank, "z"],
        "b": [None, 'a"b, é\n🐧\r\n' + blank, None],
        "c": [None, -12.5, 7.0],
        "d": [None, '"', None],
    }


for edge, called in EDGES:
    for at in range(len(BLANK)):
        pad = across(edge, BLANK, at)[1]
        differ[f"across {called}, with blanks, {at}"] = (TRIM, apart(pad, ""), apart(pad, " "))


# --- comparing --------------------------------------------------------------------------------------------


def brief(t):
    if isinstance(t, Fails):
        return f"fails: {t}"
    out = []
    for name, column in t.items():
        shown = [v if not isinstance(v, str) or len(v) < 40 else f"{v[:20]}... ({len(v)})" for v in column[:8]]
        out.append(f"{name!r}: {shown!r}" + (f" ... ({len(column)})" if len(column) > 8 else ""))
        if len(out) == 8:
            break
    return "{" + ", ".join(out) + "}"


def as_said(expected, found):
    if isinstance(expected, Fails):
        return isinstance(found, Fails) and expected in found
    return same_table(expected) == same_table(found)


def check(name, data, load, options):
    """What is wrong with a case, or None."""
    mine, theirs = read_ours(data, load), read_pandas(data, options)
    agree = not isinstance(mine, Fails) and same_table(mine) == same_table(theirs)
    if name not in differ:
        shown = f"{name}: not the same\n  mlflow-c: {brief(mine)}\n  pandas:   {brief(theirs)}"
        return None if agree else shown
    if agree:
        return f"{name}: the same by now: {brief(mine)}"
    for who, said, found in (("mlflow-c", differ[name][1], mine), ("pandas", differ[name][2], theirs)):
        if not as_said(said, found):
            return f"{name}: {who} is not as it was said\n  said:  {brief(said)}\n  found: {brief(found)}"
    return None


def main(names):
    if names:
        for name, data, load, options in (c for c in cases if c[0] in names):
            print(f"{name}\n  mlflow-c: {brief(read_ours(data, load))}\n  pandas:   {brief(read_pandas(data, options))}")
        return 0
    if differ.keys() - {c[0] for c in cases} or len({c[0] for c in cases}) < len(cases):
        raise AssertionError("a name is used twice, or is that of no case")
    wrong = [w for c in cases if (w := check(*c))]
    for w in wrong:
        print(w)
    alike, apart = len(cases) - len(differ), len(differ)
    print(f"{len(cases)} files: {alike} are to agree, {apart} to differ on purpose; {len(wrong)} are not so")
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
