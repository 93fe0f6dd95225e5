# Of 60 mistakes of typing at least 57 are answered with what was meant, and nonsense with nothing.
. "$REPO/tests/cli/kit.sh"
loan

# What is suggested for the command line "$@".
suggested()
{
	mlflow-c "$@" 2>&1 >answer | grep -o 'did you mean .*\|similar name exists.*' | head -n 1
}

# Changes the first word $2 of the file $1 to $3, asks, and changes it back.
misspell()
{
	cp "$1" saved
	awk -v from="$2" -v to="$3" '
		!done && (at = index($0, from)) {
			$0 = substr($0, 1, at - 1) to substr($0, at + length(from)); done = 1 }
		{ print }' saved >"$1"
	cmp -s saved "$1" && echo "$1 has no $2"
	suggested validate
	cp saved "$1"
}

cases=0
right=0
nonsense=0
while read -r line; do
	case $line in
	'' | '#'*) continue ;;
	'none '*)
		nonsense=$((nonsense + 1))
		got=$(suggested ${line#none })
		[ -z "$got" ] || echo "$line: $got"
		continue ;;
	conf/*)
		words=${line%% => *}
		change=${words#*: }
		got=$(misspell "${words%%: *}" "${change%% -> *}" "${change##* -> }") ;;
	*) got=$(suggested ${line%% => *}) ;;
	esac
	cases=$((cases + 1))
	case $got in
	*"\`${line##* => }\`"*) right=$((right + 1)) ;;
	*) echo "$line: $got" ;;
	esac
done <"$REPO/tests/data/typos.test"
echo "$right of $cases; $nonsense words of nonsense"
[ $right -ge 57 ]
