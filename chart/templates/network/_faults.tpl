{{/* What is wrong about how the release is reached, in the form of _validate.tpl. */}}

{{- define "rabbitmq-workers.faults.network" -}}
{{- $values := .Values -}}
{{- if and $values.broker.enabled $values.ingress.enabled (not $values.ingress.hosts) }}
- ingress.enabled is true, and ingress.hosts is empty: it does not say under which name the management page is to be found
{{- end }}
{{- if and $values.broker.enabled $values.httpRoute.enabled (not $values.httpRoute.parentRefs) }}
- httpRoute.enabled is true, and httpRoute.parentRefs is empty: it does not say which gateway is to serve the management page
{{- end }}
{{- if $values.networkPolicy.enabled }}
{{- $from := $values.networkPolicy.from }}
{{- $scrapers := list }}
{{- range $kind := list "serviceMonitor" "podMonitor" }}
{{- if (get $values.monitoring $kind).enabled }}
{{- $scrapers = append $scrapers (printf "monitoring.%s.enabled" $kind) }}
{{- end }}
{{- end }}
{{- if and $scrapers (not $from.metrics) }}
- networkPolicy.enabled and {{ join ", " $scrapers }} are true, and networkPolicy.from.metrics is empty: Prometheus would be kept out
{{- end }}
{{- $visitors := list }}
{{- range $kind := list "ingress" "httpRoute" }}
{{- if (get $values $kind).enabled }}
{{- $visitors = append $visitors (printf "%s.enabled is true" $kind) }}
{{- end }}
{{- end }}
{{- range (include "rabbitmq-workers.workers" . | fromJson).workers }}
{{- if and (eq .values.autoscaling.type "keda") (not .values.autoscaling.keda.managementUrl) }}
{{- $visitors = append $visitors (printf "%s.autoscaling.type is keda" .path) }}
{{- end }}
{{- end }}
{{- if and $visitors $values.broker.enabled (not $from.management) }}
- networkPolicy.enabled is true, {{ join ", " $visitors }}, and networkPolicy.from.management is empty: who asks the management API would be kept out
{{- end }}
{{- with $values.broker }}
{{- if and .enabled .extraPorts (not $from.extraPorts) }}
- networkPolicy.enabled is true, broker.extraPorts has {{ (first .extraPorts).name }}, and networkPolicy.from.extraPorts is empty: who talks that protocol would be kept out
{{- end }}
{{- if and .enabled (ne .service.type "ClusterIP") (not (or $from.amqp $from.management $from.metrics $from.extraPorts)) }}
- networkPolicy.enabled is true, broker.service.type is {{ .service.type }}, and networkPolicy.from.amqp is empty, as is the rest of networkPolicy.from: who comes from outside would be kept out
{{- end }}
{{- end }}
{{- if not $values.broker.enabled }}
{{- $ports := $values.networkPolicy.externalBroker.ports | toStrings }}
{{- range include "rabbitmq-workers.externalPorts" . | fromJsonArray }}
{{- if not (has . $ports) }}
- networkPolicy.externalBroker.ports is {{ join ", " $ports }}, without {{ . }}, {{ contains (printf ":%s" .) $values.externalBroker.url | ternary "a port of externalBroker.url" "the port of externalBroker.url where it names none" }}: the workers would be kept from it
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
