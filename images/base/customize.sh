#!/bin/sh
# Finishes the root file system $1, after its packages and the files of rootfs/ are in.
set -eu
root=$1
chroot "$root" groupadd --gid 1000 work
chroot "$root" useradd --uid 1000 --gid 1000 --create-home --shell /bin/bash work
chmod 0440 "$root/etc/sudoers.d/session"
chroot "$root" visudo --check --quiet
# what belongs to the machine that built it: its names, proxies and passwords; host keys that all containers would share
rm -f "$root/etc/hostname" "$root/etc/resolv.conf" "$root/etc/apt/apt.conf.d/99mmdebstrap" "$root"/etc/ssh/ssh_host_*
sed -i -E 's,(https?://)[^/@ ]*@,\1,' "$root/etc/apt/sources.list"
