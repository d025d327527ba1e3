{{/* A budget that Kubernetes refuses, or that lets no node be drained. Usage: SCOPE of a worker with its path */}}
{{- define "rabbitmq-workers.faults.budget" -}}
{{- $path := printf "%s.podDisruptionBudget" .path }}
{{- $fixed := eq .values.autoscaling.type "none" }}
{{- $replicas := int .values.replicas }}
{{- with .values.podDisruptionBudget }}
{{- $fewest := toString .minAvailable }}
{{- if .enabled }}
{{- if not (or $fewest (toString .maxUnavailable)) }}
- {{ $path }}.minAvailable and {{ $path }}.maxUnavailable are both empty: set one of them
{{- else if eq $fewest "100%" }}
- {{ $path }}.minAvailable is 100%: no node with one of its pods could be drained
{{- else if and $fixed $replicas (regexMatch "^[0-9]+$" $fewest) (ge (int $fewest) $replicas) }}
- {{ $path }}.minAvailable is {{ $fewest }}, with {{ $.path }}.replicas {{ $replicas }}: no node with one of its pods could be drained
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
