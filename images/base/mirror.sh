# shellcheck shell=bash
# Where Debian packages come from: what this machine itself uses. To be sourced after image.sh.

# Prints one apt source line for each of the suites of release $1 that this machine's own sources have a counterpart of.
# CAPSTAN_DEBIAN_MIRROR names a mirror where the machine is no Debian, or its mirror does not carry that release.
package_sources() {
  local release=$1 uri suite main='' security='' has_updates=''
  if [[ -n ${CAPSTAN_DEBIAN_MIRROR:-} ]]; then
    printf 'deb %s %s main\n' "$CAPSTAN_DEBIAN_MIRROR" "$release"
    return
  fi
  while read -r uri suite; do
    case $suite in
      *-security | */updates) security=${security:-$uri} ;;
      *-updates) has_updates=1 ;;
      *-*) ;;
      # another vendor may have a suite of the same name: the usual path of a mirror decides
      *) [[ -n $main && $uri != */debian/ ]] || main=$uri ;;
    esac
  done < <(own_sources)
  [[ -n $main ]] || fail 3 'no Debian mirror among the apt sources of this machine: name one in CAPSTAN_DEBIAN_MIRROR'
  printf 'deb %s %s main\n' "$main" "$release"
  [[ -z $has_updates ]] || printf 'deb %s %s-updates main\n' "$main" "$release"
  [[ -z $security ]] || printf 'deb %s %s-security main\n' "$security" "$release"
}

# Prints `URI/ SUITE` for each http(s) source of this machine that has a component "main" of the release it runs.
own_sources() {
  local file codename
  # shellcheck source=/dev/null
  codename=$(. /etc/os-release && [[ $ID == debian ]] && printf '%s' "${VERSION_CODENAME:-sid}") || return 0
  for file in /etc/apt/sources.list /etc/apt/sources.list.d/*.list; do
    [[ ! -r $file ]] || list_sources "$file"
  done | own_release "$codename"
  for file in /etc/apt/sources.list.d/*.sources; do
    [[ ! -r $file ]] || stanza_sources "$file"
  done | own_release "$codename"
}

# One-line form: deb [options] URI SUITE COMPONENT…
list_sources() {
  sed -nE 's/#.*//; s/^[[:space:]]*deb[[:space:]]+(\[[^]]*\][[:space:]]*)?//p' "$1" |
    awk '{ for (i = 3; i <= NF; i++) if ($i == "main") print $1, $2 }'
}

# deb822 form: paragraphs of Types, URIs, Suites, Components, with continuation lines and comments.
stanza_sources() {
  awk '
    function flush(  u, s, i, j) {
      if ((" " field["types"] " ") ~ / deb / && (" " field["components"] " ") ~ / main / && tolower(field["enabled"]) !~ /^ *(no|false|0|off)/) {
        split(field["uris"], u); split(field["suites"], s)
        for (i = 1; i in u; i++) for (j = 1; j in s; j++) print u[i], s[j]
      }
      split("", field)
    }
    /^#/ { next }
    /^[[:space:]]*$/ { flush(); next }
    /^[[:space:]]/ { field[name] = field[name] " " $0; next }
    { name = tolower($0); sub(/:.*/, "", name); value = $0; sub(/^[^:]*:/, "", value); gsub(/[[:space:]]+/, " ", value); field[name] = value }
    END { flush() }' "$1"
}

# Keeps the lines of the release $1, under its code name or the name of its state, and ends each URI in one slash.
own_release() {
  local uri suite
  while read -r uri suite; do
    case $uri in http://* | https://*) ;; *) continue ;; esac
    case $suite in
      "$1" | "$1"-* | "$1"/* | stable* | oldstable* | testing* | unstable | sid) printf '%s/ %s\n' "${uri%%/}" "$suite" ;;
    esac
  done
}

# Prints how this machine's apt is told to reach its mirrors (proxies, retries, checks of dates), as apt options.
apt_network_options() {
  apt-config dump | grep -E '^Acquire::(https?::|Retries|Check-(Date|Valid-Until))' | grep -v ' "";$' || true
}
