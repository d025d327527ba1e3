{{/*
The part of a pod's spec that every component has. Service links are off: for a Service called rabbitmq-node they
would set RABBITMQ_NODE_PORT, which the broker reads as its own. Usage: SCOPE
*/}}
{{- define "rabbitmq-workers.podSpec" -}}
serviceAccountName: {{ include "rabbitmq-workers.serviceAccountName" . }}
automountServiceAccountToken: {{ .values.serviceAccount.automount }}
enableServiceLinks: false
terminationGracePeriodSeconds: {{ int .values.terminationGracePeriodSeconds }}
securityContext:
  {{- toYaml .values.podSecurityContext | nindent 2 }}
{{- with concat .root.Values.global.imagePullSecrets .root.Values.imagePullSecrets }}
imagePullSecrets:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.nodeSelector }}
nodeSelector:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.tolerations }}
tolerations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.affinity }}
affinity:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.priorityClassName }}
priorityClassName: {{ . }}
{{- end }}
{{- with .values.topologySpreadConstraints }}
topologySpreadConstraints:
  {{- range . }}
  - {{ toYaml . | nindent 4 | trim }}
    {{- if not .labelSelector }}
    labelSelector:
      matchLabels:
        {{- include "rabbitmq-workers.selectorLabels" $ | nindent 8 }}
    {{- end }}
  {{- end }}
{{- end }}
{{- with .values.hostAliases }}
hostAliases:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .values.dnsConfig }}
dnsConfig:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/* A probe, or nothing; `asks` where the values do not say how to. Usage: dict "values" MAP "asks" MAP */}}
{{- define "rabbitmq-workers.probe" -}}
{{- if .values -}}
{{- $own := pick .values "httpGet" "exec" "tcpSocket" "grpc" -}}
{{- empty $own | ternary (merge (dict) .values .asks) .values | toYaml -}}
{{- end -}}
{{- end -}}

{{/* A map of names to values, or to what goes under valueFrom, as a container's env. */}}
{{- define "rabbitmq-workers.env" -}}
{{- $env := list -}}
{{- range $name, $value := . -}}
{{- if kindIs "map" $value -}}
{{- $env = append $env (dict "name" $name "valueFrom" $value) -}}
{{- else -}}
{{- $env = append $env (dict "name" $name "value" (include "rabbitmq-workers.text" $value)) -}}
{{- end -}}
{{- end -}}
{{- toYaml $env -}}
{{- end -}}

{{/*
A value as YAML, with the template expressions in it carried out, if any: `tpl` makes a copy of all templates.
Usage: dict "root" $ "value" VALUE
*/}}
{{- define "rabbitmq-workers.rendered" -}}
{{- $text := kindIs "string" .value | ternary .value (toYaml .value) -}}
{{- if contains "{{" $text -}}
{{- tpl $text .root -}}
{{- else -}}
{{- $text -}}
{{- end -}}
{{- end -}}

{{/* A scalar as text. Templates print a large number as 1e+06, which is no integer to who reads it. */}}
{{- define "rabbitmq-workers.text" -}}
{{- kindIs "string" . | ternary . (toJson .) -}}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.serviceAccount" -}}
{{- if .values.serviceAccount.create -}}
apiVersion: v1
kind: ServiceAccount
metadata:
  {{- include "rabbitmq-workers.metadata" (merge (dict
        "name" (include "rabbitmq-workers.serviceAccountName" .)
        "annotations" .values.serviceAccount.annotations
      ) .) | nindent 2 }}
automountServiceAccountToken: false
{{- end -}}
{{- end -}}
