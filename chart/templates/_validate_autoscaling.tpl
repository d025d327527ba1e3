{{/* What is wrong about who sets the number of a worker's pods. Usage: SCOPE of a worker with its path */}}
{{- define "rabbitmq-workers.faults.autoscaling" -}}
{{- $path := .path }}
{{- $root := .root }}
{{- $values := .values }}
{{- with .values.autoscaling }}
{{- $keda := eq .type "keda" }}
{{- if ne .type "none" }}
{{- if gt (int .minReplicas) (int .maxReplicas) }}
- {{ $path }}.autoscaling.minReplicas is {{ .minReplicas }}, more than {{ $path }}.autoscaling.maxReplicas, {{ .maxReplicas }}
{{- end }}
{{- end }}
{{- if eq .type "hpa" }}
{{- if eq (int .minReplicas) 0 }}
- {{ $path }}.autoscaling.minReplicas is 0, with {{ $path }}.autoscaling.type hpa: without a pod there is nothing to measure; use 1, or keda
{{- end }}
{{- if and (not .hpa.metrics) (not (dig "requests" "cpu" "" ($values.resources | default dict))) }}
- {{ $path }}.autoscaling.type is hpa, by a share of {{ $path }}.resources.requests.cpu, which is not set: set it, or {{ $path }}.autoscaling.hpa.metrics
{{- end }}
{{- end }}
{{- if $keda }}
{{- if not $root.Values.broker.enabled }}
{{- range list "authentication" "managementUrl" }}
{{- if not (index $values.autoscaling.keda .) }}
- {{ $path }}.autoscaling.type is keda, and broker.enabled is false: set {{ $path }}.autoscaling.keda.{{ . }}, for the management API of the external broker
{{- end }}
{{- end }}
{{- end }}
{{- $serverName := include "rabbitmq-workers.tls.serverName" $root }}
{{- if and $serverName (not .keda.managementUrl) }}
- {{ $path }}.autoscaling.type is keda, and broker.tls.serverName is {{ $serverName }}, which KEDA cannot be told: set {{ $path }}.autoscaling.keda.managementUrl to an address with that name
{{- end }}
{{- if contains " " (include "rabbitmq-workers.worker.queue" $) }}
- {{ $path }}.autoscaling.type is keda, and the queue {{ include "rabbitmq-workers.worker.queue" $ }} has a space in its name, with which KEDA cannot ask for it
{{- end }}
{{- if and $root.Values.worker.requireKeda (not ($root.Capabilities.APIVersions.Has "keda.sh/v1alpha1")) }}
- {{ $path }}.autoscaling.type is keda, and the cluster does not serve keda.sh/v1alpha1: install KEDA first, or set worker.requireKeda to false
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
