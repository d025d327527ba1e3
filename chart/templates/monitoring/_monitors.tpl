{{/* Selects the pods of all workers. Usage: root */}}
{{- define "rabbitmq-workers.workersSelector" -}}
{{- $components := list -}}
{{- range (include "rabbitmq-workers.workers" . | fromJson).workers -}}
{{- $components = append $components .component -}}
{{- end -}}
matchLabels:
  {{- include "rabbitmq-workers.releaseLabels" . | nindent 2 }}
matchExpressions:
  - key: app.kubernetes.io/component
    operator: In
    values:
      {{- toYaml $components | nindent 6 }}
{{- end -}}

{{/*
One endpoint of the broker's ServiceMonitor. The two share their Service, pod and port: only a label that differs keeps
Prometheus from taking what both have, such as `up`, for one series. Usage: dict "root" $ "path" "/metrics"
*/}}
{{- define "rabbitmq-workers.monitoring.endpoint" -}}
{{- $monitor := .root.Values.monitoring.serviceMonitor -}}
{{- $tls := .root.Values.broker.tls -}}
{{- $detailed := eq .path "/metrics/detailed" | ternary (list (dict "targetLabel" "endpoint" "replacement" "detailed")) list -}}
port: {{ $tls.enabled | ternary "metrics-tls" "metrics" }}
path: {{ .path }}
interval: {{ $monitor.interval }}
scrapeTimeout: {{ $monitor.scrapeTimeout }}
{{- if $tls.enabled }}
{{- $secrets := include "rabbitmq-workers.tls.secrets" .root | fromJson }}
scheme: https
tlsConfig:
  {{- $service := include "rabbitmq-workers.componentName" (dict "root" .root "component" "broker") }}
  serverName: {{ include "rabbitmq-workers.tls.serverName" .root | default $service }}
  {{- with $secrets.keys.ca }}
  ca:
    secret:
      name: {{ $secrets.server }}
      key: {{ . }}
  {{- end }}
{{- end }}
{{- with concat $detailed $monitor.relabelings }}
relabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- with $monitor.metricRelabelings }}
metricRelabelings:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
