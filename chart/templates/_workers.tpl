{{/*
The workers that run, as JSON under `workers`: the producer and the consumer first, then those of the map by name. Each is
  component   its name, and the component label of all that it consists of
  path        where its values are, for messages
  role        producer or consumer
  values      what it is told: its own values over those of `producer` or `consumer`
A worker of the map does not take over what only one can have: whether it runs, and the name of its ServiceAccount.
Kept at the root once made, as every object of every worker asks for them.
Usage: range (include "rabbitmq-workers.workers" $ | fromJson).workers
*/}}
{{- define "rabbitmq-workers.workers" -}}
{{- if not (hasKey . "workers") -}}
{{- $workers := list -}}
{{- range $role := list "producer" "consumer" -}}
{{- $workers = append $workers (dict "component" $role "path" $role "role" $role "values" (index $.Values $role)) -}}
{{- end -}}
{{- range $name, $own := .Values.workers -}}
{{- $values := deepCopy (index $.Values $own.role) -}}
{{- $_ := set $values "enabled" true -}}
{{- $_ := set $values.serviceAccount "name" "" -}}
{{- $workers = append $workers (dict
      "component" $name
      "path" (printf "workers.%s" $name)
      "role" $own.role
      "values" (include "rabbitmq-workers.withoutNulls" (mergeOverwrite $values (omit $own "role")) | fromJson)) -}}
{{- end -}}
{{- $running := list -}}
{{- range $workers -}}
{{- if .values.enabled -}}
{{- $running = append $running . -}}
{{- end -}}
{{- end -}}
{{- $_ := set . "workers" (dict "workers" $running | toJson) -}}
{{- end -}}
{{- .workers -}}
{{- end -}}

{{/* A map as JSON without what is null, as Helm leaves it out of values that the chart has defaults for. Usage: MAP */}}
{{- define "rabbitmq-workers.withoutNulls" -}}
{{- $kept := dict -}}
{{- range $key, $value := . -}}
{{- if kindIs "map" $value -}}
{{- $_ := set $kept $key (include "rabbitmq-workers.withoutNulls" $value | fromJson) -}}
{{- else if not (kindIs "invalid" $value) -}}
{{- $_ := set $kept $key $value -}}
{{- end -}}
{{- end -}}
{{- toJson $kept -}}
{{- end -}}

{{/* The queue of a worker. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.queue" -}}
{{- .values.queue | default .root.Values.queue.name -}}
{{- end -}}

{{/* All queues that workers publish to or take from, that of the values first, as JSON under `queues`. Kept at the root. */}}
{{- define "rabbitmq-workers.queues" -}}
{{- if not (hasKey . "queues") -}}
{{- $queues := list .Values.queue.name -}}
{{- range (include "rabbitmq-workers.workers" . | fromJson).workers -}}
{{- $queues = append $queues (include "rabbitmq-workers.worker.queue" (dict "root" $ "values" .values)) -}}
{{- end -}}
{{- $_ := set . "queues" (dict "queues" (uniq $queues) | toJson) -}}
{{- end -}}
{{- .queues -}}
{{- end -}}

{{/*
Whether a worker is scaled with the chart's own TriggerAuthentication: "true" or nothing. Then the broker gets a user for it.
Kept at the root. Usage: include "rabbitmq-workers.scaler" $
*/}}
{{- define "rabbitmq-workers.scaler" -}}
{{- if not (hasKey . "scaler") -}}
{{- $scaled := false -}}
{{- range (include "rabbitmq-workers.workers" . | fromJson).workers -}}
{{- if and (eq .values.autoscaling.type "keda") (not .values.autoscaling.keda.authentication) -}}
{{- $scaled = true -}}
{{- end -}}
{{- end -}}
{{- $_ := set . "scaler" (and $scaled .Values.broker.enabled | ternary "true" "") -}}
{{- end -}}
{{- .scaler -}}
{{- end -}}
