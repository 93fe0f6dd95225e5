# A plugin that somebody else could have written is refused, whatever makes it so.
. "$REPO/tests/fault/kit.sh"
project
pipeline good >conf/base/pipeline.yml
plugin=build/nodes/faults.so
refused()
{
	timeout 10 mlflow-c validate 2>message
	echo "$1: exit $?"
	sed -n '/^error/p; /help:/p' message
}
chmod o+w $plugin
refused 'file writable by all'
chmod 775 $plugin
refused 'file writable by the group'
chmod 755 $plugin
chmod g+w build/nodes
refused 'folder writable by the group'
chmod 755 build/nodes
chmod o+w build
refused 'folder above it writable by all'
chmod +t build
refused 'the same, sticky'
chmod 755 build
mv $plugin build/nodes/real.so
ln -s real.so $plugin
refused 'symbolic link'
rm $plugin
mkfifo $plugin
refused 'pipe'
rm $plugin
mkdir $plugin
refused 'folder'
rmdir $plugin
refused 'nothing'
unharmed
