#!/bin/bash
# The first process of the broker's container. Two things have to be made anew at every start of it:
# - the Erlang cookie: Kubernetes makes a volume's files readable to the group each time it mounts
#   them, and the broker refuses a cookie that others than its owner can read.
# - the users: the chart cannot read a Secret that it did not write, so their definitions are made
#   here, from its files. They are made again when those change, while the broker runs.
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

# The broker imports the files in the order of their names. The administrator comes last: a Secret
# that gives two users one name means one user, who keeps every right.
write_users() { # folder
  local user
  mkdir -p "$1"
  for user in "$secrets"/users/*; do
    user_definitions "$user" >"$1/10-${user##*/}.json"
  done
  mv "$1/10-administrator.json" "$1/20-administrator.json"
}

logins() {
  sha256sum "$secrets"/users/*/*
}

# Kubernetes renews mounted files about a minute after their Secret. Every broker imports what it
# sees: they are few, and to import the same again changes nothing.
follow_logins() { # what-was-imported-at-the-start
  local known=$1 present
  while sleep "${FOLLOW_SECONDS:-10}" && kill -0 $$ 2>/dev/null; do
    present=$(logins)
    if [[ $present != "$known" ]] && import_users; then
      known=$present
      echo "start.sh: imported the users anew, as their Secret has changed"
    fi
  done
}

import_users() {
  local file
  rm -rf "$renewed"
  write_users "$renewed"
  for file in "$renewed"/*.json; do
    rabbitmqctl --quiet import_definitions "$file" || return 1
  done
  rm -rf "$renewed"
}

rm -rf "$HOME/.erlang.cookie" "$definitions"
install -m 400 "$secrets/erlang-cookie" "$HOME/.erlang.cookie"

imported=$(logins)
write_users "$definitions"
cp "$secrets/topology.json" "$definitions/30-topology.json"

follow_logins "$imported" &
exec rabbitmq-server
