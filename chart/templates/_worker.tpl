{{/*
A producer and a consumer are the same objects with other data. The helpers here take a worker's scope:
  dict "root" $ "component" "producer" "values" .Values.producer
*/}}

{{/* Usage: SCOPE "settings" MAP, the settings that this kind of worker has beside the common ones */}}
{{- define "rabbitmq-workers.worker.configMap" -}}
{{- if .values.enabled -}}
apiVersion: v1
kind: ConfigMap
metadata:
  {{- include "rabbitmq-workers.metadata" . | nindent 2 }}
data:
  {{- range $name, $value := merge (dict
        "MQ_CH" .root.Values.queue.name
        "MQ_APP_ID" .root.Release.Name
        "MQ_AUDIT" .root.Values.audit
        "MQ_GRACE" (include "rabbitmq-workers.worker.grace" .)
      ) .settings }}
  {{ $name }}: {{ include "rabbitmq-workers.text" $value | quote }}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.secret" -}}
{{- $url := (include "rabbitmq-workers.connection" .root | fromJson).url -}}
{{- if and .values.enabled (not .values.existingSecret) $url -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "rabbitmq-workers.metadata" . | nindent 2 }}
type: Opaque
stringData:
  MQ_URL: {{ $url | quote }}
{{- end -}}
{{- end -}}

{{/* Usage: SCOPE "command" "produce" */}}
{{- define "rabbitmq-workers.worker.deployment" -}}
{{- if .values.enabled -}}
{{- $config := list (dict "configMapRef" (dict "name" (include "rabbitmq-workers.componentName" .))) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  {{- include "rabbitmq-workers.metadata" . | nindent 2 }}
spec:
  replicas: {{ .values.replicas }}
  selector:
    matchLabels:
      {{- include "rabbitmq-workers.selectorLabels" . | nindent 6 }}
  template:
    metadata:
      {{- include "rabbitmq-workers.podMetadata" (merge (dict "checksums" (list "configmap" "secret")) .) | nindent 6 }}
    spec:
      {{- include "rabbitmq-workers.podSpec" . | nindent 6 }}
      initContainers:
        - name: wait-for-broker
          {{- include "rabbitmq-workers.worker.container" (merge (dict "command" "wait" "envFrom" $config) .) | nindent 10 }}
      containers:
        - name: {{ .component }}
          {{- include "rabbitmq-workers.worker.container" (merge (dict "envFrom" $config) .) | nindent 10 }}
          ports:
            - name: metrics
              containerPort: 8080
          startupProbe:
            httpGet:
              path: /livez
              port: metrics
            periodSeconds: 1
            failureThreshold: 60
          readinessProbe:
            httpGet:
              path: /readyz
              port: metrics
            periodSeconds: 5
            timeoutSeconds: 2
          livenessProbe:
            httpGet:
              path: /livez
              port: metrics
            periodSeconds: 10
            timeoutSeconds: 5
{{- end -}}
{{- end -}}

{{/* The seconds a worker may take to drain: what Kubernetes grants, less a reserve to leave in good order. */}}
{{- define "rabbitmq-workers.worker.grace" -}}
{{- sub .values.terminationGracePeriodSeconds 5 -}}
{{- end -}}
