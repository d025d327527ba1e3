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

# Writes a user whose name and password are the Secret's <prefix>username and <prefix>password.
write_user() { # file prefix tags configure-permission write-and-read-permission
  local name password
  name=$(json_string "$secrets/$2username")
  password=$(json_string "$secrets/$2password")
  cat >"$1" <<JSON
{
  "vhosts": [{"name": "/"}],
  "users": [{"name": $name, "password": $password, "tags": [$3]}],
  "permissions": [{"user": $name, "vhost": "/", "configure": "$4", "write": "$5", "read": "$5"}]
}
JSON
}

# The broker imports the files in the order of their names. The administrator comes last: a Secret
# that gives two users one name means one user, who keeps every right.
write_users() { # folder
  mkdir -p "$1"
  if [[ -e $secrets/scaler-username ]]; then
    write_user "$1/05-scaler.json" scaler- '"monitoring"' '^$' '^$'
  fi
  write_user "$1/10-worker.json" worker- '' '^$' '.*'
  write_user "$1/20-administrator.json" '' '"administrator"' '.*' '.*'
}

logins() {
  sha256sum "$secrets"/*username "$secrets"/*password
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
