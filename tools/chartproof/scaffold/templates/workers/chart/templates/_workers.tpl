{{/*
Every worker as JSON, each with what `worker` says laid under it:
  {"workers": [{"component": "default", "values": {...}}]}
*/}}
{{- define "chart-name.workers" -}}
{{- $workers := list -}}
{{- range $name, $own := .Values.workers -}}
{{- $values := mergeOverwrite (deepCopy $.Values.worker) (deepCopy $own) -}}
{{- $workers = append $workers (dict "component" $name "values" $values) -}}
{{- end -}}
{{- dict "workers" $workers | toJson -}}
{{- end -}}

{{/* Usage: include "chart-name.container" (dict "root" $ "component" "name" "values" MAP) */}}
{{- define "chart-name.container" -}}
name: worker
image: {{ include "chart-name.image" .root }}
imagePullPolicy: {{ .root.Values.image.pullPolicy }}
command:
  {{- toYaml .values.command | nindent 2 }}
{{- with .values.env }}
env:
  {{- include "chart-name.env" . | trim | nindent 2 }}
{{- end }}
{{- with .values.existingSecret }}
envFrom:
  - secretRef:
      name: {{ . }}
{{- end }}
{{- range $probe := list "startupProbe" "livenessProbe" }}
{{ $probe }}:
  exec:
    command:
      - sh
      - -c
      - test $(($(date +%s) - $(date -r /tmp/alive +%s))) -lt {{ int $.values.patienceSeconds }}
  periodSeconds: {{ eq $probe "startupProbe" | ternary 1 10 }}
  failureThreshold: {{ eq $probe "startupProbe" | ternary (int $.values.patienceSeconds) 1 }}
{{- end }}
resources:
  {{- toYaml .values.resources | nindent 2 }}
securityContext:
  {{- toYaml .root.Values.securityContext | nindent 2 }}
volumeMounts:
  - name: tmp
    mountPath: /tmp
{{- end -}}
