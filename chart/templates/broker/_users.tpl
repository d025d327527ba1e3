{{/*
Every user of the broker, as JSON by the name it has in the values:
  tags, permissions       the latter by virtual host
  login                   {secret, usernameKey, passwordKey}: where the broker's start reads name and password
*/}}
{{- define "rabbitmq-workers.users" -}}
{{- $auth := .Values.broker.auth -}}
{{- $everything := dict "configure" ".*" "write" ".*" "read" ".*" -}}
{{- $everywhere := dict -}}
{{- range concat (list "/") .Values.vhosts | uniq }}{{ $_ := set $everywhere . $everything }}{{ end -}}
{{- $secret := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $keys := empty $auth.existingSecret | ternary (dict
      "username" "username"
      "password" "password"
      "workerUsername" "worker-username"
      "workerPassword" "worker-password"
      "scalerUsername" "scaler-username"
      "scalerPassword" "scaler-password") $auth.secretKeys -}}
{{- $users := dict
      "administrator" (dict "tags" (list "administrator") "permissions" $everywhere "login" (dict
        "secret" ($auth.existingSecret | default $secret)
        "usernameKey" $keys.username
        "passwordKey" $keys.password))
      "worker" (dict "permissions" (dict "/" (merge (dict "configure" "^$") $everything)) "login" (dict
        "secret" ($auth.existingSecret | default $secret)
        "usernameKey" $keys.workerUsername
        "passwordKey" $keys.workerPassword)) -}}
{{- if include "rabbitmq-workers.scaler" . -}}
{{- $_ := set $users "scaler" (dict "tags" (list "monitoring") "permissions" (dict "/" dict) "login" (dict
      "secret" ($auth.existingSecret | default $secret)
      "usernameKey" $keys.scalerUsername
      "passwordKey" $keys.scalerPassword)) -}}
{{- end -}}
{{- range $name, $user := .Values.users -}}
{{- $made := printf "%s-user-%s" $secret $name -}}
{{- $keys := $user.secretKeys | default dict -}}
{{- $_ := set $users $name (merge (dict "login" (dict
      "secret" ($user.existingSecret | default $made)
      "usernameKey" ($keys.username | default "username")
      "passwordKey" ($keys.password | default "password"))) $user) -}}
{{- end -}}
{{- toJson $users -}}
{{- end -}}

{{/*
A user's definitions, with placeholders for the name and the password, which the broker's start takes from the Secret.
Usage: dict "root" $ "user" MAP, one of rabbitmq-workers.users
*/}}
{{- define "rabbitmq-workers.user.definitions" -}}
{{- $vhosts := list -}}
{{- range concat (list "/") .root.Values.vhosts | uniq }}{{ $vhosts = append $vhosts (dict "name" .) }}{{ end -}}
{{- $permissions := list -}}
{{- range $vhost, $may := .user.permissions -}}
{{- $permissions = append $permissions (dict
      "user" "@username@"
      "vhost" $vhost
      "configure" ($may.configure | default "^$")
      "write" ($may.write | default "^$")
      "read" ($may.read | default "^$")) -}}
{{- end -}}
{{- $user := dict "name" "@username@" "password" "@password@" "tags" (.user.tags | default list) -}}
{{- dict "vhosts" $vhosts "users" (list $user) "permissions" $permissions | toPrettyJson -}}
{{- end -}}

{{/*
A Secret that an application can bind to, with the keys that the Cluster Operator gives its default user's.
Usage: dict "root" $ "name" NAME "user" MAP, one of `users`
*/}}
{{- define "rabbitmq-workers.user.secret" -}}
{{- $scope := dict "root" .root "component" "broker" "suffix" (printf "user-%s" .name) -}}
{{- $listener := include "rabbitmq-workers.broker.listener" .root | fromJson -}}
{{- $broker := include "rabbitmq-workers.componentName" (dict "root" .root "component" "broker") -}}
{{- $host := printf "%s.%s.svc" $broker .root.Release.Namespace -}}
{{- $username := .user.username | default .name -}}
{{- $password := include "rabbitmq-workers.keptOrRandom" (dict
      "root" .root
      "secret" (include "rabbitmq-workers.componentName" $scope)
      "key" "password"
      "given" .user.password) -}}
{{- $permissions := .user.permissions | default dict -}}
{{- $vhosts := keys $permissions | sortAlpha -}}
{{- $vhost := has "/" $vhosts | ternary "" (first $vhosts | default "") -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "rabbitmq-workers.metadata" $scope | nindent 2 }}
type: Opaque
stringData:
  {{- dict
        "username" $username
        "password" $password
        "host" $host
        "port" (toString $listener.port)
        "connection_string" (printf "%s://%s:%s@%s:%v/%s"
          $listener.scheme
          (include "rabbitmq-workers.percentEncoded" $username)
          (include "rabbitmq-workers.percentEncoded" $password)
          $host $listener.port
          (include "rabbitmq-workers.percentEncoded" $vhost))
        "provider" "rabbitmq"
        "type" "rabbitmq" | toYaml | nindent 2 }}
{{- end -}}
