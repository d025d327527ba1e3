{{/*
Where a worker's address, name and password come from. They are files and not variables, so that a changed Secret
reaches the worker while it runs: files follow a Secret, variables stay what they were when the container began.
*/}}

{{/* A Secret for the address, if it does not come from elsewhere. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.secret" -}}
{{- $url := (include "rabbitmq-workers.connection" .root | fromJson).url -}}
{{- if and (not .values.existingSecret) $url -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "rabbitmq-workers.metadata" . | nindent 2 }}
type: Opaque
stringData:
  MQ_URL: {{ $url | quote }}
{{- end -}}
{{- end -}}

{{/* The address without the password, for a change of which a worker must be replaced. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.address" -}}
{{- $url := (include "rabbitmq-workers.connection" .root | fromJson).url | default "" -}}
{{- empty .values.existingSecret | ternary (regexReplaceAll "(//[^:@/]*):[^@/]*@" $url "${1}@") "" -}}
{{- end -}}

{{/* The sources of the volume with the login, each file called as the variable that it stands for. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.login" -}}
{{- $connection := include "rabbitmq-workers.connection" .root | fromJson -}}
{{- if .values.existingSecret -}}
# They may as well be variables.
- secret:
    name: {{ .values.existingSecret }}
    optional: true
    items:
      {{- range list "MQ_URL" "MQ_USERNAME" "MQ_PASSWORD" }}
      - key: {{ . }}
        path: {{ . }}
      {{- end }}
{{- else -}}
{{- if $connection.url -}}
- secret:
    name: {{ include "rabbitmq-workers.componentName" . }}
    items:
      - key: MQ_URL
        path: MQ_URL
{{ end -}}
{{- with $connection.urlFrom -}}
- secret:
    name: {{ .secret }}
    items:
      - key: {{ .key }}
        path: MQ_URL
{{ end -}}
{{- with $connection.credentials -}}
- secret:
    name: {{ .secret }}
    items:
      - key: {{ .usernameKey }}
        path: MQ_USERNAME
      - key: {{ .passwordKey }}
        path: MQ_PASSWORD
{{- end -}}
{{- end -}}
{{- end -}}
