# What --help, the manual and the completion of shells say of flags is the same for every command, and bash completes.
mlflow-c completion bash >script
mlflow-c completion fish >script.fish
mlflow-c completion zsh >script.zsh
bash -n script && echo "bash reads it"
cat >try <<'END'
. ./script
COMP_WORDS=("$@")
COMP_CWORD=$(($# - 1))
_mlflow_c
echo "${COMPREPLY[*]}"
END
try() { echo "$* -> $(bash ./try "$@")"; }
mkdir -p conf/base conf/prod
touch notes
try mlflow-c cat
try mlflow-c catalog ''
try mlflow-c catalog l
try mlflow-c run --from
try mlflow-c --conf prod run --lo
try mlflow-c run -e ''
try mlflow-c run -p ''
try mlflow-c run --junit no
try mlflow-c explain no
echo "== every command has the same flags everywhere"
mlflow-c --help | sed -n '/^commands:/,/^$/s/^  \([a-z ]*[a-z]\)  *[A-Z].*/\1/p' >commands
flags() { grep -o -e '--[a-z][a-z-]*' | sort -u; }
pages=0
while read -r command; do
	mlflow-c $command --help | sed -n '/^flags/,$s/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p' | sort -u >in-help
	mlflow-c --help | sed -n '/^flags/,$s/^  \(-., \|    \)\(--[a-z-]*\).*/\2/p' | sort -u | sort -mu - in-help >want
	mlflow-c manual $command | sed 's/\\-/-/g' | grep -o 'fB--[a-z-]*' | flags | diff - want >said || { echo "manual of $command:"; cat said; }
	bash ./try mlflow-c $command -- | flags | comm -13 - want | sed "s/^/bash lacks $command /"
	for flag in $(cat in-help); do
		grep -q -e "-l ${flag#--}\( \|$\)" script.fish || echo "fish lacks $command $flag"
		grep -q -e "'\*\{0,1\}$flag\[" script.zsh || echo "zsh lacks $command $flag"
	done
	pages=$((pages + 1))
done <commands
[ $pages -eq $(wc -l <commands) ] && [ $pages -gt 40 ] && echo "all commands"
echo "== pages for man"
mkdir man
mlflow-c manual --into man
ls man | wc -l | awk -v want=$((pages + 1)) '{ print ($1 == want ? "a page each" : $1) }'
mlflow-c manual catalog list | head -n 12
mlflow-c manual nothing
mlflow-c manual --into nowhere
mlflow-c completion tcsh
echo "exit $?"
