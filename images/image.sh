# shellcheck shell=bash
# What the image scripts share: arguments, progress, a temporary folder that is always removed, and the way of a root file
# system into the container engine. It speaks the Engine API through curl, so no docker program is needed.
# To be sourced by a script that has set -euo pipefail.

# Reads `[--tag REF] [--progress]` into `reference` and `has_progress`. $1: the reference without --tag.
read_arguments() {
  reference=$1 has_progress=
  shift
  while (($#)); do
    case $1 in
      --tag)
        [[ -n ${2:-} ]] || fail 2 '--tag needs an image name'
        reference=$2
        shift
        ;;
      --progress) has_progress=1 ;;
      *) fail 2 "unknown argument $1; usage: $0 [--tag REF] [--progress]" ;;
    esac
    shift
  done
  local last=${reference##*/}
  [[ $reference != *@* && $last == *:* ]] || fail 2 "$reference is not an image name with a tag"
}

# Says why it ends, on standard error. $1: exit status (2: wrong use, 3: something is missing here, 1: anything else).
fail() {
  local status=$1
  shift
  printf 'error: %s\n' "$*" >&2
  exit "$status"
}

# One line a step on standard output. $1: part done, 0 to 1. With --progress the line is `progress 0.35 WORDS`.
progress() {
  if [[ -n $has_progress ]]; then
    printf 'progress %s %s\n' "$1" "$2"
  else
    printf '%s\n' "$2"
  fi
}

# Ends with status 3 and the whole list when a program is not there. Arguments: `program` or `program:package`.
require() {
  local missing=() name
  for name in "$@"; do
    command -v "${name%%:*}" >/dev/null || missing+=("${name##*:}")
  done
  ((${#missing[@]} == 0)) || fail 3 "missing on this machine: ${missing[*]} (on Debian: apt-get install ${missing[*]})"
}

# Makes `workspace`, a folder that goes when the script ends, also by a signal, together with the processes in `jobs_started`.
make_workspace() {
  local parent=${TMPDIR:-/tmp}
  sweep_workspaces "$parent"
  jobs_started=()
  workspace=$(mktemp -d "$parent/capstan-image.XXXXXXXX")
  trap remove_workspace EXIT
  trap 'exit 130' INT
  trap 'exit 143' TERM HUP
  # held by this script and all that it starts: while it is locked, somebody works here
  exec 9>"$workspace/lock"
  flock --nonblock 9
}

remove_workspace() {
  trap '' INT TERM HUP
  local job
  for job in "${jobs_started[@]}"; do
    kill -TERM -- "-$job" 2>/dev/null || continue
    # a package script may take its time over TERM, but not for ever
    timeout 10 tail --pid="$job" -f /dev/null || true
    kill -KILL -- "-$job" 2>/dev/null || true
    wait "$job" 2>/dev/null || true
  done
  rm -rf --one-file-system "$workspace"
}

# Removes what builds left behind that were killed outright. Folders of the last minute are left: theirs may not be locked yet.
sweep_workspaces() {
  local lock
  while IFS= read -r -d '' lock; do
    flock --nonblock "$lock" rm -rf --one-file-system "${lock%/lock}" || true
  done < <(find "$1" -mindepth 2 -maxdepth 2 -path '*/capstan-image.*/lock' -user "$(id -u)" -mmin +1 -print0 2>/dev/null)
}

# Runs a command in a process group of its own, so that it ends with the script. Its pid is in `job` afterwards.
start_job() {
  set -m
  "$@" &
  job=$!
  set +m
  jobs_started+=("$job")
}

# Sets `engine` to curl's arguments for the engine of DOCKER_HOST (unix or tcp), else the default socket, and asks whether it answers.
find_engine() {
  local host=${DOCKER_HOST:-unix:///var/run/docker.sock} scheme=http
  engine=(curl --silent --show-error)
  case $host in
    unix://*) engine+=(--unix-socket "${host#unix://}") engine_url=http://engine ;;
    tcp://*)
      if [[ -n ${DOCKER_TLS_VERIFY:-} ]]; then
        local certificates=${DOCKER_CERT_PATH:-$HOME/.docker}
        scheme=https
        engine+=(--cacert "$certificates/ca.pem" --cert "$certificates/cert.pem" --key "$certificates/key.pem")
      fi
      engine_url=$scheme://${host#tcp://}
      ;;
    *) fail 3 "DOCKER_HOST is $host: only unix:// and tcp:// are known here" ;;
  esac
  "${engine[@]}" --max-time 10 --fail --output /dev/null "$engine_url/_ping" ||
    fail 3 "no container engine answers at $host: start one, or name it in DOCKER_HOST"
}

# Makes an image of a root file system. $1: tar file; $2: file of Dockerfile instructions, one a line (LABEL, ENV, USER …).
import_image() {
  local query repository=${reference%:*} line answer replaced
  query="fromSrc=-&repo=$(urlencode "$repository")&tag=$(urlencode "${reference##*:}")"
  while IFS= read -r line; do
    [[ -z $line || $line == '#'* ]] || query+="&changes=$(urlencode "$line")"
  done <"$2"
  answer=$workspace/answer
  replaced=$("${engine[@]}" "$engine_url/images/$reference/json" | grep -o -m 1 '"Id":"sha256:[0-9a-f]*' | cut -d '"' -f 4) || true
  # no --fail: the reason stands in the body, and a late failure comes with status 200
  start_job "${engine[@]}" --header 'Content-Type: application/x-tar' --header 'Expect:' --output "$answer" \
    --request POST --upload-file "$1" "$engine_url/images/create?$query"
  wait "$job" || fail 1 'the engine did not take the image'
  if ! image_id=$(grep -o 'sha256:[0-9a-f]\{64\}' "$answer") || grep -qE '"(error|errorDetail)"' "$answer"; then
    fail 1 "the engine refused the image: $(<"$answer")"
  fi
  if [[ -n $replaced && $replaced != "$image_id" ]]; then
    # nobody can name the image that had this tag any more; the engine keeps it while a container or another tag needs it
    "${engine[@]}" --output /dev/null --request DELETE "$engine_url/images/$replaced" || true
  fi
  progress 1.00 "Made $reference, $image_id"
}

# Percent-encodes all but letters, digits and -._~ (bytes, whatever the locale).
urlencode() {
  local LC_ALL=C text=$1 out='' i character code
  for ((i = 0; i < ${#text}; i++)); do
    character=${text:i:1}
    if [[ $character == [a-zA-Z0-9._~-] ]]; then
      out+=$character
    else
      printf -v code '%d' "'$character"
      # some shells read a byte over 127 as a negative number
      printf -v character '%%%02X' $((code & 255))
      out+=$character
    fi
  done
  printf '%s' "$out"
}
