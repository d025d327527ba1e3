{{/*
What the workers need to know the broker by, as JSON, or nothing where the system's authorities will do:
  env                     variables that name the mounted files
  sources                 those of the projected volume that holds the files
*/}}
{{- define "rabbitmq-workers.worker.tls" -}}
{{- $external := .Values.externalBroker.tls -}}
{{- $keys := $external.secretKeys -}}
{{- $authority := $external.existingSecret -}}
{{- $login := empty $keys.certificate | ternary "" $external.existingSecret -}}
{{- if .Values.broker.enabled -}}
{{- $tls := .Values.broker.tls -}}
{{- $secrets := include "rabbitmq-workers.tls.secrets" . | fromJson -}}
{{- $keys = $secrets.keys -}}
{{- $authority = $tls.enabled | ternary $secrets.server "" -}}
{{- $login = and $tls.enabled $tls.verifyClients | ternary $secrets.client "" -}}
{{- end -}}
{{- $env := dict -}}
{{- $sources := list -}}
{{- if and $authority $keys.ca -}}
{{- $_ := set $env "MQ_TLS_CA" "/run/secrets/broker-tls/ca.crt" -}}
{{- $item := dict "key" $keys.ca "path" "ca.crt" -}}
{{- $sources = append $sources (dict "secret" (dict "name" $authority "items" (list $item))) -}}
{{- end -}}
{{- if $login -}}
{{- $_ := set $env "MQ_TLS_CERT" "/run/secrets/broker-tls/tls.crt" -}}
{{- $_ := set $env "MQ_TLS_KEY" "/run/secrets/broker-tls/tls.key" -}}
{{- $items := list (dict "key" $keys.certificate "path" "tls.crt") (dict "key" $keys.key "path" "tls.key") -}}
{{- $sources = append $sources (dict "secret" (dict "name" $login "items" $items)) -}}
{{- end -}}
{{- with include "rabbitmq-workers.tls.serverName" . | default (.Values.broker.enabled | ternary "" $external.serverName) -}}
{{- $_ := set $env "MQ_TLS_SERVER_NAME" . -}}
{{- end -}}
{{- dict "env" $env "sources" $sources | toJson -}}
{{- end -}}

{{/* Whether KEDA has to be told whom to trust for the broker: "true" or nothing. */}}
{{- define "rabbitmq-workers.scaler.verifies" -}}
{{- $keys := (include "rabbitmq-workers.tls.secrets" . | fromJson).keys -}}
{{- if and (include "rabbitmq-workers.scaler" .) .Values.broker.tls.enabled $keys.ca -}}true{{- end -}}
{{- end -}}
