{{/* What is wrong about the broker's values beside its size, memory and login, in the form of _validate.tpl. */}}

{{- define "rabbitmq-workers.faults.tls" -}}
{{- $tls := .Values.broker.tls -}}
{{- if and .Values.broker.enabled $tls.enabled }}
{{- $existing := eq $tls.source "existingSecret" }}
{{- if and $existing (not $tls.existingSecret) }}
- broker.tls.source is existingSecret, and broker.tls.existingSecret does not say which
{{- end }}
{{- range $key := list "existingSecret" "existingClientSecret" }}
{{- if and (get $tls $key) (not $existing) }}
- broker.tls.{{ $key }} is set, and broker.tls.source is {{ $tls.source }}: set the source to existingSecret
{{- end }}
{{- end }}
{{- if and (eq $tls.source "certManager") (not $tls.certManager.issuerRef.name) }}
- broker.tls.source is certManager, and broker.tls.certManager.issuerRef.name does not say who issues the certificate
{{- end }}
{{- range $key := list "verifyClients" "betweenBrokers" }}
{{- if and (get $tls $key) $existing (not $tls.secretKeys.ca) }}
- broker.tls.{{ $key }} is true, and broker.tls.secretKeys.ca names no authority to verify certificates by
{{- end }}
{{- end }}
{{- if and $tls.verifyClients $existing (not $tls.existingClientSecret) (include "rabbitmq-workers.workers" . | fromJson).workers }}
- broker.tls.verifyClients is true, and broker.tls.existingClientSecret does not say which certificate the workers have
{{- end }}
{{- range $name := list "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS" "RABBITMQ_CTL_ERL_ARGS" }}
{{- if and $tls.betweenBrokers (kindIs "map" (get $.Values.broker.env $name)) }}
- broker.env.{{ $name }} is a reference, to which broker.tls.betweenBrokers cannot add: write its value
{{- end }}
{{- end }}
{{- end }}
{{- include "rabbitmq-workers.faults.betweenBrokers" . }}
{{- $external := .Values.externalBroker.tls }}
{{- $keys := $external.secretKeys }}
{{- if ne (empty $keys.certificate) (empty $keys.key) }}
- externalBroker.tls.secretKeys.{{ empty $keys.key | ternary "certificate" "key" }} is set, and the other of certificate and key is not: one is of no use without the other
{{- end }}
{{- if and $keys.certificate (not $external.existingSecret) }}
- externalBroker.tls.secretKeys.certificate is set, and externalBroker.tls.existingSecret does not say in which Secret it is
{{- end }}
{{- if and (or $external.existingSecret $external.serverName) (hasPrefix "amqp://" .Values.externalBroker.url) }}
- externalBroker.tls is set, and externalBroker.url is not amqps://, which alone is encrypted
{{- end }}
{{- end -}}

{{/* Brokers restart one by one, and one that talks otherwise than the rest never gets ready: the upgrade would hang. */}}
{{- define "rabbitmq-workers.faults.betweenBrokers" -}}
{{- $name := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $running := int (dig "spec" "replicas" 0 (lookup "apps/v1" "StatefulSet" .Release.Namespace $name)) -}}
{{- if and .Values.broker.enabled (gt $running 1) }}
{{- $present := (lookup "v1" "ConfigMap" .Release.Namespace $name).data | default dict }}
{{- $encrypted := hasKey $present "inter_node_tls.config" }}
{{- $wanted := and .Values.broker.tls.enabled .Values.broker.tls.betweenBrokers }}
{{- if ne $encrypted $wanted }}
- broker.tls.betweenBrokers {{ $wanted | ternary "is true, and the brokers that run do not encrypt what they say to each other" "is off, and the brokers that run encrypt what they say to each other" }}: those of both kinds cannot be one cluster. Keep it as it is{{ if $wanted }} (set it to false){{ end }}, or stop them all with `kubectl scale statefulset --namespace {{ .Release.Namespace }} {{ $name }} --replicas=0` and upgrade then
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.placement" -}}
{{- with .Values.broker }}
{{- if .enabled }}
{{- $budget := .podDisruptionBudget }}
{{- $spare := div (sub .replicas 1) 2 }}
{{- if and $budget.enabled (gt (int .replicas) 1) (gt $spare 0) (gt (int $budget.maxUnavailable) (int $spare)) }}
- broker.podDisruptionBudget.maxUnavailable is {{ $budget.maxUnavailable }}, and of broker.replicas {{ .replicas }} only {{ $spare }} can be spared: without most of its members a queue stands still
{{- end }}
{{- if and .persistence.existingClaim (gt (int .replicas) 1) }}
- broker.persistence.existingClaim is one volume, and broker.replicas is {{ .replicas }}: brokers cannot share one
{{- end }}
{{- if and .persistence.existingClaim (not .persistence.enabled) }}
- broker.persistence.existingClaim is set, and broker.persistence.enabled is false: it would not be used
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/*
Kubernetes refuses to change a StatefulSet's volume claims, in words that name no value. The one that is there is known
to an upgrade, not to `helm template`.
*/}}
{{- define "rabbitmq-workers.faults.volumes" -}}
{{- $name := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $spec := (lookup "apps/v1" "StatefulSet" .Release.Namespace $name).spec | default dict -}}
{{- if and .Values.broker.enabled $spec }}
{{- $wanted := dict -}}
{{- if and .Values.broker.persistence.enabled (not .Values.broker.persistence.existingClaim) -}}
{{- $wanted = include "rabbitmq-workers.broker.volumeClaim" . | fromYaml -}}
{{- end -}}
{{- $present := first ($spec.volumeClaimTemplates | default list) | default dict -}}
{{- $way := printf "to have it so, delete the StatefulSet with `kubectl delete statefulset %s --cascade=orphan`, which leaves brokers and volumes, and upgrade again" $name -}}
{{- if ne (empty $wanted) (empty $present) }}
- broker.persistence asks for {{ empty $wanted | ternary "no claims of volumes" "claims of volumes" }}, and the StatefulSet that is there has {{ empty $present | ternary "none" "some" }}, which cannot be changed: {{ $way }}
{{- else if $wanted }}
{{- range $key, $paths := dict
      "size" (list "spec" "resources" "requests" "storage")
      "storageClass" (list "spec" "storageClassName")
      "accessModes" (list "spec" "accessModes")
      "labels" (list "metadata" "labels")
      "annotations" (list "metadata" "annotations") }}
{{- $now := $present -}}
{{- $then := $wanted -}}
{{- range $paths -}}
{{- $now = get ($now | default dict) . -}}
{{- $then = get ($then | default dict) . -}}
{{- end }}
{{- if and (ne (toJson $now) (toJson $then)) (or $now $then) (not (and (eq $key "storageClass") (not $then))) }}
- broker.persistence.{{ $key }} asks for {{ $then | default "none" | toJson }}, and the volumes were made with {{ $now | default "none" | toJson }}, which cannot be changed: {{ $way }}
{{- end }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Brokers that go stay members: of five with three gone there is no majority, whatever became of their pods. */}}
{{- define "rabbitmq-workers.faults.scaleDown" -}}
{{- $name := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $present := int (dig "spec" "replicas" 0 (lookup "apps/v1" "StatefulSet" .Release.Namespace $name)) -}}
{{- with .Values.broker }}
{{- $replicas := int .replicas }}
{{- if and .enabled (not .allowScaleDown) (lt $replicas $present) }}
{{- $going := list -}}
{{- range $ordinal := untilStep (int (sub $present 1)) (int (sub $replicas 1)) -1 -}}
{{- $going = append $going (printf "%s-%d" $name $ordinal) -}}
{{- end }}
{{- $node := printf "rabbit@BROKER.%s-nodes.%s.svc.%s" $name $.Release.Namespace $.Values.clusterDomain }}
- broker.replicas is {{ $replicas }}, and there are {{ $present }} brokers: {{ join ", " $going }} would go and still count as members of queues and cluster, which lose their majority. For each BROKER of these, one after the other, run `kubectl exec {{ $name }}-0 -- rabbitmq-queues shrink {{ $node }}`, `kubectl exec BROKER -- rabbitmqctl stop_app` and `kubectl exec {{ $name }}-0 -- rabbitmqctl forget_cluster_node {{ $node }}`; upgrade with broker.allowScaleDown true; then delete the claim data-BROKER of each, whose data nobody may join with again
{{- end }}
{{- end }}
{{- end -}}
