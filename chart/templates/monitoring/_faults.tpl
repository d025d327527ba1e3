{{/* What is wrong about the values of monitoring, in the form of _validate.tpl. */}}

{{- define "rabbitmq-workers.faults.monitoring" -}}
{{- $monitoring := .Values.monitoring -}}
{{- $wanted := list -}}
{{- range $kind := list "serviceMonitor" "podMonitor" "prometheusRule" -}}
{{- if (get $monitoring $kind).enabled -}}
{{- $wanted = append $wanted (printf "monitoring.%s.enabled" $kind) -}}
{{- end -}}
{{- end -}}
{{- if and $wanted $monitoring.requireOperator (not (.Capabilities.APIVersions.Has "monitoring.coreos.com/v1")) }}
- monitoring.requireOperator is true, and the cluster does not serve monitoring.coreos.com/v1, which {{ join ", " $wanted }} needs: install the Prometheus operator first
{{- end }}
{{- range $kind := list "serviceMonitor" "podMonitor" }}
{{- $monitor := get $monitoring $kind }}
{{- $interval := include "rabbitmq-workers.seconds" $monitor.interval | int }}
{{- if and $monitor.enabled (gt (include "rabbitmq-workers.seconds" $monitor.scrapeTimeout | int) $interval) }}
- monitoring.{{ $kind }}.scrapeTimeout is {{ $monitor.scrapeTimeout }}, more than monitoring.{{ $kind }}.interval, {{ $monitor.interval }}: the operator would leave the monitor out
{{- end }}
{{- end }}
{{- if $monitoring.prometheusRule.alerts }}
{{- include "rabbitmq-workers.faults.alerts" . }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.alerts" -}}
{{- $names := list -}}
{{- $limited := list -}}
{{- range list "broker" "workers" -}}
{{- range $.Files.Get (printf "files/alerts/%s.yaml" .) | fromYamlArray -}}
{{- $names = append $names .alert -}}
{{- if hasKey . "threshold" -}}
{{- $limited = append $limited .alert -}}
{{- end -}}
{{- end -}}
{{- end -}}
{{- range $name, $changes := .Values.monitoring.prometheusRule.alerts }}
{{- if not (has $name $names) }}
- monitoring.prometheusRule.alerts.{{ $name }} is no alert; there are {{ sortAlpha $names | join ", " }}
{{- else if and (hasKey $changes "threshold") (not (has $name $limited)) }}
- monitoring.prometheusRule.alerts.{{ $name }}.threshold is {{ include "rabbitmq-workers.text" $changes.threshold }}, and that alert has no threshold
{{- end }}
{{- end }}
{{- end -}}

{{/* The seconds of a duration such as 30s or 2m. */}}
{{- define "rabbitmq-workers.seconds" -}}
{{- $number := trimSuffix "s" . | trimSuffix "m" | int -}}
{{- hasSuffix "m" . | ternary (mul 60 $number) $number -}}
{{- end -}}
