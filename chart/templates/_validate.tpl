{{/*
What the schema cannot see: values that are each right and together break an install. Every fault is one line that
begins with a dash; all of them are shown at once.
*/}}
{{- define "rabbitmq-workers.validate" -}}
{{- $faults := "" -}}
{{- range list "names" "broker" "memory" "keptVolumes" "tls" "placement" "ports" "volumes" "scaleDown" "topology" "connection"
      "workers" "monitoring" "network" -}}
{{- $faults = print $faults (include (printf "rabbitmq-workers.faults.%s" .) $) -}}
{{- end -}}
{{- with trim $faults -}}
{{- fail (printf "these values do not go together:\n%s" .) -}}
{{- end -}}
{{- end -}}

{{- define "rabbitmq-workers.faults.broker" -}}
{{- with .Values.broker }}
{{- $replicas := int .replicas }}
{{- $grace := int .terminationGracePeriodSeconds }}
{{- if .enabled }}
{{- if eq (mod $replicas 2) 0 }}
- broker.replicas is {{ $replicas }}: an even number of brokers tolerates no more failures than {{ sub $replicas 1 }}, and half of them can never decide; use {{ sub $replicas 1 }} or {{ add $replicas 1 }}
{{- end }}
{{- if and (gt $replicas 1) (lt $grace 60) }}
- broker.terminationGracePeriodSeconds is {{ $grace }}, with broker.replicas {{ $replicas }}: to wait for the others, hand over and stop takes at least 60
{{- end }}
{{- if .auth.existingSecret }}
{{- range $key := list "password" "workerPassword" "erlangCookie" }}
{{- if get $.Values.broker.auth $key }}
- broker.auth.{{ $key }} is set, and so is broker.auth.existingSecret, which it should come from: remove one of the two
{{- end }}
{{- end }}
{{- else if eq .auth.username .auth.workerUsername }}
- broker.auth.username and broker.auth.workerUsername are both {{ .auth.username | quote }}: the workers' user must be another, with fewer rights
{{- end }}
{{- if and (not .auth.existingSecret) (include "rabbitmq-workers.scaler" $) }}
{{- range $key := list "username" "workerUsername" }}
{{- if eq $.Values.broker.auth.scalerUsername (get $.Values.broker.auth $key) }}
- broker.auth.scalerUsername is {{ $.Values.broker.auth.scalerUsername }}, and so is broker.auth.{{ $key }}: KEDA's user must be another, who may only look
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.memory" -}}
{{- $watermark := include "rabbitmq-workers.memoryWatermark" . -}}
{{- $limit := include "rabbitmq-workers.memoryLimit" . -}}
{{- $size := include "rabbitmq-workers.bytes" .Values.broker.persistence.size -}}
{{- with .Values.broker }}
{{- if .enabled }}
{{- $given := dig "limits" "memory" nil .resources }}
{{- if eq $watermark "0" }}
- broker.memoryWatermark is {{ .memoryWatermark }}: above nothing at all the broker would take no message
{{- else if and $given (not (include "rabbitmq-workers.isQuantity" $given)) }}
{{- /* That it is none is told already. */}}
{{- else if not $watermark }}
- broker.memoryWatermark is {{ .memoryWatermark }} of broker.resources.limits.memory, which is {{ $given | default "not set" }}: set a whole quantity such as 2Gi, or give the watermark itself as one
{{- else if and $limit (ge (int64 $watermark) (int64 $limit)) }}
- broker.memoryWatermark is {{ .memoryWatermark }}, not below broker.resources.limits.memory, {{ include "rabbitmq-workers.text" .resources.limits.memory }}: the broker would be killed before it slows its publishers down
{{- else if and .persistence.enabled (lt (int64 $size) (mul 2 (int64 $watermark))) }}
- broker.persistence.size is {{ .persistence.size }}, less than twice the memory watermark of {{ $watermark }} bytes (broker.memoryWatermark {{ .memoryWatermark }}{{ with dig "limits" "memory" "" .resources }}, broker.resources.limits.memory {{ include "rabbitmq-workers.text" . }}{{ end }}): the broker takes no message while less than the watermark is free
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.connection" -}}
{{- $external := .Values.externalBroker -}}
{{- $unserved := list -}}
{{- range (include "rabbitmq-workers.workers" . | fromJson).workers -}}
{{- if not .values.existingSecret -}}
{{- $unserved = append $unserved (printf "%s.existingSecret" .path) -}}
{{- end -}}
{{- end -}}
{{- $host := "([^:@/?#,\\s]+|\\[[0-9a-fA-F:]+\\])(:[0-9]+)?" -}}
{{- $wellFormed := regexMatch (printf "^amqps?://([^:@/?#]+:[^:@/?#]+@)?%s(,%s)*(/[^/?#]*)?$" $host $host) $external.url -}}
{{- $login := contains "@" $external.url -}}
{{- if .Values.broker.enabled }}
{{- if or $external.url $external.existingSecret }}
- externalBroker.{{ empty $external.url | ternary "existingSecret" "url" }} is set, and broker.enabled is true: the workers can use one broker only
{{- end }}
{{- else if and $external.url (not $wellFormed) }}
- externalBroker.url is not of the form amqp://user:password@host:5672/vhost, with several hosts as host:5672,other:5672 (in user, password and vhost write : / @ ? # % as %3A %2F %40 %3F %23 %25)
{{- else if and $external.url (not $login) (not $external.existingSecret) }}
- externalBroker.url has no password, and externalBroker.existingSecret is not set: the workers could not log in
{{- else if and $external.url $login $external.existingSecret }}
- externalBroker.url has a password, and externalBroker.existingSecret is set: remove one of the two
{{- else if and $unserved (not $external.url) (not $external.existingSecret) }}
- broker.enabled is false, and none of externalBroker.url, externalBroker.existingSecret, {{ join ", " $unserved }} says which broker to use instead
{{- end }}
{{- if and (not .Values.broker.enabled) $wellFormed }}
{{- range include "rabbitmq-workers.externalPorts" . | fromJsonArray }}
{{- if or (lt (int .) 1) (gt (int .) 65535) }}
- externalBroker.url has the port {{ . }}: ports are 1 to 65535
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.workers" -}}
{{- $workers := (include "rabbitmq-workers.workers" . | fromJson).workers -}}
{{- range $workers }}
{{- include "rabbitmq-workers.faults.worker" (merge (dict "root" $) .) }}
{{- include "rabbitmq-workers.faults.autoscaling" (merge (dict "root" $) .) }}
{{- end }}
{{- if not (or .Values.broker.enabled $workers) }}
- broker.enabled, producer.enabled and consumer.enabled are all false, and workers has none: there is nothing to install
{{- end }}
{{- end -}}
