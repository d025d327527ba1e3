{{/* The faults of one worker. Usage: SCOPE with its path */}}
{{- define "rabbitmq-workers.faults.worker" -}}
{{- $path := .path }}
{{- $name := include "rabbitmq-workers.componentName" . }}
{{- if ne $path .component }}
{{- if or (has .component (list "producer" "consumer" "test" "scaler" "upgrade-guard")) (hasPrefix "broker" .component) (hasSuffix "-handler-code" .component) }}
- {{ $path }}: objects of the chart have names that begin with {{ printf "%s" $name | quote }}: choose another name
{{- end }}
{{- end }}
{{- if gt (len $name) 63 }}
- {{ $path }}: {{ $name }} has {{ len $name }} characters, and a label may have 63: shorten the name or set fullnameOverride
{{- end }}
{{- if hasPrefix "amq." (include "rabbitmq-workers.worker.queue" .) }}
{{- if .values.queue }}
- {{ $path }}.queue is {{ .values.queue }}: names that begin with amq. are RabbitMQ's own
{{- end }}
{{- end }}
{{- with .values.image }}
{{- if and .repository (not .tag) (not .digest) }}
- {{ $path }}.image.repository is {{ .repository }}, without {{ $path }}.image.tag or {{ $path }}.image.digest: say which image
{{- else if and (not .repository) (or .tag .digest) }}
- {{ $path }}.image.{{ empty .tag | ternary "digest" "tag" }} is set, and {{ $path }}.image.repository is not: set it, or worker.image for all workers
{{- end }}
{{- end }}
{{- with .values.podDisruptionBudget }}
{{- if and .enabled (eq (toString .minAvailable) (toString $.values.replicas)) (eq $.values.autoscaling.type "none") }}
- {{ $path }}.podDisruptionBudget.minAvailable is {{ .minAvailable }}, with {{ $path }}.replicas {{ $.values.replicas }}: no node with one of its pods could be drained
{{- end }}
{{- end }}
{{- if eq .role "consumer" }}
{{- include "rabbitmq-workers.faults.consumer" . }}
{{- end }}
{{- end -}}

{{/* Usage: SCOPE with its path */}}
{{- define "rabbitmq-workers.faults.consumer" -}}
{{- $path := .path }}
{{- with .values }}
{{- if lt (int .prefetch) (int .threads) }}
- {{ $path }}.prefetch is {{ .prefetch }}, less than {{ $path }}.threads, {{ .threads }}: some threads would never get a message
{{- end }}
{{- if and .handlerCode .handlerConfigMap }}
- {{ $path }}.handlerCode and {{ $path }}.handlerConfigMap are both set: remove one of the two
{{- end }}
{{- if .handlerCode }}
{{- if regexMatch "^workers[.:]" .handler }}
- {{ $path }}.handlerCode is set, and {{ $path }}.handler is {{ .handler }}, which is not in it: set it to module:function, as orders:handle for a function `handle`
{{- else if contains "." .handler }}
- {{ $path }}.handler is {{ .handler }}, a module in a package, and {{ $path }}.handlerCode is one module: use a name without a dot
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Usage: SCOPE with its path */}}
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
{{- if contains " " (include "rabbitmq-workers.worker.queue" $) }}
- {{ $path }}.autoscaling.type is keda, and the queue {{ include "rabbitmq-workers.worker.queue" $ }} has a space in its name, with which KEDA cannot ask for it
{{- end }}
{{- if and $root.Values.worker.requireKeda (not ($root.Capabilities.APIVersions.Has "keda.sh/v1alpha1")) }}
- {{ $path }}.autoscaling.type is keda, and the cluster does not serve keda.sh/v1alpha1: install KEDA first, or set worker.requireKeda to false
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
