{{/*
What the broker declares at its start, so that no worker needs the right to, as a JSON file of definitions. Limits are
a policy: a queue keeps the arguments it was first declared with, a policy follows the values.
*/}}
{{- define "rabbitmq-workers.topology" -}}
{{- $definitions := dict -}}
{{- range $key := list "queues" "exchanges" "bindings" "policies" -}}
{{- $_ := set $definitions $key list -}}
{{- end -}}
{{- range $name, $queue := include "rabbitmq-workers.topology.queues" . | fromJson -}}
{{- include "rabbitmq-workers.topology.queue" (dict "into" $definitions "name" $name "queue" $queue) -}}
{{- end -}}
{{- range $name, $exchange := .Values.exchanges -}}
{{- include "rabbitmq-workers.topology.exchange" (merge (dict "into" $definitions "name" $name) $exchange) -}}
{{- end -}}
{{- range .Values.bindings -}}
{{- include "rabbitmq-workers.topology.binding" (merge (dict "into" $definitions) .) -}}
{{- end -}}
{{- range $name, $policy := .Values.policies -}}
{{- include "rabbitmq-workers.topology.add" (dict "into" $definitions "key" "policies" "value" (dict
      "name" $name
      "vhost" ($policy.vhost | default "/")
      "pattern" $policy.pattern
      "apply-to" ($policy.applyTo | default "all")
      "priority" ($policy.priority | default 0)
      "definition" $policy.definition)) -}}
{{- end -}}
{{- range $key, $values := $definitions -}}
{{- if not $values }}{{ $_ := unset $definitions $key }}{{ end -}}
{{- end -}}
{{- toPrettyJson $definitions -}}
{{- end -}}

{{/*
Every queue of the values, as JSON by its name. A worker's own is as `queue` says, and `queues` may say more of it; one
that is no quorum queue has nothing from `queue`. Where a worker takes the dead letters of another queue, these are
declared with that one.
*/}}
{{- define "rabbitmq-workers.topology.queues" -}}
{{- $queues := dict -}}
{{- range (include "rabbitmq-workers.queues" . | fromJson).queues -}}
{{- $own := index $.Values.queues . | default dict -}}
{{- if eq ($own.type | default "quorum") "quorum" -}}
{{- $_ := set $queues . (omit $.Values.queue "name") -}}
{{- end -}}
{{- end -}}
{{- if .Values.tests.enabled -}}
{{- $_ := set $queues (include "rabbitmq-workers.testQueue" .) dict -}}
{{- end -}}
{{- range $name, $queue := .Values.queues -}}
{{- if $queue.retry -}}
{{- $_ := set $queues $name (merge (dict "retry" $.Values.queue.retry) (get $queues $name | default dict)) -}}
{{- end -}}
{{- end -}}
{{- $all := merge (deepCopy .Values.queues) $queues -}}
{{- $dead := dict -}}
{{- range $name := keys $all | sortAlpha -}}
{{- $queue := get $all $name -}}
{{- if hasKey $dead (printf "%s %s" ($queue.vhost | default "/") $name) | and (not (hasKey $.Values.queues $name)) -}}
{{- $_ := unset $all $name -}}
{{- else if include "rabbitmq-workers.topology.ownDeadLetters" $queue -}}
{{- $_ := set $dead (printf "%s %s" ($queue.vhost | default "/") (include "rabbitmq-workers.deadLetterQueue" $name)) true -}}
{{- end -}}
{{- end -}}
{{- toJson $all -}}
{{- end -}}

{{/* Usage: dict "into" DEFINITIONS "name" NAME "queue" MAP, one of `queues` */}}
{{- define "rabbitmq-workers.topology.queue" -}}
{{- $type := .queue.type | default "quorum" -}}
{{- $vhost := .queue.vhost | default "/" -}}
{{- $place := dict "into" .into "name" .name "vhost" $vhost -}}
{{- include "rabbitmq-workers.topology.declare" (merge (dict "type" $type "arguments" .queue.arguments) $place) -}}
{{- with include "rabbitmq-workers.topology.limits" .queue | fromJson -}}
{{- $policy := . -}}
{{- if include "rabbitmq-workers.topology.ownDeadLetters" $.queue -}}
{{- $dead := include "rabbitmq-workers.deadLetterQueue" $.name -}}
{{- $_ := set $policy "dead-letter-exchange" $dead -}}
{{- $there := dict "into" $.into "name" $dead "vhost" $vhost -}}
{{- /* A message brings its failures along: with a limit the next one would drop it. The argument holds whatever policies
       say, the policy for a queue that was declared without it. */ -}}
{{- $unlimited := dict "x-delivery-limit" -1 -}}
{{- include "rabbitmq-workers.topology.declare" (merge (dict "type" "quorum" "arguments" $unlimited) $there) -}}
{{- $none := dict "delivery-limit" -1 -}}
{{- include "rabbitmq-workers.topology.policy" (merge (dict "type" "quorum" "definition" $none) $there) -}}
{{- include "rabbitmq-workers.topology.exchange" (merge (dict "type" "fanout") $there) -}}
{{- include "rabbitmq-workers.topology.binding" (merge (dict "source" $dead "destination" $dead) $there) -}}
{{- end -}}
{{- include "rabbitmq-workers.topology.policy" (merge (dict "type" $type "definition" $policy) $place) -}}
{{- end -}}
{{- end -}}

{{/* Whether a queue's dead letters have a queue of their own: "true" or nothing. Usage: MAP, one of `queues` */}}
{{- define "rabbitmq-workers.topology.ownDeadLetters" -}}
{{- with .deadLetter -}}
{{- if and .enabled (not (or .exchange .queue)) -}}true{{- end -}}
{{- end -}}
{{- end -}}

{{/*
A queue's limits as JSON, in the words of a policy. An exchange of its own for dead letters is left empty.
Usage: MAP, one of `queues`
*/}}
{{- define "rabbitmq-workers.topology.limits" -}}
{{- $policy := dict -}}
{{- range $key, $name := dict
      "maxLength" "max-length"
      "messageTtl" "message-ttl"
      "deliveryLimit" "delivery-limit"
      "overflow" "overflow"
      "maxAge" "max-age" -}}
{{- if hasKey $ $key }}{{ $_ := set $policy $name (get $ $key) }}{{ end -}}
{{- end -}}
{{- with .maxLengthBytes -}}
{{- $_ := set $policy "max-length-bytes" (include "rabbitmq-workers.bytes" . | int64) -}}
{{- end -}}
{{- with .retry -}}
{{- if ne .type "disabled" -}}
{{- $_ := set $policy "delayed-retry-type" .type -}}
{{- $_ := set $policy "delayed-retry-min" .minDelay -}}
{{- $_ := set $policy "delayed-retry-max" .maxDelay -}}
{{- end -}}
{{- end -}}
{{- with .deadLetter -}}
{{- if or .enabled .exchange .queue -}}
{{- $_ := set $policy "dead-letter-exchange" (.exchange | default "") -}}
{{- with .queue | default .routingKey }}{{ $_ := set $policy "dead-letter-routing-key" . }}{{ end -}}
{{- $_ := set $policy "overflow" ($.overflow | default "reject-publish") -}}
{{- if eq ($.type | default "quorum") "quorum" | and (eq $policy.overflow "reject-publish") -}}
{{- $_ := set $policy "dead-letter-strategy" "at-least-once" -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- toJson $policy -}}
{{- end -}}
