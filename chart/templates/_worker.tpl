{{/*
A producer and a consumer are the same objects with other data. The helpers here take a worker's scope, one of
"rabbitmq-workers.workers" with the root:
  dict "root" $ "component" "producer" "role" "producer" "values" .Values.producer
*/}}

{{/* The variables that each role has beside the common ones, as JSON. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.settings" -}}
{{- if eq .role "producer" -}}
{{- dict "MQ_RATE" .values.rate | toJson -}}
{{- else -}}
{{- dict "MQ_PREFETCH" .values.prefetch "MQ_THREADS" .values.threads "MQ_HANDLER" .values.handler | toJson -}}
{{- end -}}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.configMap" -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "rabbitmq-workers.metadata" . | nindent 2 }}
data:
  {{- range $name, $value := merge (dict
        "MQ_CH" (include "rabbitmq-workers.worker.queue" .)
        "MQ_APP_ID" .root.Release.Name
        "MQ_AUDIT" .root.Values.audit
        "MQ_GRACE" (include "rabbitmq-workers.worker.grace" .)
        "MQ_REFUSAL_GRACE" (include "rabbitmq-workers.worker.refusalGrace" .)
        "MQ_SECRETS_DIR" (include "rabbitmq-workers.worker.secretsDir" .)
      ) (include "rabbitmq-workers.worker.settings" . | fromJson) }}
  {{ $name }}: {{ include "rabbitmq-workers.text" $value | quote }}
  {{- end }}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.deployment" -}}
{{- $fingerprints := dict
      "configmap" (include "rabbitmq-workers.worker.configMap" . | fromYaml).data
      "address" (include "rabbitmq-workers.worker.address" .) -}}
{{- with .values.handlerCode -}}
{{- $_ := set $fingerprints "handler-code" . -}}
{{- end -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "rabbitmq-workers.metadata" (merge (dict "annotations" .values.annotations) .) | nindent 2 }}
spec:
  {{- if eq .values.autoscaling.type "none" }}
  replicas: {{ .values.replicas }}
  {{- end }}
  {{- with .values.strategy }}
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
      {{- include "rabbitmq-workers.podSpec" . | nindent 6 }}
      {{- include "rabbitmq-workers.worker.containers" . | nindent 6 }}
      volumes:
        {{- include "rabbitmq-workers.worker.volumes" . | nindent 8 }}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.containers" -}}
{{- $config := list (dict "configMapRef" (dict "name" (include "rabbitmq-workers.componentName" .))) -}}
{{- $command := eq .role "producer" | ternary "produce" "consume" -}}
initContainers:
  - name: wait-for-broker
    {{- include "rabbitmq-workers.worker.container" (merge (dict "command" "wait" "envFrom" $config) .) | nindent 4 }}
  {{- with .values.extraInitContainers }}
  {{- include "rabbitmq-workers.rendered" (dict "root" $.root "value" .) | nindent 2 }}
  {{- end }}
containers:
  - name: {{ .component }}
    {{- include "rabbitmq-workers.worker.container" (merge (dict "command" $command "envFrom" $config) .) | nindent 4 }}
    ports:
      - name: metrics
        containerPort: 8080
    {{- range $probe, $path := dict "startupProbe" "/livez" "readinessProbe" "/readyz" "livenessProbe" "/livez" }}
    {{- with include "rabbitmq-workers.worker.probe" (dict "values" (index $.values $probe) "path" $path) }}
    {{ $probe }}:
      {{- . | nindent 6 }}
    {{- end }}
    {{- end }}
  {{- with .values.extraContainers }}
  {{- include "rabbitmq-workers.rendered" (dict "root" $.root "value" .) | nindent 2 }}
  {{- end }}
{{- end -}}

{{/* Usage: include "rabbitmq-workers.worker.probe" (dict "values" MAP "path" "/livez") */}}
{{- define "rabbitmq-workers.worker.probe" -}}
{{- if .values -}}
{{- $asks := pick .values "httpGet" "exec" "tcpSocket" "grpc" -}}
{{- $own := dict "httpGet" (dict "path" .path "port" "metrics") -}}
{{- empty $asks | ternary (merge (dict) .values $own) .values | toYaml -}}
{{- end -}}
{{- end -}}

{{/* The seconds a worker may take to drain: what Kubernetes grants, less a reserve to leave in good order. */}}
{{- define "rabbitmq-workers.worker.grace" -}}
{{- sub .values.terminationGracePeriodSeconds 5 -}}
{{- end -}}

{{/*
The seconds for which a worker tries a login that is refused. Kubernetes takes up to two minutes until a changed Secret
is in the files of all pods, and the broker and its workers do not see it at the same time.
*/}}
{{- define "rabbitmq-workers.worker.refusalGrace" -}}180{{- end -}}
