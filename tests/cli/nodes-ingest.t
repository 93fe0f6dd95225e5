# The node ingest: columns, names, types, copies; what does not convert fails, goes aside, or is null.
mkdir -p conf/base build/nodes data
install -m 755 "$NODES/ingest.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
cat >conf/base/catalog.yml <<'END'
source: {type: csv, filepath: data/source.csv, load_args: {dtype: utf8}}
table: {type: csv, filepath: data/table.csv}
rejects: {type: csv, filepath: data/rejects.csv}
END
cat >conf/base/pipeline.yml <<'END'
all: {nodes: [{name: ingest, inputs: {source: source}, outputs: {table: table, rejects: rejects}, params: ingest}]}
END
sed -i 's/, load_args.*/}/' conf/base/catalog.yml
cat >data/source.csv <<'END'
ID,Age,Joined,Left,Active,Note
1,31,2024-01-01,,yes,x
1,31,2024-01-01,,yes,x
2, 44 ,2024-01-02T10:00:00+02:00,,no,y
3,x4,2024-13-01,,maybe,z
4,1e3,,,true,
4,1e3,,,true,
END
ingest()
{
	cat >conf/base/parameters.yml
	mlflow-c run -q 2>&1 | grep '^error'
}
echo "== as it comes, each row once"
echo 'ingest: {}' | ingest
cat data/table.csv
echo "== columns, names, types"
ingest <<'END'
ingest:
  columns: [ID, Joined, Age, Active]
  rename: {ID: id, Age: age}
  types: {id: utf8, age: float64, Joined: timestamp, Active: bool}
  bad_rows: reject
END
cat data/table.csv data/rejects.csv
mlflow-c runs show last --json | jq -c .data.metrics
echo "== null instead"
echo 'ingest: {types: {Age: int64, Joined: timestamp}, bad_rows: "null", drop_duplicates: false}' | ingest
cat data/table.csv
echo "== what is wrong"
for wrong in '{types: {Age: int64}}' '{types: {Age: number}}' '{types: {age: int64}}' '{rename: {Agee: age}}' \
	'{columns: [ID, Bge]}' '{columns: [ID, Age], rename: {ID: Age}}' '{columns: ID}' '{bad_rows: skip}' '{min_rows: 7}'; do
	echo "ingest: $wrong" | ingest
done
