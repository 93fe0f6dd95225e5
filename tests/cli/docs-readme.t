# the session in README.md is what the example project does and prints
umask 022
mkdir -p project/build
cp -r "$REPO/conf" "$REPO/nodes" "$REPO/include" project
cp -r "$NODES" project/build/nodes
ln -s "$MLFLOW_C" project/build/mlflow-c
"$REPO/scripts/doctest" "$REPO/README.md" project
