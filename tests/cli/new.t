# A new project builds, tests and runs with one make, whatever the template; half of one is never seen.
umask 022
for template in minimal loan titanic purchase; do
	mlflow-c new "p-$template" --template $template --set description="About: $template"
	make -s -C "p-$template" build test
	mlflow-c run -q --project "p-$template" && mlflow-c run -q --project "p-$template" --conf prod
	echo "$template: $?"
	grep -rlE '@(name|description|author)@' "p-$template" --exclude-dir=build
done
mlflow-c pipeline list --project p-minimal
ls -A p-minimal p-minimal/.github/workflows
cmp "$REPO/conf/base/pipeline.yml" p-loan/conf/base/pipeline.yml

echo '== what make says when a test fails'
sed -i 's/>= from/> from/' p-minimal/nodes/greet.c
make -s -C p-minimal build test
echo "make: $?"

echo '== wrong'
mlflow-c new p-minimal
mlflow-c new a/.hidden
mlflow-c new x --template lone
mlflow-c new x --set desc=y
mlflow-c new x --set 'description=say "hello"'
touch file
mlflow-c new file/x
mkdir shut && chmod 555 shut
[ "$(id -u)" -eq 0 ] || mlflow-c new shut/x
ls -A
