# The explanation of every code has a cause and a way out, and fits 80 columns.
mlflow-c explain --json | jq -r '.data[] | select((.explanation | length < 20) or
	(.cause // "" | length < 20) or (.way_out // "" | length < 20)) | .code + " has no way out"'
mlflow-c explain --json | jq -r '.data[] | [.explanation, .cause, .way_out][]' | sort | uniq -d
for code in $(mlflow-c explain -q --plain | cut -f 1); do
	mlflow-c explain $code >text
	awk -v code=$code 'length > 80 { print code ": " $0 }
		/^cause / { cause = 1 } /^way out / { out = 1 }
		END { if (!cause || !out) print code ": something is missing" }' text
done
mlflow-c explain MLC0312
mlflow-c explain mlc0109 --json | jq .data
