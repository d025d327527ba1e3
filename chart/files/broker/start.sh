#!/bin/bash
# The first process of the broker's container. Two things have to be made anew at every start of it:
# - the Erlang cookie: Kubernetes makes a volume's files readable to the group each time it mounts
#   them, and the broker refuses a cookie that others than its owner can read.
# - the users: the chart cannot read a Secret that it did not write, so their definitions are made
#   here, from its files.
# What the broker declares is imported again when it changes, while the broker runs.
set -euo pipefail
umask 077

secrets=/run/secrets/rabbitmq
definitions=$HOME/definitions
renewed=$HOME/renewed

# Prints a file as a JSON string. A Secret's value may hold quotes, backslashes and line breaks.
json_string() {
  local text
  IFS= read -r -d '' text <"$1" || true
  text=${text//\\/"\\\\"}
  text=${text//\"/"\\\""}
  text=${text//$'\n'/"\\n"}
  text=${text//$'\r'/"\\r"}
  text=${text//$'\t'/"\\t"}
  printf '"%s"' "$text"
}

# Prints a user's definitions with name and password in place.
user_definitions() { # folder
  local name password line
  name=$(json_string "$1/username")
  password=$(json_string "$1/password")
  # A line holds one of the two at most, so a name that reads like a placeholder stays a name.
  while IFS= read -r line; do
    case $line in
      *'"@username@"'*) line=${line/'"@username@"'/"$name"} ;;
      *'"@password@"'*) line=${line/'"@password@"'/"$password"} ;;
    esac
    printf '%s\n' "$line"
  done <"$1/definitions.json"
}

# The broker imports the files in the order of their names. The administrator comes last of users: a
# Secret that gives two of them one name means one user, who keeps every right. The topology needs the
# virtual hosts that they bring. A file from elsewhere may have the same users and comes before them.
write_definitions() { # folder
  local user
  mkdir -p "$1"
  if [[ -f $secrets/definitions.json ]]; then
    cp "$secrets/definitions.json" "$1/00-definitions.json"
  fi
  for user in "$secrets"/users/*; do
    user_definitions "$user" >"$1/10-${user##*/}.json"
  done
  mv "$1/10-administrator.json" "$1/20-administrator.json"
  cp "$secrets/topology.json" "$1/30-topology.json"
}

state() {
  sha256sum "$secrets"/users/*/* "$secrets"/*.json
}

# Kubernetes renews mounted files about a minute after their Secret. Every broker imports what it
# sees: they are few, and to import the same again changes nothing.
follow() { # what-was-imported-at-the-start
  local known=$1 present
  while sleep "${FOLLOW_SECONDS:-10}" && kill -0 $$ 2>/dev/null; do
    present=$(state) || continue
    if [[ $present != "$known" ]] && import_anew; then
      known=$present
      echo "start.sh: imported users and topology anew, as their Secrets have changed"
    fi
  done
}

import_anew() {
  local file
  rm -rf "$renewed"
  write_definitions "$renewed"
  for file in "$renewed"/*.json; do
    rabbitmqctl --quiet import_definitions "$file" || return 1
  done
  rm -rf "$renewed"
}

# A broker that stops hands its queues to the others, and does not get them back by itself. The first
# one is the last that a rollout restarts: once all run again it has the leaders spread over them.
spread_leaders() { # how-many-brokers
  until rabbitmqctl --quiet await_startup 2>/dev/null; do
    kill -0 $$ 2>/dev/null || return 0
    sleep 5
  done
  rabbitmqctl --quiet await_online_nodes "$1" --timeout 600 &&
    echo "start.sh: spreading the leaders of queues" &&
    rabbitmq-queues --quiet --formatter json rebalance quorum
}

rm -rf "$HOME/.erlang.cookie" "$definitions"
install -m 400 "$secrets/erlang-cookie" "$HOME/.erlang.cookie"

imported=$(state)
write_definitions "$definitions"

follow "$imported" &
if [[ ${POD_NAME:-} == *-0 && -n ${SPREAD_LEADERS_OVER:-} ]]; then
  spread_leaders "$SPREAD_LEADERS_OVER" &
fi
exec rabbitmq-server
