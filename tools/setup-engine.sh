#!/usr/bin/env bash
# Starts a container engine where none answers, and waits until it does.
# Prints one line: `running` (one answered already), `started PIDFILE` (to be stopped by the caller), or `unavailable: WHY`.
# Exit status: 0 an engine answers; 1 it would not start (the end of its log is on standard error); 3 not available here.
set -euo pipefail
socket=/var/run/docker.sock
patience_s=60

main() {
  if answers "${DOCKER_HOST:-unix://$socket}"; then
    printf 'running\n'
    exit 0
  fi
  [[ -z ${DOCKER_HOST:-} || $DOCKER_HOST == "unix://$socket" ]] || unavailable "no engine answers at DOCKER_HOST=$DOCKER_HOST"
  [[ $(uname -s) == Linux ]] || unavailable 'an engine is started on Linux only'
  [[ $(id -u) == 0 ]] || unavailable 'only root may start an engine'
  PATH=$PATH:/usr/sbin:/sbin
  # the packaged one fits the packaged containerd and runc
  dockerd=/usr/sbin/dockerd
  [[ -x $dockerd ]] || dockerd=$(command -v dockerd) || unavailable 'there is no dockerd (on Debian: docker.io)'
  start
}

# Two callers at once start one engine: the second waits for the first, then finds it running.
start() {
  local folder log pidfile deadline
  exec 9>/run/capstan-engine.lock
  flock --wait "$patience_s" 9 || fail 'another start is still going on'
  if answers "unix://$socket"; then
    printf 'running\n'
    exit 0
  fi
  forget_containerd
  folder=$(mktemp -d "${TMPDIR:-/tmp}/capstan-engine.XXXXXXXX")
  log=$folder/log pidfile=$folder/pid
  # a pid file of a killed engine may name a process that lives: ours is new, and the socket is known to be dead
  setsid "$dockerd" --host "unix://$socket" --pidfile "$pidfile" --userland-proxy=false >"$log" 2>&1 </dev/null 9>&- &
  deadline=$((SECONDS + patience_s))
  until answers "unix://$socket"; do
    kill -0 "$!" 2>/dev/null || fail "dockerd ended; the end of $log:" "$(tail -n 15 "$log")"
    if ((SECONDS >= deadline)); then
      kill "$!"
      fail "dockerd does not answer after $patience_s s; the end of $log:" "$(tail -n 15 "$log")"
    fi
    sleep 0.2
  done
  printf 'started %s\n' "$pidfile"
}

# The engine waits in vain for a containerd whose number, left by a killed engine, now belongs to another process.
forget_containerd() {
  local pidfile=/run/docker/containerd/containerd.pid name
  [[ -s $pidfile ]] || return 0
  name=$(cat "/proc/$(<"$pidfile")/comm" 2>/dev/null || true)
  [[ $name == containerd ]] || rm -f "$pidfile"
}

# Does an engine answer at $1 (unix://PATH or tcp://HOST:PORT)?
answers() {
  local tls=()
  case $1 in
    unix://*) curl -sf --max-time 5 -o /dev/null --unix-socket "${1#unix://}" http://engine/_ping 2>/dev/null ;;
    tcp://*)
      if [[ -n ${DOCKER_TLS_VERIFY:-} ]]; then
        local keys=${DOCKER_CERT_PATH:-$HOME/.docker}
        tls=(--cacert "$keys/ca.pem" --cert "$keys/cert.pem" --key "$keys/key.pem")
      fi
      curl -sf --max-time 5 -o /dev/null ${tls[0]+"${tls[@]}"} "http${tls[0]+s}://${1#tcp://}/_ping" 2>/dev/null
      ;;
    *) return 1 ;;
  esac
}

unavailable() {
  printf 'unavailable: %s\n' "$1"
  exit 3
}

fail() {
  printf 'error: %s\n' "$@" >&2
  exit 1
}

main
