# The contracts of the example, inferred ones and those with custom checks are valid ODCS by the published schema.
# The schema is in the package open-data-contract-standard on PyPI, installed into build/odcs, once.
venv=$REPO/build/odcs
if ! "$venv/bin/python" -c 'import open_data_contract_standard, jsonschema' 2>/dev/null; then
	{ python3 -m venv "$venv" && "$venv/bin/pip" install -q open-data-contract-standard jsonschema; } >pip.log 2>&1 || {
		echo "skipped: the ODCS schema cannot be installed from PyPI: $(tail -n 1 pip.log)" >&2
		exit 0
	}
fi
. "$REPO/tests/cli/kit.sh"
loan
mlflow-c run -q -p data
for dataset in loans loans_ingested__quarantine; do
	mlflow-c contract infer $dataset >inferred-$dataset.yml 2>/dev/null || rm inferred-$dataset.yml
done
cp "$REPO/tests/fuzz/contract/all.yml" all.yml
cp "$REPO/tests/fuzz/contract/custom.yml" custom.yml
cp "$REPO/tests/fuzz/contract/others.yml" others.yml
mlflow-c contract infer loans --distribution >inferred-shares.yml
grep -q 'check: psi' inferred-shares.yml || echo "no distribution was proposed"
cat >check.py <<'END'
import json, pathlib, sys, jsonschema, yaml, open_data_contract_standard as o
schema = json.loads((pathlib.Path(o.__file__).parent / "schema.json").read_text())
validator = jsonschema.validators.validator_for(schema)(schema)
bad = 0
for name in sys.argv[1:]:
    for e in validator.iter_errors(yaml.safe_load(open(name))):
        bad += 1
        print(f"{name}: {'/'.join(map(str, e.absolute_path))}: {e.message[:200]}")
print(f"{len(sys.argv) - 1} contracts, {bad} errors")
END
"$venv/bin/python" check.py conf/base/contracts/*.yml inferred-*.yml all.yml custom.yml others.yml
sed -i 's/apiVersion: v3.1.0/apiVersion: v9/' all.yml
"$venv/bin/python" check.py all.yml | tail -n 1
