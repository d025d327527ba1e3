{{- define "failing.deep" -}}
{{ .Values.no.such.value }}
{{- end }}
