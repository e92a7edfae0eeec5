#!/usr/bin/env bash
# Builds the base session image from Debian packages alone and hands it to the container engine.
#   build.sh [--tag REF] [--progress]
# Exit status: 0 made; 2 wrong use; 3 something is missing on this machine; 1 it failed (the reason is on standard error).
set -euo pipefail
folder=$(cd -- "$(dirname -- "${BASH_SOURCE[0]}")" && pwd)
# shellcheck source=../image.sh
. "$folder/../image.sh"
# shellcheck source=mirror.sh
. "$folder/mirror.sh"

release=bookworm
exclude=('/usr/share/'{man,info,locale,lintian,linda,groff,bug}'/*' '/usr/share/doc/*' '/usr/share/javascript/mathjax/unpacked/*')

main() {
  read_arguments capstan/base:1.0-py311-debian12 "$@"
  require mmdebstrap curl tar flock:util-linux
  [[ $(id -u) == 0 ]] || fail 3 'the base image can be built by root only'
  find_engine
  make_workspace
  progress 0.00 'Looking for packages'
  package_sources "$release" >"$workspace/sources"
  apt_network_options >"$workspace/apt.conf"
  # whoever owns the checkout, in the image these files are root's
  tar --create --file "$workspace/rootfs.tar" --directory "$folder/rootfs" --owner=0 --group=0 --mode='u=rwX,go=rX' .
  install_packages
  progress 0.88 'Handing the image to the container engine'
  import_image "$workspace/image.tar" "$folder/config"
}

# Makes image.tar. The messages go through show_installation; those that matter are repeated when it fails.
install_packages() {
  mkdir "$workspace/tmp"
  mkfifo "$workspace/messages"
  start_job run_mmdebstrap
  show_installation <"$workspace/messages"
  wait "$job" || {
    grep -E '^(E|Err|dpkg: error)[: ]' "$workspace/log" | tail -n 20 >&2 || tail -n 20 "$workspace/log" >&2
    fail 1 'the packages could not be installed'
  }
}

run_mmdebstrap() {
  local packages options=() pattern
  packages=$(grep -v '^#' "$folder/packages" | paste -sd,)
  for pattern in "${exclude[@]}"; do options+=("--dpkgopt=path-exclude=$pattern"); done
  TMPDIR=$workspace/tmp exec mmdebstrap --mode=root --variant=minbase --format=tar --verbose --include="$packages" \
    --aptopt="$workspace/apt.conf" --dpkgopt=force-unsafe-io "${options[@]}" --dpkgopt='path-include=/usr/share/doc/*/copyright' \
    --customize-hook="tar-in '$workspace/rootfs.tar' /" --customize-hook="'$folder/customize.sh' \"\$1\"" \
    "$release" "$workspace/image.tar" - <"$workspace/sources" >"$workspace/messages" 2>&1
}

# Turns the messages of apt and dpkg into steps. Packages come in two rounds, the essential ones first; each is fetched,
# unpacked and set up. A line is printed when another hundredth of the whole is done.
show_installation() {
  local line words round=0 total=1 done=0 shown=0 hundredths from=(0 3 25) span=(0 22 55)
  local is_fetched='^Get:[0-9]+ [^ ]+ [^ ]+ [^ ]+ ([^ ]+) [^ ]+ [^ ]+ \['
  while IFS= read -r line; do
    printf '%s\n' "$line" >>"$workspace/log"
    if [[ $line =~ ,\ ([0-9]+)\ newly\ installed, ]]; then
      total=$((3 * BASH_REMATCH[1])) done=0
      ((round == 2)) || round=$((round + 1))
      continue
    elif [[ $line =~ $is_fetched ]]; then
      words="Fetching ${BASH_REMATCH[1]}"
    elif [[ $line =~ ^Unpacking\ ([^ :]+) ]]; then
      words="Unpacking ${BASH_REMATCH[1]}"
    elif [[ $line =~ ^Setting\ up\ ([^ :]+) ]]; then
      words="Installing ${BASH_REMATCH[1]}"
    elif [[ $line == 'I: extracting archives'* ]]; then
      progress "$(printf '0.%02d' "$shown")" 'Extracting the essential packages'
      continue
    elif [[ $line == 'I: creating tarball'* ]]; then
      progress 0.82 'Packing the file system'
      continue
    else
      continue
    fi
    ((done++ < total)) || done=$total
    hundredths=$((from[round] + span[round] * done / total))
    ((hundredths > shown)) || continue
    shown=$hundredths
    progress "$(printf '0.%02d' "$hundredths")" "$words"
  done
}

main "$@"
