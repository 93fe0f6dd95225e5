# The node clean: each step, what it rejects and why, and what it makes of bad data.
mkdir -p conf/base build/nodes data
install -m 755 "$NODES/clean.so" build/nodes/
echo 'git: false' >conf/base/mlflow-c.yml
cat >conf/base/catalog.yml <<'END'
people: {type: csv, filepath: data/people.csv, load_args: {dtype: {age: utf8, city: utf8}}}
clean: {type: csv, filepath: data/clean.csv}
rejects: {type: csv, filepath: data/rejects.csv}
END
cat >conf/base/pipeline.yml <<'END'
all: {nodes: [{name: clean, inputs: {table: people}, outputs: {table: clean, rejects: rejects}, params: clean}]}
END
cat >data/people.csv <<'END'
id,age,income,city,member,since
1,31,1000, Bern ,true,2024-01-01
2,,2000,basel,false,2024-02-01
2,33,2500,basel,,2024-02-02
3,200,,BERN,true,2023-05-01
4,29,100000,,true,
5,x9,1500,Bern,false,2024-03-01
6,17,1200,Bern,false,2024-03-01
7,44,1300,Bern,false,2024-03-01
END
run()
{
	cat >conf/base/parameters.yml
	mlflow-c run -q 2>&1 | sed -n 's/^\(error\|  help\).*node/&/p'
}
counts() { mlflow-c runs show last --json | jq -c '.data.metrics | with_entries(select(.value > 0))'; }

echo "== all steps"
run <<'END'
clean:
  text: {city: [trim, lower]}
  casts: {age: int64}
  rules: [{column: age, op: "<", value: 120}]
  duplicates: {by: [id], keep: first}
  outliers: {income: {method: iqr, action: clip}}
  missing: {"*": mode, age: median, since: {fill: 2020-01-01}}
END
cat data/clean.csv data/rejects.csv
counts

echo "== batch by batch: the same steps where none has to see all rows"
run <<'END'
clean:
  text: {city: [trim, upper, empty_to_null]}
  casts: {age: float64}
  bad_casts: "null"
  rules:
    - {column: since, op: ">=", value: 2024-01}
    - {column: id, op: not_in, value: [7, 8]}
    - {column: city, op: starts_with, value: B}
  duplicates: {by: id}
  outliers: {income: {max: 50000, action: drop}, age: {min: 18, action: "null"}}
  missing: {age: drop}
END
cat data/clean.csv data/rejects.csv

echo "== z-scores, the last of duplicates, numbers that are no numbers"
printf 'k,x\na,1\na,nan\nb,inf\nc,2\nd,3\nd,1000\n,2\n' >data/people.csv
sed -i 's/, load_args.*/}/' conf/base/catalog.yml
run <<'END'
clean:
  duplicates: {by: k, keep: last}
  outliers: {x: {method: zscore, k: 1.3, action: drop}}
  missing: {x: mean}
END
cat data/clean.csv data/rejects.csv

echo "== a column without a value, a constant one, no rows at all"
printf 'a,b\n,7\n,7\n' >data/people.csv
run <<'END'
clean: {casts: {a: float64}, missing: {"*": median}, outliers: {"*": {method: iqr}}}
END
cat data/clean.csv
printf 'a,b\n' >data/people.csv
run <<'END'
clean: {casts: {a: float64, b: int64}, missing: {"*": mean}, outliers: {"*": {method: zscore}}}
END
cat data/clean.csv

echo "== what is wrong"
printf 'a,b\n1,x\n2,y\n' >data/people.csv
for wrong in '{casts: {a: number}}' '{casts: {c: int64}}' '{missing: {b: mean}}' '{missing: {a: average}}' \
	'{missing: {a: {fill: much}}}' '{outliers: {a: {methd: iqr}}}' '{outliers: {b: {max: 3}}}' \
	'{outliers: {a: {max: 3, action: remove}}}' '{rules: [{column: a, op: "=", value: 1}]}' \
	'{rules: [{column: b, op: ">", value: 1}]}' '{rules: [{column: aa, op: ">", value: 1}]}' \
	'{rules: {a: 1}}' '{duplicates: {by: [z]}}' '{duplicates: {keep: some}}' '{text: {b: lowercase}}' '{text: {a: trim}}' \
	'{missing: {z: drop}}'; do
	echo "clean: $wrong" | run
done
