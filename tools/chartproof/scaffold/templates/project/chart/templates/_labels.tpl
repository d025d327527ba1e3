{{/*
What selects pods: immutable, so nothing that a later version may change.
Usage: include "chart-name.selectorLabels" (dict "root" $ ["component" "name"])
*/}}
{{- define "chart-name.selectorLabels" -}}
app.kubernetes.io/name: {{ include "chart-name.name" .root }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
{{- with .component }}
app.kubernetes.io/component: {{ . }}
{{- end }}
{{- end -}}

{{/*
name and labels of an object, and annotations if it has any.
Usage: include "chart-name.metadata" (dict "root" $ ["component" "name"] ["name" NAME] ["annotations" MAP])
*/}}
{{- define "chart-name.metadata" -}}
name: {{ .name | default (compact (list (include "chart-name.fullname" .root) .component) | join "-") }}
labels:
  {{- include "chart-name.selectorLabels" . | nindent 2 }}
  app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
  app.kubernetes.io/managed-by: {{ .root.Release.Service }}
  helm.sh/chart: {{ printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" }}
  {{- with .root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- with .annotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}
