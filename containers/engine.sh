#!/usr/bin/env bash
# Sees to it that there is a container engine with compose, where the machine has none and root may install one:
#
#     containers/engine.sh up       starts one unless one runs; says which, and its storage driver
#     containers/engine.sh down     ends the one that `up` started, and no other
#
# Packages come from Debian: the engine from the release that is installed, the plugins for `docker compose` and
# `docker build` from trixie where that release has only their first editions. Exit codes: 0 there is an engine, 3 there is
# none and none can be had here (one line says why), 1 it went wrong.
set -uo pipefail
state=${RINGWALL_ENGINE_STATE:-/run/ringwall-engine}
plugins=${DOCKER_CONFIG:-$HOME/.docker}/cli-plugins
pid_file=$state/dockerd.pid
log=$state/dockerd.log

say() { echo "engine: $1"; }
cannot() {
  say "$1" >&2
  exit 3
}
runs() { docker version --format '{{.Server.Version}}' >/dev/null 2>&1; }

install_packages() {
  export DEBIAN_FRONTEND=noninteractive
  apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>"$state/apt.log" ||
    { apt-get update -qq >/dev/null 2>&1 && apt-get install -y -qq --no-install-recommends "$@" >/dev/null 2>"$state/apt.log"; } ||
    cannot "apt-get cannot install $*: $(grep -m1 '^E:' "$state/apt.log")"
}

install_plugins() {
  docker compose version >/dev/null 2>&1 && docker buildx version >/dev/null 2>&1 && return
  local unpacked
  unpacked=$(mktemp -d)
  "$(dirname "$0")/unpack-debian.sh" trixie "$unpacked" docker-compose docker-buildx 2>"$state/apt.log"
  mkdir -p "$plugins"
  cp "$unpacked"/usr/libexec/docker/cli-plugins/docker-{compose,buildx} "$plugins" 2>/dev/null
  rm -rf "$unpacked"
  docker compose version >/dev/null 2>&1 || cannot "docker compose is not installed, and cannot be: $(tail -n 1 "$state/apt.log")"
}

# A bridge with hundreds of containers has more neighbours than the kernel keeps by default.
raise_neighbour_table() {
  local entry file
  for entry in 1:8192 2:32768 3:65536; do
    file=/proc/sys/net/ipv4/neigh/default/gc_thresh${entry%%:*}
    [ "$(cat "$file")" -ge "${entry#*:}" ] || { echo "${entry#*:}" >"$file"; } 2>/dev/null ||
      say "cannot raise $file: keep fleets below about 100 phones"
  done
}

tell() {
  say "$(docker info --format 'Docker {{.ServerVersion}}, storage driver {{.Driver}}, {{.NCPU}} cores' 2>/dev/null), $(docker compose version 2>/dev/null | head -n 1)"
}

up() {
  if runs && docker compose version >/dev/null 2>&1; then
    tell
    return
  fi
  [ "$(uname -s)" = Linux ] || cannot "none runs here: start Docker (or an engine like it) first"
  [ "$(id -u)" = 0 ] || cannot "none runs here, and only root may install and start one"
  command -v apt-get >/dev/null || cannot "none runs here, and there is no apt-get to install one with"
  mkdir -p "$state"
  command -v dockerd >/dev/null && command -v iptables >/dev/null || install_packages docker.io iptables
  install_plugins
  if ! runs; then
    # One that was cut short leaves its number behind, which may be somebody else's by now.
    is_ours || rm -f "$pid_file"
    say "starting dockerd, which logs to $log"
    setsid dockerd --pidfile "$pid_file" >"$log" 2>&1 </dev/null &
    local starting=$!
    for _ in $(seq 120); do
      runs && break
      kill -0 "$starting" 2>/dev/null || cannot "dockerd cannot run here: $(tail -n 1 "$log")"
      sleep 0.5
    done
    runs || { kill "$starting" && cannot "dockerd does not answer: $(tail -n 1 "$log")"; }
  fi
  raise_neighbour_table
  tell
}

is_ours() {
  [ -r "$pid_file" ] && [ "$(cat "/proc/$(cat "$pid_file")/comm" 2>/dev/null)" = dockerd ]
}

down() {
  is_ours || return 0
  local pid
  pid=$(cat "$pid_file")
  kill "$pid" || return 1
  for _ in $(seq 120); do
    [ -e "/proc/$pid" ] || { say "ended" && return 0; }
    sleep 0.5
  done
  say "dockerd ($pid) does not end" >&2
  return 1
}

case ${1:-} in
  up) up ;;
  down) down ;;
  *)
    echo "Usage: $0 up|down" >&2
    exit 64
    ;;
esac
