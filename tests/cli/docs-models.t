# docs/models.md can be followed word for word, and prints what it says it prints
umask 022
mkdir -p clone/build
cp -r "$REPO/conf" "$REPO/nodes" "$REPO/include" clone
cp -r "$NODES" clone/build/nodes
ln -s "$MLFLOW_C" clone/build/mlflow-c
"$REPO/scripts/doctest" "$REPO/docs/models.md" clone
