{{/* What is wrong about names, in the form of _validate.tpl. */}}

{{- define "rabbitmq-workers.faults.names" -}}
{{- $fullname := include "rabbitmq-workers.fullname" . -}}
{{- if not (regexMatch "^[a-z]" $fullname) }}
- the release's name {{ .Release.Name | quote }} makes {{ printf "%s-broker" $fullname | quote }} the name of a Service, which must begin with a letter: set fullnameOverride
{{- end }}
{{- with .Values.nameOverride }}
{{- if not (or $.Values.fullnameOverride (regexMatch "^[-.a-z0-9]+$" .)) }}
- nameOverride is {{ . }}, which makes {{ quote $fullname }} the beginning of every object's name, where Kubernetes takes lower-case letters, digits and dashes: set fullnameOverride as well
{{- end }}
{{- end }}
{{- $components := (include "rabbitmq-workers.workers" . | fromJson).workers }}
{{- if .Values.broker.enabled }}
{{- $components = prepend $components (dict "path" "broker" "values" .Values.broker) }}
{{- end }}
{{- $accounts := dict }}
{{- range $component := $components }}
{{- include "rabbitmq-workers.faults.variables" . }}
{{- include "rabbitmq-workers.faults.quantities" . }}
{{- include "rabbitmq-workers.faults.labels" (dict "path" (printf "%s.podLabels" .path) "labels" .values.podLabels) }}
{{- with .values.serviceAccount }}
{{- if and .create .name }}
{{- with get $accounts .name }}
- {{ . }}.serviceAccount.name and {{ $component.path }}.serviceAccount.name are both {{ quote $component.values.serviceAccount.name }}, and both would be created: set serviceAccount.create to false in one of them
{{- end }}
{{- $_ := set $accounts .name $component.path }}
{{- end }}
{{- end }}
{{- end }}
{{- include "rabbitmq-workers.faults.labels" (dict "path" "commonLabels" "labels" .Values.commonLabels) }}
{{- if .Values.broker.enabled }}
{{- include "rabbitmq-workers.faults.labels" (dict "path" "broker.persistence.labels" "labels" .Values.broker.persistence.labels) }}
{{- end }}
{{- range $kind := list "serviceMonitor" "podMonitor" "prometheusRule" "dashboards" }}
{{- $labels := (get $.Values.monitoring $kind).labels }}
{{- include "rabbitmq-workers.faults.labels" (dict "path" (printf "monitoring.%s.labels" $kind) "labels" $labels) }}
{{- end }}
{{- if hasPrefix "amq." .Values.queue.name }}
- queue.name is {{ .Values.queue.name }}: names that begin with amq. are RabbitMQ's own
{{- end }}
{{- end -}}

{{/*
Labels that Kubernetes would refuse, and those by which the chart's own objects find each other: given once more, they
would be another pod's. Others of the chart, such as part-of, may be given in its place.
Usage: dict "path" PATH "labels" MAP
*/}}
{{- define "rabbitmq-workers.faults.labels" -}}
{{- range $name, $value := .labels -}}
{{- if or (gt (len $value) 63) (not (regexMatch "^([A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?)?$" $value)) }}
- {{ $.path }} has {{ $name }} as {{ quote $value }}: what a label says has at most 63 letters, digits, dashes, dots and underscores
{{- else if regexMatch "^app\\.kubernetes\\.io/(name|instance|component)$" $name }}
- {{ $.path }} has {{ $name }}, by which the chart's objects find each other: leave it out{{ if hasSuffix "/name" $name }}, or set nameOverride{{ end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* The schema could refuse them too, and Helm would not say where they are. Usage: {path, values} of a component */}}
{{- define "rabbitmq-workers.faults.variables" -}}
{{- range $name, $_ := .values.env -}}
{{- if not (regexMatch "^[A-Za-z_][A-Za-z0-9_]*$" $name) }}
- {{ $.path }}.env has {{ quote $name }}, which is no name of a variable: use letters, digits and underscores, and no digit to begin with
{{- end }}
{{- end }}
{{- end -}}
