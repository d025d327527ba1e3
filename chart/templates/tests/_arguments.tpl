{{/* What `helm test` expects of the release, as the arguments of `workers check`, a JSON list. Usage: SCOPE of a worker */}}
{{- define "rabbitmq-workers.test.arguments" -}}
{{- $broker := .root.Values.broker -}}
{{- $arguments := list -}}
{{- if $broker.enabled -}}
{{- $keys := $broker.auth.secretKeys -}}
{{- $one := and $broker.auth.existingSecret (eq $keys.username $keys.workerUsername) -}}
{{- if not (or .values.existingSecret $one) -}}
{{- $arguments = append $arguments "--may-not-declare" -}}
{{- end -}}
{{- $management := include "rabbitmq-workers.broker.management" .root | fromJson -}}
{{- $host := include "rabbitmq-workers.componentName" (dict "root" .root "component" "broker") -}}
{{- $url := printf "%s://%s:%d" $management.scheme $host (int $management.number) -}}
{{- $arguments = concat $arguments (list "--management" $url) -}}
{{- if and $broker.tls.enabled (not $broker.tls.plainListeners) -}}
{{- $arguments = concat $arguments (list "--closed" "5672" "15672" "15692") -}}
{{- end -}}
{{- end -}}
{{- toJson $arguments -}}
{{- end -}}
