{{- define "rabbitmq-workers.broker.volumes" -}}
{{- $scope := dict "root" . "component" "broker" -}}
- name: config
  configMap:
    name: {{ include "rabbitmq-workers.componentName" $scope }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      - secret:
          {{- with .Values.broker.auth }}
          {{- if .existingSecret }}
          name: {{ .existingSecret }}
          items:
            {{- $items := dict
                  "username" .secretKeys.username
                  "password" .secretKeys.password
                  "worker-username" .secretKeys.workerUsername
                  "worker-password" .secretKeys.workerPassword
                  "erlang-cookie" .secretKeys.erlangCookie }}
            {{- $scaler := dict
                  "scaler-username" .secretKeys.scalerUsername
                  "scaler-password" .secretKeys.scalerPassword }}
            {{- range $path, $key := merge $items (empty (include "rabbitmq-workers.scaler" $) | ternary dict $scaler) }}
            - key: {{ $key }}
              path: {{ $path }}
            {{- end }}
          {{- else }}
          name: {{ include "rabbitmq-workers.componentName" $scope }}
          {{- end }}
          {{- end }}
      - secret:
          name: {{ include "rabbitmq-workers.componentName" (merge (dict "suffix" "definitions") $scope) }}
- name: home
  emptyDir: {}
- name: tmp
  emptyDir: {}
{{- if not .Values.broker.persistence.enabled }}
- name: data
  emptyDir: {}
{{- end }}
{{- end -}}

{{/* Its labels are immutable, so they are those of the selector and no others. */}}
{{- define "rabbitmq-workers.broker.volumeClaim" -}}
metadata:
  name: data
  labels:
    {{- include "rabbitmq-workers.selectorLabels" (dict "root" . "component" "broker") | nindent 4 }}
{{- with .Values.broker.persistence }}
spec:
  accessModes:
    {{- toYaml .accessModes | nindent 4 }}
  {{- with .storageClass }}
  storageClassName: {{ . }}
  {{- end }}
  resources:
    requests:
      storage: {{ .size }}
{{- end }}
{{- end -}}
