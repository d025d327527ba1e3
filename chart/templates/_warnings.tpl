{{/*
The risks that the values take, for NOTES.txt: a line each, which names the value, what follows, and what is safer.
Usage: root
*/}}
{{- define "rabbitmq-workers.warnings" -}}
{{- if .Values.broker.enabled }}
{{- range list "messages" "deadLetters" "cluster" "secrets" "network" }}
{{- include (printf "rabbitmq-workers.warnings.%s" .) $ }}
{{- end }}
{{- else if hasPrefix "amqp://" .Values.externalBroker.url }}
WARNING: externalBroker.url is amqp://: passwords and messages cross the network in the clear. Use amqps://.
{{- end }}
{{- include "rabbitmq-workers.warnings.workers" . }}
{{- end -}}

{{- define "rabbitmq-workers.warnings.messages" -}}
{{- with .Values.broker }}
{{- if not .persistence.enabled }}
WARNING: broker.persistence.enabled is false: a broker that moves to another node loses its messages.
{{- else if and (eq .persistence.retentionPolicy.whenDeleted "Delete") (not .persistence.existingClaim) }}
WARNING: broker.persistence.retentionPolicy.whenDeleted is Delete: an uninstall takes the messages with it.
{{- end }}
{{- if eq (int .replicas) 1 }}
WARNING: broker.replicas is 1: while that broker is away no message is taken or handed out. Three tolerate one failure.
{{- end }}
{{- if not (dig "limits" "memory" nil .resources) }}
WARNING: broker.resources.limits.memory is not set: nothing stops a broker from taking memory that others on its node need.
{{- end }}
{{- end }}
{{- end -}}

{{/* A dead letter has its failures counted already, and a queue that has a limit drops it at the next one. */}}
{{- define "rabbitmq-workers.warnings.deadLetters" -}}
{{- $queues := include "rabbitmq-workers.topology.queues" . | fromJson -}}
{{- range $from, $queue := $queues -}}
{{- $letters := $queue.deadLetter | default dict -}}
{{- $vhost := $queue.vhost | default "/" -}}
{{- $targets := compact (list ($letters.queue | default "")) -}}
{{- range $.Values.bindings -}}
{{- $isTheirs := and $letters.exchange (eq .source ($letters.exchange | default "")) (eq (.vhost | default "/") $vhost) -}}
{{- if and $isTheirs (eq (.destinationType | default "queue") "queue") -}}
{{- $targets = append $targets .destination -}}
{{- end -}}
{{- end -}}
{{- range uniq $targets -}}
{{- $target := get $queues . | default dict -}}
{{- $its := $target.deadLetter | default dict -}}
{{- $limited := and (eq ($target.type | default "quorum") "quorum") (ne (int $target.deliveryLimit) -1) -}}
{{- if and (hasKey $.Values.queues .) $limited (not (or $its.enabled $its.exchange $its.queue)) }}
WARNING: queues.{{ . }} takes the dead letters of {{ $from }}, and drops them when they fail there: set queues.{{ . }}.deliveryLimit to -1.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.warnings.cluster" -}}
{{- with .Values.broker }}
{{- if eq .image.tag "latest" }}
WARNING: broker.image.tag is latest: a restart can become an upgrade.
{{- end }}
{{- if not .upgradeGuard.enabled }}
WARNING: broker.upgradeGuard.enabled is false: an upgrade that RabbitMQ does not support leaves brokers that cannot start.
{{- end }}
{{- with include "rabbitmq-workers.upgradeGuard.missing" $ }}
WARNING: broker.upgradeGuard.enabled is true, and upgrades are not guarded: {{ . }}.
{{- end }}
{{- if .allowScaleDown }}
WARNING: broker.allowScaleDown is true: a smaller broker.replicas takes brokers out of queues that may need them. Set it for one upgrade.
{{- end }}
{{- if gt (int .replicas) 1 }}
{{- if not .podDisruptionBudget.enabled }}
WARNING: broker.podDisruptionBudget.enabled is false: a drain of nodes may stop all brokers at the same time.
{{- end }}
{{- if and (eq .podAntiAffinity.preset "none") (not .affinity) (not .topologySpreadConstraints) }}
WARNING: broker.podAntiAffinity.preset is none: all brokers may be on one node, and go with it.
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.warnings.secrets" -}}
{{- with .Values.broker.auth }}
{{- $given := list -}}
{{- range $key := list "password" "workerPassword" "scalerPassword" "erlangCookie" -}}
{{- if get $.Values.broker.auth $key -}}
{{- $given = append $given (printf "broker.auth.%s" $key) -}}
{{- end -}}
{{- end -}}
{{- with $given }}
WARNING: {{ join ", " . }} {{ eq (len .) 1 | ternary "is" "are" }} in the values, which are kept with the release and wherever you keep them. Use broker.auth.existingSecret.
{{- end }}
{{- if and (not .existingSecret) (not (and .password .workerPassword .erlangCookie)) }}
NOTE: passwords were made up, and are kept where Helm can look at the cluster. A tool that only renders, such as Argo CD, would make up others each time: give it broker.auth.existingSecret.
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.warnings.network" -}}
{{- with .Values.broker }}
{{- $open := ne .service.type "ClusterIP" }}
{{- if and $open (not .tls.enabled) }}
WARNING: broker.service.type is {{ .service.type }} without broker.tls.enabled: passwords and messages leave the cluster in the clear.
{{- else if and .tls.enabled .tls.plainListeners }}
WARNING: broker.tls.plainListeners is true: nothing keeps a client from sending its password in the clear.
{{- end }}
{{- if and .extraPorts .tls.enabled (not .tls.plainListeners) (not (regexMatch "\\.ssl\\b" .extraConfig)) }}
WARNING: broker.extraPorts has {{ (first .extraPorts).name }}, and broker.tls is for AMQP, management and metrics alone: nothing in broker.extraConfig has the plugin listen by TLS, as mqtt.listeners.ssl.default does.
{{- end }}
{{- if and $open (eq .service.type "LoadBalancer") (not .service.loadBalancerSourceRanges) }}
WARNING: broker.service.loadBalancerSourceRanges is empty: the load balancer lets in whoever can reach it, to the management API too.
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.warnings.workers" -}}
{{- if not .Values.queue.deadLetter.enabled }}
WARNING: queue.deadLetter.enabled is false: a message that fails more than {{ .Values.queue.deliveryLimit }} times is dropped.
{{- end }}
{{- if .Values.audit }}
WARNING: audit is true: the workers log the id of every message. It is for proofs, not for every day.
{{- end }}
{{- range (include "rabbitmq-workers.workers" . | fromJson).workers }}
{{- if not (dig "limits" "memory" nil .values.resources) }}
WARNING: {{ .path }}.resources.limits.memory is not set: nothing stops the worker from taking memory that others on its node need.
{{- end }}
{{- end }}
{{- end -}}
