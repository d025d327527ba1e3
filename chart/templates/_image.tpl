{{/* Usage: include "rabbitmq-workers.image" (dict "root" $ "image" .Values.broker.image "tag" "the default tag") */}}
{{- define "rabbitmq-workers.image" -}}
{{- $registry := .root.Values.global.imageRegistry | default .image.registry -}}
{{- $name := compact (list $registry .image.repository) | join "/" -}}
{{- printf "%s:%s" $name (.image.tag | default .tag) -}}
{{- with .image.digest }}@{{ . }}{{ end -}}
{{- end -}}
