{{/*
The container of a worker without its name. Usage: SCOPE "command" "produce" ["arguments" LIST] ["envFrom" LIST]
["env" MAP] ["mounts" LIST]
*/}}
{{- define "rabbitmq-workers.worker.container" -}}
{{- $image := empty .values.image.repository | ternary .root.Values.worker.image .values.image -}}
{{- $code := (include "rabbitmq-workers.worker.code" . | fromJson).configMap -}}
{{- $env := empty $code | ternary dict (dict "PYTHONPATH" "/code:/app") -}}
image: {{ include "rabbitmq-workers.image" (dict "root" .root "image" $image "tag" .root.Chart.Version) }}
imagePullPolicy: {{ $image.pullPolicy }}
command: {{ concat (list "workers" .command) (.arguments | default list) | toJson }}
{{- $secret := empty .values.existingSecret | ternary list (list (dict "secretRef" (dict "name" .values.existingSecret))) }}
{{- with concat (.envFrom | default list) $secret .values.envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
env:
  {{- $tls := include "rabbitmq-workers.worker.tls" .root | fromJson }}
  {{- include "rabbitmq-workers.env" (merge (dict) (.env | default dict) .values.env $env $tls.env (dict
        "MQ_NAME" (dict "fieldRef" (dict "fieldPath" "metadata.name"))
      )) | nindent 2 }}
{{- with .values.resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .values.securityContext | nindent 2 }}
volumeMounts:
  - name: login
    mountPath: {{ include "rabbitmq-workers.worker.secretsDir" . }}
  {{- if $tls.sources }}
  - name: broker-tls
    mountPath: /run/secrets/broker-tls
  {{- end }}
  {{- if $code }}
  - name: code
    mountPath: /code
  {{- end }}
  {{- with .mounts }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
  {{- with .values.extraVolumeMounts }}
  {{- include "rabbitmq-workers.rendered" (dict "root" $.root "value" .) | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.volumes" -}}
- name: login
  projected:
    sources:
      {{- include "rabbitmq-workers.worker.login" . | trim | nindent 6 }}
{{- with (include "rabbitmq-workers.worker.tls" .root | fromJson).sources }}
- name: broker-tls
  projected:
    sources:
      {{- toYaml . | nindent 6 }}
{{- end }}
{{- with (include "rabbitmq-workers.worker.code" . | fromJson).configMap }}
- name: code
  configMap:
    name: {{ . }}
{{- end }}
{{- with .values.extraVolumes }}
{{ include "rabbitmq-workers.rendered" (dict "root" $.root "value" .) }}
{{- end }}
{{- end -}}
