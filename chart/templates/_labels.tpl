{{/* What selects all pods of the release. Usage: root */}}
{{- define "rabbitmq-workers.releaseLabels" -}}
app.kubernetes.io/name: {{ include "rabbitmq-workers.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}

{{/* What selects a component's pods: immutable, so nothing that a later version may change. Usage: SCOPE */}}
{{- define "rabbitmq-workers.selectorLabels" -}}
{{ include "rabbitmq-workers.releaseLabels" .root }}
app.kubernetes.io/component: {{ .component }}
{{- end -}}

{{/*
name, labels and annotations of an object.
Usage: SCOPE ["suffix" "nodes"] ["name" NAME] ["labels" MAP] ["annotations" MAP]
*/}}
{{- define "rabbitmq-workers.metadata" -}}
name: {{ .name | default (include "rabbitmq-workers.componentName" .) }}
{{- $own := dict
      "app.kubernetes.io/part-of" .root.Chart.Name
      "app.kubernetes.io/version" .root.Chart.AppVersion
      "app.kubernetes.io/managed-by" .root.Release.Service
      "helm.sh/chart" (printf "%s-%s" .root.Chart.Name .root.Chart.Version | replace "+" "_") }}
labels:
  {{- include "rabbitmq-workers.selectorLabels" . | nindent 2 }}
  {{- merge (dict) (.labels | default dict) .root.Values.commonLabels $own | toYaml | nindent 2 }}
{{- with merge (dict) (.annotations | default dict) .root.Values.commonAnnotations }}
annotations:
  {{- toYaml . | nindent 2 }}
{{- end }}
{{- end -}}

{{/*
labels and annotations of a component's pods. No version among them: a new chart that changes nothing else must not
restart the broker. Usage: SCOPE "checksums" (list "configmap" "secret"), names of files in the component's folder,
"fingerprints" (dict "address" TEXT), what else the pods must be replaced for
*/}}
{{- define "rabbitmq-workers.podMetadata" -}}
labels:
  {{- include "rabbitmq-workers.selectorLabels" . | nindent 2 }}
  {{- with merge (dict) .values.podLabels .root.Values.commonLabels }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- if or .checksums .fingerprints .values.podAnnotations .root.Values.commonAnnotations }}
annotations:
  {{- range .checksums }}
  {{- $file := printf "%s/%s/%s.yaml" $.root.Template.BasePath $.component . }}
  {{- $object := include $file $.root | fromYaml }}
  checksum/{{ . }}: {{ pick $object "data" "stringData" | toJson | sha256sum }}
  {{- end }}
  {{- range $name, $content := .fingerprints }}
  checksum/{{ $name }}: {{ kindIs "string" $content | ternary $content (toJson $content) | sha256sum }}
  {{- end }}
  {{- with merge (dict) .values.podAnnotations .root.Values.commonAnnotations }}
  {{- toYaml . | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}
