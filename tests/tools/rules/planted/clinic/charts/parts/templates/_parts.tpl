{{- define "parts.name" -}}
{{ .root.Release.Name }}-{{ .name }}
{{- end -}}

{{- define "parts.selector" -}}
clinic/part: {{ .name }}
clinic/release: {{ .root.Release.Name }}
{{- end -}}

{{- define "parts.service" -}}
apiVersion: v1
kind: Service
metadata:
  name: {{ include "parts.name" . }}
  labels:
    clinic/kind: service
spec:
  selector: {{- include "parts.selector" . | nindent 4 }}
  ports:
    - {name: api, port: 80, targetPort: api}
    - {name: metrics, port: 9000, targetPort: 9000}
{{- end -}}

{{- define "parts.deployment" -}}
{{- $mounts := list (dict "name" "config" "mountPath" "/etc/clinic/main.conf" "subPath" .settings.config) (dict "name" "sso" "mountPath" "/run/sso" "readOnly" true) -}}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ include "parts.name" . }}
spec:
  selector:
    matchLabels: {{- include "parts.selector" . | nindent 6 }}
  template:
    metadata:
      labels: {{- include "parts.selector" . | nindent 8 }}
    spec:
      automountServiceAccountToken: false
      affinity:
        podAntiAffinity:
          preferredDuringSchedulingIgnoredDuringExecution:
            - weight: 1
              podAffinityTerm:
                topologyKey: kubernetes.io/hostname
                labelSelector:
                  matchLabels: {{- include "parts.selector" . | nindent 20 }}
      topologySpreadConstraints:
        - maxSkew: 1
          topologyKey: topology.kubernetes.io/zone
          whenUnsatisfiable: ScheduleAnyway
          labelSelector:
            matchLabels: {clinic/part: {{ .name }}}
      containers:
        - name: {{ .name }}
          image: registry.example.com/{{ .name }}:11
          args: [--config, /etc/clinic/main.conf]
          ports:
            - {name: api, containerPort: {{ .settings.port }}}
            - {name: metrics, containerPort: 9000}
          readinessProbe:
            httpGet: {path: /ready, port: metrics}
          env:
            - name: CLIENT_ID
              valueFrom:
                secretKeyRef: {name: {{ .root.Release.Name }}-sso, key: client-id}
            {{- range $name, $value := .settings.env }}
            - name: {{ $name }}
              value: {{ tpl $value $.root | quote }}
            {{- end }}
          volumeMounts: {{- toYaml $mounts | nindent 12 }}
      volumes:
        - name: config
          configMap:
            name: {{ .root.Release.Name }}-files
        - name: sso
          secret:
            secretName: {{ .root.Release.Name }}-sso
            items:
              - {key: client-secret, path: secret.txt}
{{- end -}}
