{{/*
A producer and a consumer are the same objects with other data. The helpers here take a worker's scope, one of
"rabbitmq-workers.workers" with the root:
  dict "root" $ "component" "producer" "role" "producer" "values" .Values.producer
*/}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "rabbitmq-workers.metadata" . | nindent 2 }}
data:
  {{- range $name, $value := include "rabbitmq-workers.worker.settings" . | fromJson }}
  {{ $name }}: {{ include "rabbitmq-workers.text" $value | quote }}
  {{- end }}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.deployment" -}}
{{- $fingerprints := dict
      "configmap" (include "rabbitmq-workers.worker.configMap" . | fromYaml).data
      "address" (include "rabbitmq-workers.worker.address" .) -}}
{{- $code := include "rabbitmq-workers.worker.code" . | fromJson -}}
{{- with $code.text -}}
{{- $_ := set $fingerprints $code.suffix . -}}
{{- end -}}
{{- $strategy := include "rabbitmq-workers.worker.strategy" . | fromYaml -}}
{{- $context := include "rabbitmq-workers.worker.podSecurityContext" . | fromYaml -}}
{{- $pod := set (omit . "values") "values" (set (deepCopy .values) "podSecurityContext" $context) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "rabbitmq-workers.metadata" (merge (dict "annotations" .values.annotations) .) | nindent 2 }}
spec:
  {{- if eq .values.autoscaling.type "none" }}
  replicas: {{ int .values.replicas }}
  {{- end }}
  {{- with $strategy }}
  strategy:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  selector:
    matchLabels:
      {{- include "rabbitmq-workers.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      {{- include "rabbitmq-workers.podMetadata" (merge (dict "fingerprints" $fingerprints) .) | nindent 6 }}
    spec:
      {{- include "rabbitmq-workers.podSpec" $pod | nindent 6 }}
      {{- include "rabbitmq-workers.worker.containers" . | nindent 6 }}
      volumes:
        {{- include "rabbitmq-workers.worker.volumes" . | nindent 8 }}
        {{- with include "rabbitmq-workers.worker.resume.volume" . }}
        {{- . | nindent 8 }}
        {{- end }}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.containers" -}}
{{- $config := list (dict "configMapRef" (dict "name" (include "rabbitmq-workers.componentName" .))) -}}
{{- $command := eq .role "producer" | ternary "produce" "consume" -}}
{{- $mounts := include "rabbitmq-workers.worker.resume.mount" . | fromYamlArray -}}
initContainers:
  - name: wait-for-broker
    {{- include "rabbitmq-workers.worker.container" (merge (dict "command" "wait" "envFrom" $config) .) | nindent 4 }}
  {{- with .values.extraInitContainers }}
  {{- include "rabbitmq-workers.rendered" (dict "root" $.root "value" .) | nindent 2 }}
  {{- end }}
containers:
  - name: {{ .component }}
    {{- include "rabbitmq-workers.worker.container" (merge (dict "command" $command "envFrom" $config "mounts" $mounts) .) | nindent 4 }}
    ports:
      - name: metrics
        containerPort: 8080
    {{- range $probe, $path := dict "startupProbe" "/livez" "readinessProbe" "/readyz" "livenessProbe" "/livez" }}
    {{- $asks := dict "httpGet" (dict "path" $path "port" "metrics") }}
    {{- with include "rabbitmq-workers.probe" (dict "values" (index $.values $probe) "asks" $asks) }}
    {{ $probe }}:
      {{- . | nindent 6 }}
    {{- end }}
    {{- end }}
  {{- with .values.extraContainers }}
  {{- include "rabbitmq-workers.rendered" (dict "root" $.root "value" .) | nindent 2 }}
  {{- end }}
{{- end -}}
