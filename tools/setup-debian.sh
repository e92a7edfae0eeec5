#!/usr/bin/env bash
# Installs what the tests need from Debian's packages; asks nothing, and is done at once when all is there.
# Exit status: 0 everything is there; 1 apt failed; 3 not available here (not Debian, or not root), said in one line.
set -euo pipefail

# package, then a program it brings: one that is there by other means counts
wanted=(
  docker.io:dockerd
  docker-registry:docker-registry
  chromium-headless-shell:chromium-headless-shell
  mmdebstrap:mmdebstrap
  bubblewrap:bwrap
  busybox-static:
  curl:curl
  nginx-light:nginx
  iproute2:ip
  iptables:iptables
  # what pages show: Latin and symbols, colour emoji
  fonts-dejavu-core:
  fonts-noto-core:
  fonts-noto-color-emoji:
)

main() {
  local missing
  mapfile -t missing < <(missing_packages)
  ((${#missing[@]} > 0)) || exit 0
  if ! grep -qsE '^ID=debian$' /etc/os-release || ! command -v apt-get >/dev/null; then
    unavailable 'this is not Debian' "${missing[@]}"
  fi
  [[ $(id -u) == 0 ]] || unavailable 'not root' "${missing[@]}"
  printf 'installing %s\n' "${missing[*]}"
  # the lists may be fresh already: asking the mirror costs more than trying
  install_packages "${missing[@]}" || { apt-get -q=2 update && install_packages "${missing[@]}"; } || {
    printf 'error: apt-get could not install %s\n' "${missing[*]}" >&2
    exit 1
  }
}

# Prints the packages of `wanted` that are not installed and whose program is not there either, one a line.
missing_packages() {
  local entry package program installed=''
  if command -v dpkg-query >/dev/null; then
    # it fails when it does not know one of them, and prints the others all the same
    installed=$(dpkg-query --show --showformat '${Package} ${db:Status-Status}\n' "${wanted[@]%%:*}" 2>/dev/null || true)
  fi
  for entry in "${wanted[@]}"; do
    package=${entry%%:*} program=${entry#*:}
    ! grep -qxF "$package installed" <<<"$installed" || continue
    [[ -n $program ]] && PATH=$PATH:/usr/sbin:/sbin command -v "$program" >/dev/null || printf '%s\n' "$package"
  done
}

# No service is to start by being installed: tests start what they need, on ports of their own.
install_packages() {
  local policy=/usr/sbin/policy-rc.d status=0 is_ours=''
  if [[ ! -e $policy ]]; then
    is_ours=1
    printf '#!/bin/sh\nexit 101\n' >"$policy"
    chmod 755 "$policy"
  fi
  DEBIAN_FRONTEND=noninteractive apt-get install -q=2 -y --no-install-recommends -o DPkg::Lock::Timeout=300 \
    -o Dpkg::Options::=--force-unsafe-io -o Dpkg::Use-Pty=0 "$@" >&2 || status=$?
  [[ -z $is_ours ]] || rm -f "$policy"
  return "$status"
}

unavailable() {
  local reason=$1
  shift
  printf 'unavailable: %s (%s)\n' "$*" "$reason"
  exit 3
}

main
