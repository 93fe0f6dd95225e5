# `make install` puts files where it says, a node compiles against them, `make uninstall` leaves nothing.
umask 022
ask() { make -s --no-print-directory -C "$REPO" B="$(dirname "$MLFLOW_C")" PREFIX=/usr DESTDIR="$PWD/root" -o all "$@" >log 2>&1 || { echo "make $*: $?"; tail log; }; }
ask install
(cd root && find . ! -type d | sort)
echo "== nothing that others may write to"
find root -perm /022 ! -type l
echo "== pkg-config, and a node that is compiled by what it says"
export PKG_CONFIG_PATH=$PWD/root/usr/share/pkgconfig PKG_CONFIG_SYSROOT_DIR=$PWD/root
pkg-config --modversion mlflow-c
root/usr/bin/mlflow-c new -q project
cd project && mkdir -p build/nodes
gcc -std=gnu11 -shared -fPIC $(pkg-config --cflags mlflow-c) -o build/nodes/people.so nodes/people.c -lm
../root/usr/bin/mlflow-c node describe people | head -n 1
cd ..
echo "== uninstall"
touch root/usr/bin/other
ask uninstall
(cd root && find . ! -type d; find . -type d -name '*mlflow*')
