{{/*
The Python modules that a worker's handler or source is looked for in first, as JSON:
  key         handler or source: what names the function, and what the values begin with
  text        the module's source, if it is in the values
  suffix      the end of the name of the ConfigMap that it is in
  configMap   the ConfigMap's name, or nothing
Usage: SCOPE
*/}}
{{- define "rabbitmq-workers.worker.code" -}}
{{- $key := eq .role "producer" | ternary "source" "handler" -}}
{{- $suffix := printf "%s-code" $key -}}
{{- $text := get .values (printf "%sCode" $key) -}}
{{- $own := include "rabbitmq-workers.componentName" (merge (dict "suffix" $suffix) .) -}}
{{- dict
      "key" $key
      "text" $text
      "suffix" $suffix
      "configMap" (empty $text | ternary (get .values (printf "%sConfigMap" $key)) $own) | toJson -}}
{{- end -}}
