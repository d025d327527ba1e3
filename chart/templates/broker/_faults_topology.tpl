{{/*
What RabbitMQ would refuse about the definitions, and not start for. In the form of _validate.tpl.
*/}}
{{- define "rabbitmq-workers.faults.topology" -}}
{{- $values := .Values -}}
{{- if not $values.broker.enabled }}
{{- range $key := list "vhosts" "queues" "exchanges" "bindings" "policies" "users" }}
{{- if get $values $key }}
- {{ $key }} is set, and broker.enabled is false: the chart declares nothing on a broker that it does not run
{{- end }}
{{- end }}
{{- if ne $values.queue.retry.type "disabled" }}
- queue.retry.type is {{ $values.queue.retry.type }}, and broker.enabled is false: set a policy with delayed-retry-type on that broker, or use consumer.retryQueue
{{- end }}
{{- else }}
{{- include "rabbitmq-workers.faults.names.reserved" . }}
{{- include "rabbitmq-workers.faults.queues" . }}
{{- include "rabbitmq-workers.faults.retries" . }}
{{- include "rabbitmq-workers.faults.deadLetters" . }}
{{- include "rabbitmq-workers.faults.bindings" . }}
{{- include "rabbitmq-workers.faults.vhosts" . }}
{{- include "rabbitmq-workers.faults.users" . }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.queues" -}}
{{- $taken := dict .Values.queue.name "queue.name" -}}
{{- range $name, $queue := include "rabbitmq-workers.topology.queues" . | fromJson -}}
{{- if include "rabbitmq-workers.topology.ownDeadLetters" $queue -}}
{{- $dead := include "rabbitmq-workers.deadLetterQueue" $name -}}
{{- $_ := set $taken $dead (printf "the dead letters of %s" $name) -}}
{{- if hasKey $.Values.policies $dead }}
- policies.{{ $dead }} has the name of the policy for the dead letters of {{ $name }}: give it another
{{- end }}
{{- end -}}
{{- end -}}
{{- if .Values.tests.enabled -}}
{{- $_ := set $taken (include "rabbitmq-workers.testQueue" .) "tests.enabled" -}}
{{- end -}}
{{- $only := dict "maxLength" (list "quorum" "classic") "messageTtl" (list "quorum" "classic")
      "overflow" (list "quorum" "classic") "deadLetter" (list "quorum" "classic")
      "deliveryLimit" (list "quorum") "retry" (list "quorum") "maxAge" (list "stream") -}}
{{- range $name, $queue := .Values.queues -}}
{{- $type := $queue.type | default "quorum" -}}
{{- with get $taken $name }}
- queues.{{ $name }} is a queue of that name already, by {{ . }}: give it another
{{- end }}
{{- range $key, $types := $only }}
{{- if and (hasKey $queue $key) (not (has $type $types)) }}
- queues.{{ $name }}.{{ $key }} is set, which a queue of type {{ $type }} does not have: it is for {{ join " and " $types }}
{{- end }}
{{- end }}
{{- if and (eq $type "quorum") (eq ($queue.overflow | default "") "reject-publish-dlx") }}
- queues.{{ $name }}.overflow is reject-publish-dlx, which is for classic queues alone
{{- end }}
{{- if hasKey $.Values.policies $name }}
- policies.{{ $name }} has the name of the policy that queues.{{ $name }} makes for its limits: give it another
{{- end }}
{{- end }}
{{- if hasKey .Values.policies .Values.queue.name }}
- policies.{{ .Values.queue.name }} has the name of the policy that queue.name makes for its limits: give it another
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.retries" -}}
{{- $queues := include "rabbitmq-workers.topology.queues" . | fromJson -}}
{{- $retries := dict "queue" .Values.queue.retry -}}
{{- range $name, $queue := .Values.queues -}}
{{- if $queue.retry -}}
{{- $_ := set $retries (printf "queues.%s" $name) (get $queues $name).retry -}}
{{- end -}}
{{- end -}}
{{- $version := include "rabbitmq-workers.upgradeGuard.version" . | trimPrefix "v" -}}
{{- range $path, $retry := $retries -}}
{{- if and (ne .type "disabled") $version (semverCompare "<4.3.0-0" ($version | default "0")) }}
- {{ $path }}.retry.type is {{ .type }}, and broker.image.tag is RabbitMQ {{ $version }}, which does not know it and would not start: set it to disabled, and use consumer.retryQueue
{{- end }}
{{- if lt (int .maxDelay) (int .minDelay) }}
- {{ $path }}.retry.maxDelay is {{ int .maxDelay }}, less than {{ $path }}.retry.minDelay, {{ int .minDelay }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.deadLetters" -}}
{{- $queues := include "rabbitmq-workers.topology.queues" . | fromJson -}}
{{- $there := dict -}}
{{- range (include "rabbitmq-workers.topology" . | fromJson).queues -}}
{{- $_ := set $there (printf "%s %s" .vhost .name) true -}}
{{- end -}}
{{- range $name, $queue := .Values.queues -}}
{{- $path := printf "queues.%s.deadLetter" $name -}}
{{- $vhost := $queue.vhost | default "/" -}}
{{- with $queue.deadLetter }}
{{- range $key := list "exchange" "routingKey" }}
{{- if and $queue.deadLetter.queue (get $queue.deadLetter $key) }}
- {{ $path }}.queue is set, and so is {{ $path }}.{{ $key }}: remove one of the two
{{- end }}
{{- end }}
{{- if and .queue (not (hasKey $there (printf "%s %s" $vhost .queue))) }}
- {{ $path }}.queue is {{ .queue }}, and there is no queue of that name in the virtual host {{ $vhost }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Every name of the definitions has to be there: a binding to none keeps the broker from starting. */}}
{{- define "rabbitmq-workers.faults.bindings" -}}
{{- $definitions := include "rabbitmq-workers.topology" . | fromJson -}}
{{- $there := dict -}}
{{- range $kind := list "queues" "exchanges" -}}
{{- range index $definitions $kind -}}
{{- $_ := set $there (printf "%s %s %s" (trimSuffix "s" $kind) .vhost .name) true -}}
{{- end -}}
{{- end -}}
{{- range $i, $binding := .Values.bindings -}}
{{- $vhost := .vhost | default "/" -}}
{{- $ends := dict "source" "exchange" "destination" (.destinationType | default "queue") -}}
{{- range $end, $kind := $ends -}}
{{- $name := get $binding $end -}}
{{- if not (or (hasKey $there (printf "%s %s %s" $kind $vhost $name)) (and (eq $kind "exchange") (hasPrefix "amq." $name))) }}
- bindings[{{ $i }}].{{ $end }} is {{ $name }}, and there is no {{ $kind }} of that name in the virtual host {{ $vhost }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.names.reserved" -}}
{{- range $key := list "queues" "exchanges" -}}
{{- range $name, $_ := get $.Values $key -}}
{{- if hasPrefix "amq." $name }}
- {{ $key }}.{{ $name }}: names that begin with amq. are RabbitMQ's own
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.vhosts" -}}
{{- $vhosts := concat (list "/") .Values.vhosts -}}
{{- range $key := list "queues" "exchanges" "policies" -}}
{{- range $name, $entry := get $.Values $key -}}
{{- if not (has ($entry.vhost | default "/") $vhosts) }}
- {{ $key }}.{{ $name }}.vhost is {{ $entry.vhost }}, which is not among vhosts
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $user := .Values.users -}}
{{- range $vhost, $_ := $user.permissions -}}
{{- if not (has $vhost $vhosts) }}
- users.{{ $name }}.permissions has {{ $vhost }}, which is not among vhosts
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.users" -}}
{{- $auth := .Values.broker.auth -}}
{{- $taken := dict -}}
{{- if not $auth.existingSecret -}}
{{- range $key := list "username" "workerUsername" "scalerUsername" -}}
{{- $_ := set $taken (get $auth $key) (printf "broker.auth.%s" $key) -}}
{{- end -}}
{{- end -}}
{{- range $name, $user := .Values.users -}}
{{- if has $name (list "administrator" "worker" "scaler") }}
- users.{{ $name }}: the chart has a user of that name, whom broker.auth describes; give it another
{{- end }}
{{- if $user.existingSecret }}
{{- range $key := list "username" "password" }}
{{- if get $user $key }}
- users.{{ $name }}.{{ $key }} is set, and so is users.{{ $name }}.existingSecret, which it should come from: remove one of the two
{{- end }}
{{- end }}
{{- else }}
{{- $username := $user.username | default $name }}
{{- with get $taken $username }}
- users.{{ $name }} has the name {{ $username | quote }}, as {{ . }} has: give it another
{{- end }}
{{- if $user.secretKeys }}
- users.{{ $name }}.secretKeys is set, and users.{{ $name }}.existingSecret does not say of which Secret
{{- end }}
{{- $_ := set $taken $username (printf "users.%s" $name) }}
{{- end }}
{{- end }}
{{- end -}}
