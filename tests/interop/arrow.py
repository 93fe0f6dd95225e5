# SPDX-License-Identifier: Apache-2.0
"""pyarrow's side of tests/interop/arrow.t.

make FOLDER          writes files that mlflow-c reads
look FILE...         prints schema and values of files that mlflow-c wrote
same OURS THEIRS     fails unless OURS, written by mlflow-c, holds what THEIRS does
refused FOLDER       writes files that mlflow-c does not read
join A B OUT         as a node's program: the columns of two tables with equal ids
"""
import datetime
import math
import sys

import pyarrow as pa
import pyarrow.feather as feather
import pyarrow.ipc as ipc

UTC = datetime.timezone.utc
DAY = datetime.date(2025, 1, 15)
NOON = datetime.datetime(2025, 1, 15, 12, 30, 1, tzinfo=UTC)


def widened():
    """One column of each type that is widened, with a null in the middle; and its type with us."""
    def column(values, kind):
        return pa.array([values[0], None, values[1]], kind)
    return pa.table({
        "i8": column([-128, 127], pa.int8()), "u8": column([0, 255], pa.uint8()),
        "i16": column([-32768, 32767], pa.int16()), "u16": column([0, 65535], pa.uint16()),
        "i32": column([-2**31, 2**31 - 1], pa.int32()), "u32": column([0, 2**32 - 1], pa.uint32()),
        "i64": column([-2**63, 2**63 - 1], pa.int64()), "u64": column([0, 2**63 - 1], pa.uint64()),
        "f16": pa.array([0.5, None, -2.0], pa.float32()).cast(pa.float16()),
        "f32": column([0.5, math.inf], pa.float32()), "f64": column([-0.0, 5e-324], pa.float64()),
        "b": column([True, False], pa.bool_()),
        "s": column(["", "größe"], pa.utf8()), "ls": column(["x", "日本"], pa.large_utf8()),
        "d32": column([DAY, datetime.date(1900, 1, 1)], pa.date32()),
        "d64": column([DAY, datetime.date(1900, 1, 1)], pa.date64()),
        "ts": column([NOON, NOON], pa.timestamp("s", "UTC")),
        "tms": column([NOON, NOON], pa.timestamp("ms", "Europe/Berlin")),
        "tus": column([NOON, NOON], pa.timestamp("us")),
        "tns": column([NOON, NOON], pa.timestamp("ns", "UTC")),
    })


def large():
    """So many rows that slices begin within batches, and offsets within bytes."""
    n = 200_003
    return pa.table({
        "id": pa.array(range(n), pa.int64()),
        "b": pa.array([None if i % 7 == 0 else i % 3 == 0 for i in range(n)], pa.bool_()),
        "s": pa.array([None if i % 11 == 0 else "é" * (i % 5) + str(i) for i in range(n)]),
        "f": pa.array([None if i % 13 == 0 else i / 8 for i in range(n)], pa.float64()),
    })


def write(table, path, opener, rows=None, **options):
    with opener(path, table.schema, options=ipc.IpcWriteOptions(**options)) as out:
        out.write_table(table, max_chunksize=rows)


def write_old(table, path):
    """As before Arrow 0.15: no marker before the length of a message."""
    write(table, path, ipc.new_stream, use_legacy_format=True, metadata_version=ipc.MetadataVersion.V4)


def make(folder):
    table, many = widened(), large()
    feather.write_feather(table, f"{folder}/feather.arrow", compression="uncompressed")
    write(table, f"{folder}/file.arrow", ipc.new_file, 2)
    write(table, f"{folder}/stream.arrow", ipc.new_stream, 1)
    write_old(table, f"{folder}/old.arrow")
    write(table.slice(1, 2), f"{folder}/slice.arrow", ipc.new_file)
    write(table.slice(0, 0), f"{folder}/none.arrow", ipc.new_file)
    ipc.new_stream(f"{folder}/nothing.arrow", table.schema).close()
    write(many, f"{folder}/large.arrow", ipc.new_file, 90_001)
    write(many, f"{folder}/large_stream.arrow", ipc.new_stream, 1 << 20)
    for codec in ("lz4", "zstd"):
        write(table, f"{folder}/{codec}.arrow", ipc.new_file, 2, compression=codec)
        write(many, f"{folder}/large_{codec}.arrow", ipc.new_file, 90_001, compression=codec)
        write(many, f"{folder}/large_{codec}_stream.arrow", ipc.new_stream, 65_536, compression=codec)
    feather.write_feather(many, f"{folder}/large_feather.arrow")  # pandas' to_feather, as it is: LZ4
    write(many.slice(3, 150_001), f"{folder}/large_slice.arrow", ipc.new_file)


def refused(folder):
    def one(name, array, opener=ipc.new_file, **options):
        write(pa.table({"x": array}), f"{folder}/{name}.arrow", opener, **options)
    ints = pa.array([1, 2, 3])
    one("dictionary", pa.array(["a", "b"]).dictionary_encode())
    one("list", pa.array([[1]]))
    one("struct", pa.array([{"a": [1]}]))
    one("map", pa.array([[("k", 1)]], pa.map_(pa.utf8(), pa.int64())))
    one("null", pa.nulls(2))
    one("binary", pa.array([b"x"]))
    one("decimal", pa.array([1], pa.decimal128(5, 2)))
    one("time", pa.array([1], pa.time64("us")))
    one("duration", pa.array([1], pa.duration("us")))
    one("view", pa.array(["x"], pa.string_view()))
    one("big_endian", ints, ipc.new_stream)
    one("u64", pa.array([1, 2**63], pa.uint64()))
    one("nanos", pa.array([None, 1_000, 1_001], pa.timestamp("ns")))
    one("days", pa.array([1, 2**30], pa.int32()).cast(pa.date32()))
    one("seconds", pa.array([2**62], pa.timestamp("s")))
    swap_endianness(f"{folder}/big_endian.arrow")


def swap_endianness(path):
    """pyarrow writes no big-endian files: the schema's first field is set in the bytes."""
    data = bytearray(open(path, "rb").read())

    def number(at, size):
        return int.from_bytes(data[at:at + size], "little")

    def field(table, i):
        vtable = table - number(table, 4)
        offset = number(vtable + 4 + 2 * i, 2) if 4 + 2 * i < number(vtable, 2) else 0
        return table + offset if offset else 0
    root = 8 + number(8, 4)
    header = field(root, 2)
    schema = header + number(header, 4)
    place = field(schema, 0)
    if not place:  # left out, being 0: the slot points to four bytes that are not 0
        vtable = schema - number(schema, 4)
        data[vtable + 4:vtable + 6] = (field(schema, 1) - schema).to_bytes(2, "little")
    elif number(place, 2) == 0:
        data[place] = 1
    open(path, "wb").write(data)


def show(value):
    if isinstance(value, datetime.datetime):
        return value.isoformat()
    return repr(value)


def look(paths):
    for path in paths:
        magic = open(path, "rb").read(6)
        reader = ipc.open_file(path) if magic == b"ARROW1" else ipc.open_stream(path)
        table = reader.read_all()
        table.validate(full=True)
        print(f"== {'file' if magic == b'ARROW1' else 'stream'} of {table.num_rows} rows")
        print(", ".join(f"{f.name}: {f.type}" for f in table.schema))
        for row in table.to_pylist()[:8]:
            print(*(show(v) for v in row.values()), sep="\t")


def same(ours, theirs):
    """Whether two files hold equal tables, once ours has their types."""
    def read(path):
        with open(path, "rb") as f:
            return (ipc.open_file(path) if f.read(6) == b"ARROW1" else ipc.open_stream(path)).read_all()

    def as_ours(column):
        kind = column.type
        if pa.types.is_date(kind):
            column = column.cast(pa.timestamp("us"))
            kind = column.type
        if pa.types.is_integer(kind):
            return column.cast(pa.int64())
        if pa.types.is_floating(kind):
            return column.cast(pa.float64())
        if pa.types.is_timestamp(kind):
            return column.cast(pa.timestamp("us", kind.tz)).cast(pa.int64()).cast(pa.timestamp("us", "UTC"))
        return column.cast(pa.utf8()) if pa.types.is_large_string(kind) else column
    a, b = read(ours), read(theirs)
    a.validate(full=True)
    b = pa.table({name: as_ours(b[name]) for name in b.column_names})
    assert a.schema.equals(b.schema), f"{a.schema} is not {b.schema}"
    assert a.combine_chunks().equals(b.combine_chunks()), f"{a} is not {b}"
    assert all(math.copysign(1, x) == math.copysign(1, y)  # equal to Arrow: 0.0 and -0.0
               for name in a.column_names if pa.types.is_floating(a[name].type)
               for x, y in zip(a[name].to_pylist(), b[name].to_pylist()) if x == 0)
    print(f"{theirs.split('/')[-1]}: {a.num_rows} rows, {a.num_columns} columns are equal")


def join(a, b, out):
    a, b = feather.read_table(a), feather.read_table(b)
    assert a["id"].equals(b["id"])
    table = a.append_column("euros", b["euros"]).filter(a["paid"])
    feather.write_feather(table, out, compression="uncompressed")


if __name__ == "__main__":
    what, rest = sys.argv[1], sys.argv[2:]
    {"make": make, "refused": refused, "look": lambda *p: look(p), "same": same, "join": join}[what](*rest)
