{{/*
The container of a worker without its name. Usage: SCOPE "command" "produce" ["envFrom" LIST] ["env" MAP]
*/}}
{{- define "rabbitmq-workers.worker.container" -}}
{{- $image := .root.Values.worker.image -}}
image: {{ include "rabbitmq-workers.image" (dict "root" .root "image" $image "tag" .root.Chart.Version) }}
imagePullPolicy: {{ $image.pullPolicy }}
command: [workers, {{ .command }}]
{{- $source := include "rabbitmq-workers.worker.connectionSource" . | fromJson }}
{{- with concat (.envFrom | default list) $source.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
env:
  {{- include "rabbitmq-workers.env" (merge (dict) (.env | default dict) .values.env $source.env (dict
        "MQ_NAME" (dict "fieldRef" (dict "fieldPath" "metadata.name"))
      )) | nindent 2 }}
{{- with .values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .values.securityContext | nindent 2 }}
{{- end -}}

{{/* Where a worker's container finds the broker's address, as JSON: {envFrom, env}. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.connectionSource" -}}
{{- $connection := include "rabbitmq-workers.connection" .root | fromJson -}}
{{- $envFrom := list -}}
{{- $env := dict -}}
{{- if .values.existingSecret -}}
  {{- $envFrom = append $envFrom (dict "secretRef" (dict "name" .values.existingSecret)) -}}
{{- else -}}
  {{- with $connection.url -}}
    {{- $envFrom = append $envFrom (dict "secretRef" (dict "name" (include "rabbitmq-workers.componentName" $))) -}}
  {{- end -}}
  {{- with $connection.urlFrom -}}
    {{- $_ := set $env "MQ_URL" (dict "secretKeyRef" (dict "name" .secret "key" .key)) -}}
  {{- end -}}
  {{- with $connection.credentials -}}
    {{- $_ := set $env "MQ_USERNAME" (dict "secretKeyRef" (dict "name" .secret "key" .usernameKey)) -}}
    {{- $_ := set $env "MQ_PASSWORD" (dict "secretKeyRef" (dict "name" .secret "key" .passwordKey)) -}}
  {{- end -}}
{{- end -}}
{{- dict "envFrom" $envFrom "env" $env | toJson -}}
{{- end -}}
