# scripts/doctest notices whatever is not as the document says

# Tries the document on stdin.
try()
{
	echo "== $1"
	cat >page.md
	"$REPO/scripts/doctest" page.md 2>&1
	echo "status $?"
}

try 'all is as it says' <<'END'
```sh
mkdir -p a/b && cd a
```
`b/greeting.txt`:

```text
good ... morning
```
The folder is still the one that the commands went to.
```sh
cat b/greeting.txt; basename "$PWD"; cat b/greeting.txt
```
```text
good...morning
...
a
...
good ... morning
...
```
```c
only for reading
```
```sh exit=3
(exit 3)
echo never
```
END
try 'what differs from run to run may differ' <<'END'
```sh
echo 'run calm-otter took 12ms and 3.5 MB,  2 at once'
echo '2026-11-20 14:13  3 rows'
```
```text
run bold-fox took 1.3s and 700 B, 8 at once
2025-01-15 03:00     3 rows
```
END
try 'a caret at another place' <<'END'
```sh
echo '  ^^^'
```
```text
   ^^^
```
END
try 'another output' <<'END'
```sh
echo one; echo two
```
```text
one
...
three
```
END
try 'more output than shown' <<'END'
```sh
echo one; echo two
```
```text
one
```
END
try 'less output than shown' <<'END'
```sh
echo one
```
```text
one
two
```
END
try 'another text within a line' <<'END'
```sh
echo 12 ms and 3 rows
```
```text
... ms ... 4 rows
```
END
try 'a failure that was not announced' <<'END'
```sh
echo before
false
echo after
```
END
try 'a success where a failure was announced' <<'END'
```sh exit=1
true
```
END
try 'a file into a folder that is not there' <<'END'
`nowhere/file.txt`:
```text
x
```
```sh
true
```
END
try 'a file without content' <<'END'
`file.txt`:

Oh, by the way.
END
try 'a file without content, at the end' <<'END'
`file.txt`:
END
try 'an output without a command' <<'END'
```sh
true
```
In between.
```text
x
```
END
try 'a block without an end' <<'END'
```sh
true
END
try 'a block that wants something unknown' <<'END'
```sh root
true
```
END
try 'nothing to do' <<'END'
Prose.
END
