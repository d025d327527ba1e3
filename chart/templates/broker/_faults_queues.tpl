{{/* What RabbitMQ would refuse about queues, or lose messages by. In the form of _validate.tpl. */}}

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
