# A bit that flips in a file of a registered model is found by registry verify, whichever it is.
. "$REPO/tests/cli/kit.sh"
loan
mlflow-c run -q -j 2 2>/dev/null
find runs -path '*artifacts/loan/*' -type f -size +0 | sort >files
[ "$(wc -l <files)" -gt 2 ] || cat files
mlflow-c registry verify -q --plain >whole
echo "whole: exit $?"

# Turns bit $3 of byte $2 of the file $1 over; twice is as if never.
flip()
{
	byte=$(od -An -tu1 -j "$2" -N 1 "$1")
	printf "\\$(printf %03o $((byte ^ (1 << $3))))" | dd of="$1" bs=1 seek="$2" conv=notrunc status=none
}
flips=100
[ -z "${FULL-}" ] || flips=300
sum=7 found=0
for n in $(seq $flips); do
	file=$(sed -n "$((n % $(wc -l <files) + 1))p" files)
	sum=$(((sum * 1103515245 + 12345) % 2147483648))
	at=$((sum / 8 % $(wc -c <"$file"))) bit=$((sum / 4096 % 8))
	flip "$file" $at $bit
	mlflow-c registry verify -q --plain >said 2>&1
	code=$?
	if [ $code = 0 ] || ! grep -q "$(basename "$file")" said; then echo "bit $bit of byte $at of $file: exit $code: $(head -n 1 said)"; else found=$((found + 1)); fi
	flip "$file" $at $bit
done
[ $found = $flips ] && echo 'every flip was found, and its file named'
mlflow-c registry verify -q --plain | diff - whole && echo 'whole again'

