{{/*
What RabbitMQ would refuse about the definitions, and not start for. In the form of _validate.tpl.
*/}}
{{- define "rabbitmq-workers.faults.topology" -}}
{{- $values := .Values -}}
{{- if not $values.broker.enabled }}
{{- range $key := list "vhosts" "queues" "exchanges" "bindings" "policies" "users" }}
{{- if get $values $key }}
- {{ $key }} is set, and broker.enabled is false: the chart declares nothing on a broker that it does not run
{{- end }}
{{- end }}
{{- if ne $values.queue.retry.type "disabled" }}
- queue.retry.type is {{ $values.queue.retry.type }}, and broker.enabled is false: set a policy with delayed-retry-type on that broker, or use consumer.retryQueue
{{- end }}
{{- else }}
{{- include "rabbitmq-workers.faults.names.reserved" . }}
{{- include "rabbitmq-workers.faults.queues" . }}
{{- include "rabbitmq-workers.faults.retries" . }}
{{- include "rabbitmq-workers.faults.deadLetters" . }}
{{- include "rabbitmq-workers.faults.bindings" . }}
{{- include "rabbitmq-workers.faults.vhosts" . }}
{{- include "rabbitmq-workers.faults.users" . }}
{{- end }}
{{- end -}}

{{/* Every name of the definitions has to be there, and short: a binding to none keeps the broker from starting. */}}
{{- define "rabbitmq-workers.faults.bindings" -}}
{{- $definitions := include "rabbitmq-workers.topology" . | fromJson -}}
{{- $there := dict -}}
{{- range $kind := list "queues" "exchanges" -}}
{{- range index $definitions $kind -}}
{{- $_ := set $there (printf "%s %s %s" (trimSuffix "s" $kind) .vhost .name) true -}}
{{- /* Bytes, of which a letter may have several, and with what the chart appends. */ -}}
{{- if gt (len .name) 255 }}
- {{ trimSuffix "s" $kind }} {{ .name | trunc 30 | quote }} and so on: its name has {{ len .name }} bytes, and RabbitMQ takes 255; shorten what it is made of in {{ $kind }}, queue.name or a worker's queue
{{- end }}
{{- end -}}
{{- end -}}
{{- range $i, $binding := .Values.bindings -}}
{{- $vhost := .vhost | default "/" -}}
{{- $ends := dict "source" "exchange" "destination" (.destinationType | default "queue") -}}
{{- range $end, $kind := $ends -}}
{{- $name := get $binding $end -}}
{{- if not (or (hasKey $there (printf "%s %s %s" $kind $vhost $name)) (and (eq $kind "exchange") (hasPrefix "amq." $name))) }}
- bindings[{{ $i }}].{{ $end }} is {{ $name }}, and there is no {{ $kind }} of that name in the virtual host {{ $vhost }}
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.names.reserved" -}}
{{- range $key := list "queues" "exchanges" -}}
{{- range $name, $_ := get $.Values $key -}}
{{- if hasPrefix "amq." $name }}
- {{ $key }}.{{ $name }}: names that begin with amq. are RabbitMQ's own
{{- else if not $name }}
- {{ $key }} has an entry without a name
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.vhosts" -}}
{{- $vhosts := concat (list "/") .Values.vhosts -}}
{{- range $key := list "queues" "exchanges" "policies" -}}
{{- range $name, $entry := get $.Values $key -}}
{{- if not (has ($entry.vhost | default "/") $vhosts) }}
- {{ $key }}.{{ $name }}.vhost is {{ $entry.vhost }}, which is not among vhosts
{{- end }}
{{- end }}
{{- end }}
{{- range $name, $user := .Values.users -}}
{{- range $vhost, $_ := $user.permissions -}}
{{- if not (has $vhost $vhosts) }}
- users.{{ $name }}.permissions has {{ $vhost }}, which is not among vhosts
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{- define "rabbitmq-workers.faults.users" -}}
{{- $auth := .Values.broker.auth -}}
{{- $taken := dict -}}
{{- if not $auth.existingSecret -}}
{{- range $key := list "username" "workerUsername" "scalerUsername" -}}
{{- $_ := set $taken (get $auth $key) (printf "broker.auth.%s" $key) -}}
{{- end -}}
{{- end -}}
{{- range $name, $user := .Values.users -}}
{{- if not (regexMatch "^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$" $name) }}
- users.{{ $name }}: Secrets are called by it, so it has at most 40 lower-case letters, digits and dashes; users.{{ $name }}.username may be any name
{{- else if has $name (list "administrator" "worker" "scaler") }}
- users.{{ $name }}: the chart has a user of that name, whom broker.auth describes; give it another
{{- end }}
{{- if $user.existingSecret }}
{{- range $key := list "username" "password" }}
{{- if get $user $key }}
- users.{{ $name }}.{{ $key }} is set, and so is users.{{ $name }}.existingSecret, which it should come from: remove one of the two
{{- end }}
{{- end }}
{{- else }}
{{- $username := $user.username | default $name }}
{{- with get $taken $username }}
- users.{{ $name }} has the name {{ $username | quote }}, as {{ . }} has: give it another
{{- end }}
{{- if $user.secretKeys }}
- users.{{ $name }}.secretKeys is set, and users.{{ $name }}.existingSecret does not say of which Secret
{{- end }}
{{- $_ := set $taken $username (printf "users.%s" $name) }}
{{- end }}
{{- end }}
{{- end -}}
