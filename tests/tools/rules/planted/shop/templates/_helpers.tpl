{{- define "shop.name" -}}
{{ .root.Release.Name }}-{{ .component }}
{{- end }}

{{- define "shop.labels" -}}
app.kubernetes.io/name: shop
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "shop.databaseEnv" -}}
- name: PGHOST
  value: {{ .Release.Name }}-database
- name: DATABASE_HOST
  value: {{ .Release.Name }}-database.{{ .Release.Namespace }}.svc
- name: DATABASE_PORT
  value: {{ .Values.database.port | quote }}
- name: PGPASSWORD
  valueFrom:
    secretKeyRef:
      name: {{ .Release.Name }}-database
      key: password
{{- end }}
