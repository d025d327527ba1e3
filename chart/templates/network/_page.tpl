{{/*
The port that an Ingress or a gateway reaches the management page on, as JSON: {name, number}. Where there is one without
TLS they take that: to talk TLS to it they must be told to, and whom to trust.
*/}}
{{- define "rabbitmq-workers.broker.page" -}}
{{- $plain := or (not .Values.broker.tls.enabled) .Values.broker.tls.plainListeners -}}
{{- $plain | ternary (dict "name" "management" "number" 15672) (dict "name" "management-tls" "number" 15671) | toJson -}}
{{- end -}}
