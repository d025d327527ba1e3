{{/*
What the broker declares at its start, so that no worker needs the right to. Limits are a policy: a queue keeps the
arguments it was first declared with, a policy follows the values.
*/}}
{{- define "rabbitmq-workers.topology" -}}
{{- $queue := .Values.queue.name -}}
{{- $dead := include "rabbitmq-workers.deadLetterQueue" . -}}
{{- $deadLetter := .Values.queue.deadLetter.enabled -}}
{{- $test := include "rabbitmq-workers.testQueue" . -}}
{{- $queues := list $queue ($deadLetter | ternary $dead "") (.Values.tests.enabled | ternary $test "") -}}
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
  - name: {{ $queue | quote }}
    vhost: /
    pattern: {{ printf "^%s$" (regexQuoteMeta $queue) | quote }}
    apply-to: quorum_queues
    priority: 0
    definition:
      delivery-limit: {{ .Values.queue.deliveryLimit }}
      {{- if $deadLetter }}
      dead-letter-exchange: {{ $dead | quote }}
      dead-letter-strategy: at-least-once
      # Without it the broker falls back to at-most-once.
      overflow: reject-publish
      {{- end }}
{{- if $deadLetter }}
exchanges:
  - name: {{ $dead | quote }}
    vhost: /
    type: fanout
    durable: true
    auto_delete: false
    internal: false
    arguments: {}
bindings:
  - source: {{ $dead | quote }}
    vhost: /
    destination: {{ $dead | quote }}
    destination_type: queue
    routing_key: ""
    arguments: {}
{{- end }}
{{- end -}}
