{{/*
A secret of the release: what the values give, else what the release's Secret already holds, else random. Kept at the
root once found, so that every template of one render sees the same random text.
Usage: dict "root" $ "secret" NAME "key" KEY "given" TEXT
*/}}
{{- define "rabbitmq-workers.keptOrRandom" -}}
{{- $found := .root.found | default dict -}}
{{- $path := printf "%s/%s" .secret .key -}}
{{- if not (hasKey $found $path) -}}
{{- $present := (lookup "v1" "Secret" .root.Release.Namespace .secret).data | default dict -}}
{{- $_ := set $found $path (.given | default (get $present .key | b64dec) | default (randAlphaNum 32)) -}}
{{- $_ := set .root "found" $found -}}
{{- end -}}
{{- get $found $path -}}
{{- end -}}

{{/* The names and passwords of the broker's own Secret, as JSON. */}}
{{- define "rabbitmq-workers.credentials" -}}
{{- $auth := .Values.broker.auth -}}
{{- $name := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $credentials := dict "username" $auth.username "worker-username" $auth.workerUsername -}}
{{- $secrets := dict
      "password" $auth.password
      "worker-password" $auth.workerPassword
      "erlang-cookie" $auth.erlangCookie -}}
{{- if include "rabbitmq-workers.scaler" . -}}
{{- $_ := set $credentials "scaler-username" $auth.scalerUsername -}}
{{- $_ := set $secrets "scaler-password" $auth.scalerPassword -}}
{{- end -}}
{{- range $key, $given := $secrets -}}
{{- $scope := dict "root" $ "secret" $name "key" $key "given" $given -}}
{{- $_ := set $credentials $key (include "rabbitmq-workers.keptOrRandom" $scope) -}}
{{- end -}}
{{- toJson $credentials -}}
{{- end -}}

{{/* Text as it stands in a URL's user, password or path. urlquery is for queries, where a space is a plus sign. */}}
{{- define "rabbitmq-workers.percentEncoded" -}}
{{- urlquery . | replace "+" "%20" -}}
{{- end -}}

{{/* The management API of the release's own broker, for who is in another namespace. */}}
{{- define "rabbitmq-workers.managementUrl" -}}
{{- $host := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $management := include "rabbitmq-workers.broker.management" . | fromJson -}}
{{- printf "%s://%s.%s.svc.%s:%v/" $management.scheme $host .Release.Namespace .Values.clusterDomain $management.number -}}
{{- end -}}

{{/* The ports in the address of an external broker, each once, as a JSON list of text; of a host without one, its scheme's. */}}
{{- define "rabbitmq-workers.externalPorts" -}}
{{- $ports := list -}}
{{- with .Values.externalBroker.url -}}
{{- $hosts := regexReplaceAll "^[a-z]*://([^@]*@)?" . "" | splitList "/" | first -}}
{{- range splitList "," $hosts -}}
{{- $port := regexFind ":[0-9]+$" . | trimPrefix ":" -}}
{{- $ports = append $ports ($port | default (hasPrefix "amqps:" $.Values.externalBroker.url | ternary "5671" "5672")) -}}
{{- end -}}
{{- end -}}
{{- uniq $ports | toJson -}}
{{- end -}}

{{/*
How the workers reach the broker, as JSON:
  url                     the address; with user and password unless `credentials` is there
  credentials             {secret, usernameKey, passwordKey}: where user and password are
  urlFrom                 {secret, key} instead of both: where the whole address is
*/}}
{{- define "rabbitmq-workers.connection" -}}
{{- $external := .Values.externalBroker -}}
{{- if .Values.broker.enabled -}}
{{- $auth := .Values.broker.auth -}}
{{- $host := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $listener := include "rabbitmq-workers.broker.listener" . | fromJson -}}
{{- if $auth.existingSecret -}}
{{- $keys := $auth.secretKeys -}}
{{- dict "url" (printf "%s://%s:%v/" $listener.scheme $host $listener.port) "credentials"
      (dict "secret" $auth.existingSecret "usernameKey" $keys.workerUsername "passwordKey" $keys.workerPassword) | toJson -}}
{{- else -}}
{{- $credentials := include "rabbitmq-workers.credentials" . | fromJson -}}
{{- $user := include "rabbitmq-workers.percentEncoded" (get $credentials "worker-username") -}}
{{- $password := include "rabbitmq-workers.percentEncoded" (get $credentials "worker-password") -}}
{{- dict "url" (printf "%s://%s:%s@%s:%v/" $listener.scheme $user $password $host $listener.port) | toJson -}}
{{- end -}}
{{- else if and $external.url $external.existingSecret -}}
{{- dict "url" $external.url "credentials" (dict
      "secret" $external.existingSecret
      "usernameKey" $external.secretKeys.username
      "passwordKey" $external.secretKeys.password) | toJson -}}
{{- else if $external.existingSecret -}}
{{- dict "urlFrom" (dict "secret" $external.existingSecret "key" $external.secretKeys.url) | toJson -}}
{{- else -}}
{{- dict "url" $external.url | toJson -}}
{{- end -}}
{{- end -}}
