{{/*
Most helpers below take a scope, one for each component:
  dict "root" $ "component" "broker" "values" .Values.broker
*/}}

{{- define "rabbitmq-workers.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/*
The prefix of every object's name. A StatefulSet's name must leave room for the hash that Kubernetes appends to it
in a label of 63 characters, so <fullname>-broker may have 52.
*/}}
{{- define "rabbitmq-workers.fullname" -}}
{{- $name := include "rabbitmq-workers.name" . -}}
{{- $release := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $release | replace "." "-" | trunc 45 | trimSuffix "-" -}}
{{- end -}}

{{/* Usage: include "rabbitmq-workers.componentName" (dict "root" $ "component" "broker" ["suffix" "nodes"]) */}}
{{- define "rabbitmq-workers.componentName" -}}
{{- compact (list (include "rabbitmq-workers.fullname" .root) .component .suffix) | join "-" -}}
{{- end -}}

{{/* Usage: include "rabbitmq-workers.serviceAccountName" SCOPE */}}
{{- define "rabbitmq-workers.serviceAccountName" -}}
{{- if .values.serviceAccount.create -}}
{{- .values.serviceAccount.name | default (include "rabbitmq-workers.componentName" .) -}}
{{- else -}}
{{- .values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* Where messages of a queue go that no consumer could handle. Usage: include "rabbitmq-workers.deadLetterQueue" QUEUE */}}
{{- define "rabbitmq-workers.deadLetterQueue" -}}
{{- printf "%s.dead" . -}}
{{- end -}}

{{/* A queue for `helm test` alone, so that the release's consumers do not take its message. */}}
{{- define "rabbitmq-workers.testQueue" -}}
{{- printf "%s.helm-test" .Values.queue.name -}}
{{- end -}}
