{{/*
What the broker declares at its start, so that no worker needs the right to. Limits are a policy: a queue keeps the
arguments it was first declared with, a policy follows the values.
*/}}
{{- define "rabbitmq-workers.topology" -}}
{{- $deadLetter := .Values.queue.deadLetter.enabled -}}
{{- $work := (include "rabbitmq-workers.queues" . | fromJson).queues -}}
{{- $queues := list -}}
{{- range $work -}}
{{- $queues = concat $queues (list . ($deadLetter | ternary (include "rabbitmq-workers.deadLetterQueue" .) "")) -}}
{{- end -}}
{{- $queues = append $queues (.Values.tests.enabled | ternary (include "rabbitmq-workers.testQueue" .) "") -}}
queues:
  {{- range compact $queues }}
  - name: {{ . | quote }}
    vhost: /
    durable: true
    auto_delete: false
    arguments:
      x-queue-type: quorum
  {{- end }}
policies:
  {{- range $work }}
  - name: {{ . | quote }}
    vhost: /
    pattern: {{ printf "^%s$" (regexQuoteMeta .) | quote }}
    apply-to: quorum_queues
    priority: 0
    definition:
      delivery-limit: {{ $.Values.queue.deliveryLimit }}
      {{- if $deadLetter }}
      dead-letter-exchange: {{ include "rabbitmq-workers.deadLetterQueue" . | quote }}
      dead-letter-strategy: at-least-once
      # Without it the broker falls back to at-most-once.
      overflow: reject-publish
      {{- end }}
  {{- end }}
{{- if $deadLetter }}
exchanges:
  {{- range $work }}
  - name: {{ include "rabbitmq-workers.deadLetterQueue" . | quote }}
    vhost: /
    type: fanout
    durable: true
    auto_delete: false
    internal: false
    arguments: {}
  {{- end }}
bindings:
  {{- range $work }}
  {{- $dead := include "rabbitmq-workers.deadLetterQueue" . }}
  - source: {{ $dead | quote }}
    vhost: /
    destination: {{ $dead | quote }}
    destination_type: queue
    routing_key: ""
    arguments: {}
  {{- end }}
{{- end }}
{{- end -}}
