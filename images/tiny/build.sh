#!/usr/bin/env bash
# Builds a session image of 2 MB, for tests and benchmarks: Debian's static busybox, the user work, a small web server.
#   build.sh [--tag REF] [--progress]
# Exit status: as of base/build.sh. It does not need root.
set -euo pipefail
folder=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../image.sh
. "$folder/../image.sh"

main() {
  read_arguments capstan/tiny:1 "$@"
  require curl tar flock:util-linux
  find_engine
  make_workspace
  local root=$workspace/root
  mkdir -p "$root"/{bin,dev,etc,home/work,proc,root,sys,tmp,usr/bin,var/tmp}
  progress 0.10 'Fetching busybox'
  find_busybox >"$root/bin/busybox"
  chmod 755 "$root/bin/busybox"
  progress 0.60 'Laying out the file system'
  local applet
  while read -r applet; do
    [[ $applet == busybox ]] || ln -s busybox "$root/bin/$applet"
  done < <("$root/bin/busybox" --list)
  ln -s /bin/env "$root/usr/bin/env"
  cp -R "$folder/rootfs/." "$root"
  pack "$root"
  progress 0.80 'Handing the image to the container engine'
  import_image "$workspace/image.tar" "$folder/config"
}

# Prints the program: the one installed here if it needs no libraries, else that of Debian's package.
find_busybox() {
  local installed
  if installed=$(command -v busybox) && ! grep -q 'ld-linux\|ld-musl' "$installed"; then
    cat "$installed"
    return
  fi
  command -v apt-get >/dev/null || fail 3 'missing on this machine: a busybox without shared libraries (on Debian: busybox-static)'
  mkdir "$workspace/packages"
  (cd "$workspace/packages" && apt-get download -q=2 -o APT::Sandbox::User=root busybox-static >/dev/null) ||
    fail 3 'busybox-static could not be fetched: apt-get update, or apt-get install busybox-static'
  dpkg-deb --fsys-tarfile "$workspace"/packages/*.deb | tar --extract --to-stdout --wildcards './*bin/busybox'
}

# Makes image.tar of folder $1, with owners and modes that do not depend on who runs this.
pack() {
  local image=$workspace/image.tar
  tar --create --file "$image" --directory "$1" --owner=0 --group=0 --mode='u=rwX,go=rX' \
    --exclude=./home/work --exclude=./tmp --exclude=./var/tmp .
  tar --append --file "$image" --directory "$1" --owner=0 --group=0 --mode=1777 ./tmp ./var/tmp
  tar --append --file "$image" --directory "$1" --owner=1000 --group=1000 --mode=755 ./home/work
}

main "$@"
