{{- define "rabbitmq-workers.broker.volumes" -}}
{{- $scope := dict "root" . "component" "broker" -}}
- name: config
  configMap:
    name: {{ include "rabbitmq-workers.componentName" $scope }}
- name: secrets
  projected:
    defaultMode: 0440
    sources:
      {{- include "rabbitmq-workers.broker.secretSources" . | fromJsonArray | toYaml | nindent 6 }}
- name: home
  emptyDir: {}
- name: tmp
  emptyDir: {}
{{- with .Values.broker.tls }}
{{- if .enabled }}
{{- $secrets := include "rabbitmq-workers.tls.secrets" $ | fromJson }}
- name: tls
  secret:
    secretName: {{ $secrets.server }}
    defaultMode: 0440
    items:
      {{- range $path, $key := dict "tls.crt" $secrets.keys.certificate "tls.key" $secrets.keys.key "ca.crt" $secrets.keys.ca }}
      {{- if $key }}
      - key: {{ $key }}
        path: {{ $path }}
      {{- end }}
      {{- end }}
{{- end }}
{{- end }}
{{- with .Values.broker }}
{{- if not .persistence.enabled }}
- name: data
  emptyDir: {}
{{- else if .persistence.existingClaim }}
- name: data
  persistentVolumeClaim:
    claimName: {{ .persistence.existingClaim }}
{{- end }}
{{- with .extraVolumes }}
{{ include "rabbitmq-workers.rendered" (dict "root" $ "value" .) }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
What the broker's start reads, as a JSON list of sources for one volume: the Erlang cookie, the topology, definitions from
elsewhere, and for each user a folder with the definitions, the name and the password.
*/}}
{{- define "rabbitmq-workers.broker.secretSources" -}}
{{- $scope := dict "root" . "component" "broker" -}}
{{- $auth := .Values.broker.auth -}}
{{- $cookie := dict
      "key" (empty $auth.existingSecret | ternary "erlang-cookie" $auth.secretKeys.erlangCookie)
      "path" "erlang-cookie" -}}
{{- $secret := $auth.existingSecret | default (include "rabbitmq-workers.componentName" $scope) -}}
{{- $sources := list (dict "name" $secret "items" (list $cookie)) -}}
{{- $definitions := list (dict "key" "topology.json" "path" "topology.json") -}}
{{- range $name, $user := include "rabbitmq-workers.users" . | fromJson -}}
{{- $folder := printf "users/%s" $name -}}
{{- $definitions = append $definitions (dict
      "key" (printf "user-%s.json" $name)
      "path" (printf "%s/definitions.json" $folder)) -}}
{{- $sources = append $sources (dict "name" $user.login.secret "items" (list
      (dict "key" $user.login.usernameKey "path" (printf "%s/username" $folder))
      (dict "key" $user.login.passwordKey "path" (printf "%s/password" $folder)))) -}}
{{- end -}}
{{- $name := include "rabbitmq-workers.componentName" (merge (dict "suffix" "definitions") $scope) -}}
{{- $sources = append $sources (dict "name" $name "items" $definitions) -}}
{{- with .Values.broker.definitions -}}
{{- if .existingSecret -}}
{{- $item := dict "key" .secretKey "path" "definitions.json" -}}
{{- $sources = append $sources (dict "name" .existingSecret "items" (list $item)) -}}
{{- end -}}
{{- end -}}
{{- $projected := list -}}
{{- range $sources }}{{ $projected = append $projected (dict "secret" .) }}{{ end -}}
{{- toJson $projected -}}
{{- end -}}

{{/* No labels but those of the selector and those made for it: claims cannot be changed. */}}
{{- define "rabbitmq-workers.broker.volumeClaim" -}}
{{- with .Values.broker.persistence -}}
metadata:
  name: data
  labels:
    {{- include "rabbitmq-workers.selectorLabels" (dict "root" $ "component" "broker") | nindent 4 }}
    {{- with .labels }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with .annotations }}
  annotations:
    {{- toYaml . | nindent 4 }}
  {{- end }}
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
