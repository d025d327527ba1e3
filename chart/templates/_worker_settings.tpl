{{/* What a worker is told, as JSON by the names of variables. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.settings" -}}
{{- $shared := .root.Values.worker -}}
{{- $settings := dict
      "MQ_CH" (include "rabbitmq-workers.worker.queue" .)
      "MQ_APP_ID" .root.Release.Name
      "MQ_AUDIT" .root.Values.audit
      "MQ_GRACE" (include "rabbitmq-workers.worker.grace" .)
      "MQ_REFUSAL_GRACE" (include "rabbitmq-workers.worker.refusalGrace" .)
      "MQ_SECRETS_DIR" (include "rabbitmq-workers.worker.secretsDir" .)
      "MQ_LOG_LEVEL" $shared.logLevel
      "MQ_LOG_FORMAT" $shared.logFormat
      "MQ_TRACE" $shared.trace
      "MQ_HEARTBEAT" $shared.heartbeatSeconds
      "MQ_CONNECT_TIMEOUT" $shared.connectTimeoutSeconds
      "MQ_RECONNECT_WAIT" $shared.reconnectWaitSeconds -}}
{{- $own := include (printf "rabbitmq-workers.worker.settings.%s" .role) . | fromJson -}}
{{- merge $settings $own | toJson -}}
{{- end -}}

{{/* Usage: SCOPE of a producer */}}
{{- define "rabbitmq-workers.worker.settings.producer" -}}
{{- $settings := dict
      "MQ_RATE" .values.rate
      "MQ_SOURCE" .values.source
      "MQ_WINDOW" .values.window
      "MQ_CONFIRM_TIMEOUT" .values.confirmTimeoutSeconds
      "MQ_MAX_BODY" (include "rabbitmq-workers.bytes" .values.maxBody) -}}
{{- with include "rabbitmq-workers.worker.resume.file" . -}}
{{- $_ := set $settings "MQ_RESUME" . -}}
{{- end -}}
{{- toJson $settings -}}
{{- end -}}

{{/* What is empty or 0 is left to the worker's own default. Usage: SCOPE of a consumer */}}
{{- define "rabbitmq-workers.worker.settings.consumer" -}}
{{- $settings := dict
      "MQ_PREFETCH" .values.prefetch
      "MQ_THREADS" .values.threads
      "MQ_POOL" .values.pool
      "MQ_HANDLER" .values.handler
      "MQ_BATCH_WAIT" .values.batchWaitSeconds
      "MQ_RETRY_LIMIT" .values.retryLimit -}}
{{- range $name, $value := dict
      "MQ_BATCH" .values.batch
      "MQ_HANDLER_TIMEOUT" .values.handlerTimeoutSeconds
      "MQ_DEDUP" .values.dedup
      "MQ_RETRY_QUEUE" .values.retryQueue -}}
{{- if $value -}}
{{- $_ := set $settings $name $value -}}
{{- end -}}
{{- end -}}
{{- toJson $settings -}}
{{- end -}}

{{/* The seconds a worker may take to drain: what Kubernetes grants, less a reserve to leave in good order. */}}
{{- define "rabbitmq-workers.worker.grace" -}}
{{- sub .values.terminationGracePeriodSeconds 5 -}}
{{- end -}}

{{/*
The seconds for which a worker tries a login that is refused. Kubernetes takes up to two minutes until a changed Secret
is in the files of all pods, and the broker and its workers do not see it at the same time.
*/}}
{{- define "rabbitmq-workers.worker.refusalGrace" -}}180{{- end -}}

{{/* Where a worker finds its login as files. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.secretsDir" -}}/run/secrets/rabbitmq{{- end -}}
