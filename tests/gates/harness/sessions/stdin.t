# standard input is empty
cat
