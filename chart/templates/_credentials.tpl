{{/*
The broker's names and passwords, as JSON: what the values give, else what the release's Secret already holds, else
random. Kept at the root once found, so that every template of one render sees the same random password.
*/}}
{{- define "rabbitmq-workers.credentials" -}}
{{- if not (hasKey . "credentials") -}}
{{- $auth := .Values.broker.auth -}}
{{- $name := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $present := (lookup "v1" "Secret" .Release.Namespace $name).data | default dict -}}
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
{{- $_ := set $credentials $key ($given | default (get $present $key | b64dec) | default (randAlphaNum 32)) -}}
{{- end -}}
{{- $_ := set . "credentials" $credentials -}}
{{- end -}}
{{- toJson .credentials -}}
{{- end -}}

{{/* Text as it stands in a URL's user, password or path. urlquery is for queries, where a space is a plus sign. */}}
{{- define "rabbitmq-workers.percentEncoded" -}}
{{- urlquery . | replace "+" "%20" -}}
{{- end -}}

{{/* The management API of the release's own broker, for who is in another namespace. */}}
{{- define "rabbitmq-workers.managementUrl" -}}
{{- $host := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- printf "http://%s.%s.svc.%s:15672/" $host .Release.Namespace .Values.clusterDomain -}}
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
{{- if $auth.existingSecret -}}
{{- $keys := $auth.secretKeys -}}
{{- dict "url" (printf "amqp://%s:5672/" $host) "credentials"
      (dict "secret" $auth.existingSecret "usernameKey" $keys.workerUsername "passwordKey" $keys.workerPassword) | toJson -}}
{{- else -}}
{{- $credentials := include "rabbitmq-workers.credentials" . | fromJson -}}
{{- $user := include "rabbitmq-workers.percentEncoded" (get $credentials "worker-username") -}}
{{- $password := include "rabbitmq-workers.percentEncoded" (get $credentials "worker-password") -}}
{{- dict "url" (printf "amqp://%s:%s@%s:5672/" $user $password $host) | toJson -}}
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
