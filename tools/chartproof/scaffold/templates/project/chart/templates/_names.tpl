{{- define "chart-name.name" -}}
{{- .Values.nameOverride | default .Chart.Name | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{/* The prefix of every object's name. With what is appended to it, a name may have 63 characters. */}}
{{- define "chart-name.fullname" -}}
{{- $name := include "chart-name.name" . -}}
{{- $release := contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- .Values.fullnameOverride | default $release | replace "." "-" | trunc 40 | trimSuffix "-" -}}
{{- end -}}

{{- define "chart-name.serviceAccountName" -}}
{{- $own := .Values.serviceAccount.create | ternary (include "chart-name.fullname" .) "default" -}}
{{- .Values.serviceAccount.name | default $own -}}
{{- end -}}

{{- define "chart-name.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- with .Values.image.digest }}@{{ . }}{{ end -}}
{{- end -}}
