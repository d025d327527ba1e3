{{/*
A version may have a plus sign, and a tag may not: Helm writes it as an underscore where it pushes a chart.
Usage: include "rabbitmq-workers.image" (dict "root" $ "image" .Values.broker.image "tag" "the default tag")
*/}}
{{- define "rabbitmq-workers.image" -}}
{{- $registry := .root.Values.global.imageRegistry | default .image.registry -}}
{{- $name := compact (list $registry .image.repository) | join "/" -}}
{{- printf "%s:%s" $name (.image.tag | default (replace "+" "_" .tag)) -}}
{{- with .image.digest }}@{{ . }}{{ end -}}
{{- end -}}
