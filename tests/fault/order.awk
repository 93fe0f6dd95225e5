# SPDX-License-Identifier: Apache-2.0
# Checks the order of calls in a log of meddle (its lines without the bytes) against docs/design/05-publishing.md:
#
#	write of a stage ... fsync of it ... commit of the intent ... rename ... fsync of the folder ... commit
#
# Prints what breaks it, and at the end `N renames, N commits`.

function parent(path) { return match(path, /\/[^\/]*$/) ? substr(path, 1, RSTART - 1) : "." }
function broken(what) { print FNR ": " what }

BEGIN { FS = "\t"; db = "runs/mlflow.db" }

# Not on the disk yet: bytes of a file, names in a folder.
$2 == "write" || $2 == "pwrite64" || $2 == "create" || $2 == "truncate" || $2 == "ftruncate" { unsynced[$5] = FNR }
$2 == "create" || $2 == "mkdirat" || $2 ~ /^rename/ || $2 ~ /^unlink/ { names[parent($5)] = FNR }
$2 == "mkdirat" { names[$5] = FNR }
$2 == "create" || $2 == "mkdirat" { made[$5] = FNR }
$2 == "fsync" || $2 == "fdatasync" {
	delete unsynced[$5]
	delete names[$5]
	for (path in made)
		if (parent(path) == $5)
			delete made[path]
	staged[$5] = FNR
	if ($5 == db)
		flushed = FNR
}

# A commit: the database is flushed, then its journal is cut.
$2 ~ /write/ && $5 == db {
	for (folder in due)
		broken("the registry is written to before the folder " folder " was flushed")
	split("", due)
}
$2 == "ftruncate" && $5 == db "-journal" && flushed {
	committed = FNR
	commits++
	flushed = 0
}

# A stage takes the place of its target.
$1 == "main" && $2 ~ /^rename/ && $5 ~ /^data\/.*\.stage$/ {
	renames++
	for (path in unsynced)
		if (path == $5 || index(path, $5 "/") == 1)
			broken($5 " is renamed, " path " was not flushed")
	for (path in names)
		if (path == $5 || index(path, $5 "/") == 1)
			broken($5 " is renamed, names in " path " were not flushed")
	if ($5 in made)
		broken($5 " is renamed, its own name was not flushed")
	if (!($5 in staged))
		broken($5 " is renamed and was never flushed")
	else if (committed < staged[$5])
		broken($5 " is renamed before its intent is committed")
	due[parent($6)] = 1
	exchanged[$5] = $3 == 2
}
$2 == "fsync" && $5 in due { delete due[$5] }
$1 == "main" && $2 ~ /^unlink/ {
	for (stage in exchanged)
		if (exchanged[stage] && index($5, stage "/") == 1 && parent(stage) in due)
			broken($5 " is removed, and the exchange that made it old was not flushed")
}
END { print renames + 0 " renames, " commits + 0 " commits" }
