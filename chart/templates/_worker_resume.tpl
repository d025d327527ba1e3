{{/*
Where a producer notes how far it came. A note is for one pod alone: on a volume it outlives the pod, and the next one
may begin only when this one has ended.
*/}}

{{/* Where it is: pod, volume or nothing. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.resume" -}}
{{- with .values.resume -}}
{{- ne .type "none" | ternary .type "" -}}
{{- end -}}
{{- end -}}

{{/* The file's path, or nothing. Named by the worker, as two of them may be given one claim. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.resume.file" -}}
{{- if include "rabbitmq-workers.worker.resume" . -}}
{{- printf "/var/lib/workers/%s.json" .component -}}
{{- end -}}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.resume.mount" -}}
{{- if include "rabbitmq-workers.worker.resume" . -}}
- name: resume
  mountPath: /var/lib/workers
{{- end -}}
{{- end -}}

{{/* Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.resume.volume" -}}
{{- with include "rabbitmq-workers.worker.resume" . -}}
- name: resume
  {{- if eq . "volume" }}
  persistentVolumeClaim:
    claimName: {{ $.values.resume.existingClaim | default (include "rabbitmq-workers.worker.resume.claim" $) }}
  {{- else }}
  emptyDir: {}
  {{- end }}
{{- end -}}
{{- end -}}

{{/* The name of the claim that the chart makes. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.resume.claim" -}}
{{- include "rabbitmq-workers.componentName" (merge (dict "suffix" "resume") .) -}}
{{- end -}}

{{/* How a new version replaces the old one. Usage: SCOPE */}}
{{- define "rabbitmq-workers.worker.strategy" -}}
{{- $alone := eq (include "rabbitmq-workers.worker.resume" .) "volume" -}}
{{- .values.strategy | default ($alone | ternary (dict "type" "Recreate") dict) | toYaml -}}
{{- end -}}

{{/*
The security context of a worker's pods. Most volumes belong to root, and fsGroup lets a group write on them; where the
values give no group, as on OpenShift, the namespace does. Usage: SCOPE
*/}}
{{- define "rabbitmq-workers.worker.podSecurityContext" -}}
{{- $context := merge (dict) .values.podSecurityContext -}}
{{- if and (eq (include "rabbitmq-workers.worker.resume" .) "volume") $context.runAsGroup -}}
{{- $context = merge $context (dict "fsGroup" $context.runAsGroup "fsGroupChangePolicy" "OnRootMismatch") -}}
{{- end -}}
{{- toYaml $context -}}
{{- end -}}
