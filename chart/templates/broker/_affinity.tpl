{{/* What keeps brokers apart, as a pod's affinity, or nothing. */}}
{{- define "rabbitmq-workers.broker.affinity" -}}
{{- with .Values.broker -}}
{{- $apart := .podAntiAffinity -}}
{{- if and (gt (int .replicas) 1) (not .affinity) (ne $apart.preset "none") -}}
{{- $term := dict
      "topologyKey" $apart.topologyKey
      "labelSelector" (dict "matchLabels" (include "rabbitmq-workers.selectorLabels" (dict "root" $ "component" "broker") | fromYaml)) -}}
podAntiAffinity:
  {{- if eq $apart.preset "hard" }}
  requiredDuringSchedulingIgnoredDuringExecution:
    - {{ toYaml $term | nindent 6 | trim }}
  {{- else }}
  preferredDuringSchedulingIgnoredDuringExecution:
    - weight: 100
      podAffinityTerm:
        {{- toYaml $term | nindent 8 }}
  {{- end }}
{{- end -}}
{{- end -}}
{{- end -}}
