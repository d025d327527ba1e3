{{/* Whether Kubernetes reads it as a quantity: "true" or nothing. Usage: SCALAR */}}
{{- define "rabbitmq-workers.isQuantity" -}}
{{- $form := "^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?$" -}}
{{- regexMatch $form (include "rabbitmq-workers.text" .) | ternary "true" "" -}}
{{- end -}}

{{/* What a component's pods ask for that is nothing, in the form of _validate.tpl. Usage: {path, values} of a component */}}
{{- define "rabbitmq-workers.faults.quantities" -}}
{{- range $kind := list "requests" "limits" -}}
{{- range $name, $quantity := get ($.values.resources | default dict) $kind | default dict -}}
{{- if not (or (kindIs "invalid" $quantity) (include "rabbitmq-workers.isQuantity" $quantity)) }}
- {{ $.path }}.resources.{{ $kind }}.{{ $name }} is {{ include "rabbitmq-workers.text" $quantity | quote }}, which is no quantity: 256Mi, 1.5Gi, 0.5 and 100m are some
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
