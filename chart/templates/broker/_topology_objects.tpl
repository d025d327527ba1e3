{{/* Appends to one of the lists of the definitions. Usage: dict "into" DEFINITIONS "key" "queues" "value" MAP */}}
{{- define "rabbitmq-workers.topology.add" -}}
{{- $_ := set .into .key (append (get .into .key) .value) -}}
{{- end -}}

{{/* Usage: dict "into" DEFINITIONS "name" NAME "vhost" NAME "type" TYPE ["arguments" MAP] */}}
{{- define "rabbitmq-workers.topology.declare" -}}
{{- include "rabbitmq-workers.topology.add" (dict "into" .into "key" "queues" "value" (dict
      "name" .name
      "vhost" .vhost
      "durable" true
      "auto_delete" false
      "arguments" (merge (dict "x-queue-type" .type) (.arguments | default dict)))) -}}
{{- end -}}

{{/* A policy for one queue. Usage: dict "into" DEFINITIONS "name" NAME "vhost" NAME "type" TYPE "definition" MAP */}}
{{- define "rabbitmq-workers.topology.policy" -}}
{{- include "rabbitmq-workers.topology.add" (dict "into" .into "key" "policies" "value" (dict
      "name" .name
      "vhost" .vhost
      "pattern" (printf "^%s$" (regexQuoteMeta .name))
      "apply-to" (get (dict "quorum" "quorum_queues" "classic" "classic_queues" "stream" "streams") .type)
      "priority" 0
      "definition" .definition)) -}}
{{- end -}}

{{/* Usage: dict "into" DEFINITIONS "name" NAME ["vhost" NAME] ["type" TYPE] ["arguments" MAP] */}}
{{- define "rabbitmq-workers.topology.exchange" -}}
{{- include "rabbitmq-workers.topology.add" (dict "into" .into "key" "exchanges" "value" (dict
      "name" .name
      "vhost" (.vhost | default "/")
      "type" (.type | default "direct")
      "durable" true
      "auto_delete" false
      "internal" false
      "arguments" (.arguments | default dict))) -}}
{{- end -}}

{{/* Usage: merge (dict "into" DEFINITIONS) MAP, one of `bindings` */}}
{{- define "rabbitmq-workers.topology.binding" -}}
{{- include "rabbitmq-workers.topology.add" (dict "into" .into "key" "bindings" "value" (dict
      "source" .source
      "vhost" (.vhost | default "/")
      "destination" .destination
      "destination_type" (.destinationType | default "queue")
      "routing_key" (.routingKey | default "")
      "arguments" (.arguments | default dict))) -}}
{{- end -}}
