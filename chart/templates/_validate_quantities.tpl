{{/* Whether Kubernetes reads it as a quantity: "true" or nothing. Usage: SCALAR */}}
{{- define "rabbitmq-workers.isQuantity" -}}
{{- $form := "^([0-9]+(\\.[0-9]*)?|\\.[0-9]+)([eE][-+]?[0-9]+|[numkMGTPE]|[KMGTPE]i)?$" -}}
{{- regexMatch $form (include "rabbitmq-workers.text" .) | ternary "true" "" -}}
{{- end -}}

{{/* What pods ask for that is nothing, in the form of _validate.tpl. */}}
{{- define "rabbitmq-workers.faults.quantities" -}}
{{- $given := dict -}}
{{- if .Values.broker.enabled -}}
{{- $_ := set $given "broker.resources" .Values.broker.resources -}}
{{- end -}}
{{- range (include "rabbitmq-workers.workers" . | fromJson).workers -}}
{{- $_ := set $given (printf "%s.resources" .path) (.values.resources | default dict) -}}
{{- end -}}
{{- range $path, $resources := $given -}}
{{- range $kind := list "requests" "limits" -}}
{{- range $name, $quantity := get $resources $kind | default dict -}}
{{- if not (or (kindIs "invalid" $quantity) (include "rabbitmq-workers.isQuantity" $quantity)) }}
- {{ $path }}.{{ $kind }}.{{ $name }} is {{ include "rabbitmq-workers.text" $quantity | quote }}, which is no quantity: 256Mi, 1.5Gi, 0.5 and 100m are some
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}
