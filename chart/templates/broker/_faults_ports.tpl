{{/* What is wrong about the broker's ports and its Service, in the form of _validate.tpl. */}}
{{- define "rabbitmq-workers.faults.ports" -}}
{{- with .Values.broker }}
{{- if .enabled }}
{{- $names := dict "epmd" "4369" "distribution" "25672" }}
{{- range include "rabbitmq-workers.broker.ports" $ | fromJsonArray }}
{{- if hasKey $names .name }}
- broker.extraPorts has {{ .name }}, which is the name of another port: give it another
{{- else if has (toString .number) (values $names) }}
- broker.extraPorts has {{ .name }} with {{ .number }}, which another port has
{{- end }}
{{- $_ := set $names .name (toString .number) }}
{{- end }}
{{- $known := concat (keys $names | sortAlpha) (list "amqp" "management" "metrics" "amqps" "management-tls" "metrics-tls") }}
{{- range $name, $_ := .service.nodePorts }}
{{- if not (has $name $known) }}
- broker.service.nodePorts has {{ $name }}, and there is no port of that name, in broker.extraPorts either
{{- end }}
{{- end }}
{{- with .service }}
{{- if and .nodePorts (eq .type "ClusterIP") }}
- broker.service.nodePorts is set, and broker.service.type is ClusterIP, which opens none: set NodePort or LoadBalancer
{{- end }}
{{- if and .externalTrafficPolicy (eq .type "ClusterIP") }}
- broker.service.externalTrafficPolicy is set, and broker.service.type is ClusterIP: it is for NodePort and LoadBalancer
{{- end }}
{{- range $key := list "loadBalancerClass" "loadBalancerSourceRanges" }}
{{- if and (get $.Values.broker.service $key) (ne $.Values.broker.service.type "LoadBalancer") }}
- broker.service.{{ $key }} is set, and broker.service.type is {{ $.Values.broker.service.type }}, not LoadBalancer
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
