{{/* The head of a NetworkPolicy. Usage: dict "root" $ "suffix" "dns" */}}
{{- define "rabbitmq-workers.networkPolicy.head" -}}
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  {{- include "rabbitmq-workers.metadata" (merge (dict "component" "network") .) | nindent 2 }}
{{- end -}}

{{/* A selector of the brokers' pods, or with "NotIn" of all others of the release. Usage: dict "root" $ "operator" "In" */}}
{{- define "rabbitmq-workers.networkPolicy.brokers" -}}
podSelector:
  matchLabels:
    {{- include "rabbitmq-workers.releaseLabels" .root | nindent 4 }}
  matchExpressions:
    - key: app.kubernetes.io/component
      operator: {{ .operator }}
      values: [broker]
{{- end -}}

{{/* The broker's ports for a purpose, a key of networkPolicy.from. Usage: dict "root" $ "for" "amqp" */}}
{{- define "rabbitmq-workers.networkPolicy.ports" -}}
{{- range include "rabbitmq-workers.broker.ports" .root | fromJsonArray }}
{{- if eq $.for .for }}
- protocol: TCP
  port: {{ .number }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
What brokers need of each other: epmd, distribution, replication of streams. A command line tool uses
the second to its own broker; others send what they list to where it listens itself, the last.
*/}}
{{- define "rabbitmq-workers.networkPolicy.betweenPorts" -}}
- protocol: TCP
  port: 4369
- protocol: TCP
  port: 25672
- protocol: TCP
  port: 6000
  endPort: 6500
- protocol: TCP
  port: 35672
  endPort: 35682
{{- end -}}
