# Ctrl-C on a terminal: the live lines go, what happened stays, and the terminal is as it was.
. "$REPO/tests/cli/paces.sh"
paces
mkfifo keys
terminal 80 'mlflow-c run -p waiting -j 1 --color always' <keys >said &
exec 3>keys
half_way
printf '\003' >&3
wait
exec 3>&-
tail -n 6 said
echo "cursor hidden: $(grep -c '25l' said)"
