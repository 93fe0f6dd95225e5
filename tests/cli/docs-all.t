# every page that has commands is run by a session, and the blocks that no session runs are these
cd "$REPO" || exit 1
for page in *.md docs/*.md examples/*/README.md; do
	grep -q '^```sh' "$page" || continue
	grep -qsF "REPO/$page\"" tests/cli/docs-*.t tests/cli/example-*.t || echo "$page: no session runs it"
done
scripts/unexecuted *.md docs/*.md examples/*/README.md
# The map names every folder of the repository.
for folder in */; do
	[ "$folder" = build/ ] || grep -q "$folder\|│ ${folder%/} " docs/architecture.md ||
		echo "docs/architecture.md: does not name $folder"
done
