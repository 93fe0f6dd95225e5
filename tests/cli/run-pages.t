# A reader maps the very pages that the writer wrote, also grafted ones: 100 MiB, and no copy.
. "$REPO/tests/cli/kit.sh"
mkdir -p conf/base build/nodes
install -m 755 "$FIXTURES/pages.so" build/nodes/
cat >conf/base/pipeline.yml <<END
pages:
  nodes:
    - {name: a_write, plugin: "pages:write_pages", outputs: a}
    - {name: b_graft, plugin: "pages:graft_pages", inputs: a, outputs: b}
    - {name: c_graft, plugin: "pages:graft_pages", inputs: b, outputs: c}
    - {name: read_a, plugin: "pages:read_pages", inputs: a}
    - {name: read_c, plugin: "pages:read_pages", inputs: c}
END
mlflow-c run -j 1 --name first
echo "exit $?"
cd runs/default/first/logs
for reader in read_a read_c; do
	[ "$(grep ^inode a_write.log)" = "$(grep ^inode $reader.log)" ] && echo "$reader: the same pages"
done
grep -v ^inode a_write.log read_a.log read_c.log
grep -q '^inode [1-9]' a_write.log || echo "no inode"
