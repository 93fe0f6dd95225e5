# docs/writing-dataset-types.md can be followed word for word, and prints what it says it prints
umask 022
make -s --no-print-directory -C "$REPO" B="$(dirname "$MLFLOW_C")" PREFIX="$PWD/usr" -o all install >log 2>&1 || cat log
export MLFLOW_C="$PWD/usr/bin/mlflow-c" PKG_CONFIG_PATH="$PWD/usr/share/pkgconfig"
"$REPO/scripts/doctest" "$REPO/docs/writing-dataset-types.md"
