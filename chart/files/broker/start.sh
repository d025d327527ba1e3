#!/bin/bash
# The first process of the broker's container. Two things have to be made anew at every start of it:
# - the Erlang cookie: Kubernetes makes a volume's files readable to the group each time it mounts
#   them, and the broker refuses a cookie that others than its owner can read.
# - the users: the chart cannot read a Secret that it did not write, so their definitions are made
#   here, and a changed password counts from this start on.
set -euo pipefail
umask 077

secrets=/run/secrets/rabbitmq
definitions=$HOME/definitions

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
write_user() { # file prefix tags configure-permission
  local name password
  name=$(json_string "$secrets/$2username")
  password=$(json_string "$secrets/$2password")
  cat >"$definitions/$1" <<JSON
{
  "vhosts": [{"name": "/"}],
  "users": [{"name": $name, "password": $password, "tags": [$3]}],
  "permissions": [{"user": $name, "vhost": "/", "configure": "$4", "write": ".*", "read": ".*"}]
}
JSON
}

rm -rf "$HOME/.erlang.cookie" "$definitions"
install -m 400 "$secrets/erlang-cookie" "$HOME/.erlang.cookie"

# The broker imports the files in the order of their names. The administrator comes after the
# worker: a Secret that gives both one name means one user, who keeps every right.
mkdir "$definitions"
write_user 10-worker.json worker- '' '^$'
write_user 20-administrator.json '' '"administrator"' '.*'
cp "$secrets/topology.json" "$definitions/30-topology.json"

exec rabbitmq-server
