{{/*
Volumes outlive a release. Another of the same name takes them up again, messages, users and all, but never with fewer
brokers than before: those that start would wait for the others for ever. Known only where Helm asks the cluster.
*/}}
{{- define "rabbitmq-workers.faults.keptVolumes" -}}
{{- if and .Release.IsInstall .Values.broker.enabled .Values.broker.persistence.enabled -}}
{{- $name := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $replicas := int .Values.broker.replicas -}}
{{- $left := list -}}
{{- range $ordinal := untilStep $replicas 9 1 -}}
{{- $claim := printf "data-%s-%d" $name $ordinal -}}
{{- if lookup "v1" "PersistentVolumeClaim" $.Release.Namespace $claim -}}
{{- $left = append $left $claim -}}
{{- end -}}
{{- end -}}
{{- with $left }}
- broker.replicas is {{ $replicas }}, and an earlier release of this name has left the {{ gt (len .) 1 | ternary "claims" "claim" }} {{ join ", " . }} of more brokers: with fewer than before none could start. Set broker.replicas to {{ add $replicas (len .) }}, or delete what is left: kubectl delete pvc --namespace {{ $.Release.Namespace }} {{ join " " . }}, and if the messages of that release are not needed the other claims of {{ $name }} as well
{{- end -}}
{{- end -}}
{{- end -}}
