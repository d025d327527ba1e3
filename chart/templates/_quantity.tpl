{{/*
The bytes of a Kubernetes quantity such as 512Mi, 1.5Gi or 2000000000, rounded up as Kubernetes does; nothing when it is
none. Usage: include "rabbitmq-workers.bytes" QUANTITY
*/}}
{{- define "rabbitmq-workers.bytes" -}}
{{- $factors := dict
      "k" 1000 "M" 1000000 "G" 1000000000 "T" 1000000000000
      "Ki" 1024 "Mi" 1048576 "Gi" 1073741824 "Ti" 1099511627776 -}}
{{- $text := kindIs "invalid" . | ternary "" (include "rabbitmq-workers.text" .) -}}
{{- if regexMatch "^[0-9]+(\\.[0-9]+)?([kMGT]|[KMGT]i)?$" $text -}}
{{- $number := regexFind "^[0-9.]+" $text -}}
{{- $factor := get $factors (trimPrefix $number $text) | default 1 -}}
{{- mulf $number $factor | ceil | int64 -}}
{{- end -}}
{{- end -}}

{{/* The broker's memory limit in bytes, or nothing. */}}
{{- define "rabbitmq-workers.memoryLimit" -}}
{{- include "rabbitmq-workers.bytes" (dig "limits" "memory" nil .Values.broker.resources) -}}
{{- end -}}

{{/*
The memory in bytes above which the broker blocks publishers, or nothing when it cannot be told. Always absolute: a
broker in a container may take the node's memory for its own.
*/}}
{{- define "rabbitmq-workers.memoryWatermark" -}}
{{- $watermark := .Values.broker.memoryWatermark -}}
{{- if hasSuffix "%" $watermark -}}
{{- with include "rabbitmq-workers.memoryLimit" . -}}
{{- div (mul (int64 .) (trimSuffix "%" $watermark | int64)) 100 -}}
{{- end -}}
{{- else -}}
{{- include "rabbitmq-workers.bytes" $watermark -}}
{{- end -}}
{{- end -}}
