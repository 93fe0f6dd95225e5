# init makes a project of a folder and writes over nothing; node new begins a node that compiles.
umask 022
mkdir here
cd here
echo mine >README.md
mlflow-c init --set name=orchard
cat README.md conf/base/mlflow-c.yml
mlflow-c init -q && mlflow-c init --json | jq -c '[(.data.made | length), (.data.kept | length)]'
make -s build test

echo '== a project that has its pipeline gets only what stands around it'
mkdir -p ../there/conf/base
mlflow-c init ../there | grep -v '^made  \.'
mlflow-c init ../nowhere

echo '== a node'
mlflow-c node new score --set description='Scores people.'
mlflow-c node new score
mlflow-c node new ../score
cat >conf/base/pipeline.yml <<-END
greeting:
  nodes:
    - {name: people, outputs: people, params: people}
    - {name: score, inputs: people, outputs: greeted}
END
sed -i '/^greet:/,$d' conf/base/parameters.yml
mlflow-c run -q --build
mlflow-c node describe score | sed 's/sha256 .*/sha256 _/'
wc -l <data/02_intermediate/greeted.csv
ls -A nodes
