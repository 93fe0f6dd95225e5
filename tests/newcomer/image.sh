# SPDX-License-Identifier: Apache-2.0
# tests/newcomer/image.sh BASE.tar REPO.git PACKAGE MLFLOW_C: the Dockerfile of a new project, from a Debian 12
# that has nothing on it, once with the package and once with the source; and what the images do when they are
# run. By buildah, which needs no daemon; nothing of it is left.
repo=$(realpath "$2") deb=$(realpath "$3") program=$(realpath "$4")
base=$(realpath "$1")
dir=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cd "$work" || exit
cp "$dir/kit.sh" .
. ./kit.sh
images() { buildah --storage-driver vfs --root "$work/store" --runroot "$work/run" "$@"; }
# The image NAME of the folder, as docker build --build-arg $2 would make it.
build() { images bud --isolation chroot --pull-never -v "$repo:/repo.git:ro" -v "$deb:/mlflow-c.deb:ro" --build-arg "$2" -t "$1" .; }
# What `docker run` with a folder for the registry does: the CMD of the image.
run()
{
	c=$(images from --pull-never "localhost/$1") || return
	images run --isolation chroot -v "$PWD/runs:/project/runs" "$c" -- \
		$(images inspect --format '{{range .OCIv1.Config.Cmd}}{{.}} {{end}}' "$c")
}

mkdir empty
ln "$base" empty/base.tar 2>/dev/null || cp "$base" empty/base.tar
printf 'FROM scratch\nADD base.tar /\nCMD ["sh"]\n' >empty/Dockerfile
cd empty || exit
step 0 'debian:12' images bud --isolation chroot -t docker.io/library/debian:12 .
cd ..
step 0 'mlflow-c new loans --template loan' "$program" new loans --template loan
cd loans || exit
mkdir -p runs
step 0 'docker build, with the package' build packaged MLFLOW_C_DEB=file:///mlflow-c.deb
step 0 'docker run' run packaged
shows 'alias production moved'
step 0 'docker run, with the registry of the first' run packaged
shows 'loan version 2 registered'
step 0 'docker build, from source' build made MLFLOW_C_GIT=file:///repo.git
step 0 'docker run' run made
shows 'loan version 3 registered'
row "$began" 'in all'
