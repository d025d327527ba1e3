{{/* The faults of one worker. Usage: SCOPE with its path */}}
{{- define "rabbitmq-workers.faults.worker" -}}
{{- $path := .path }}
{{- $name := include "rabbitmq-workers.componentName" . }}
{{- if ne $path .component }}
{{- if not (regexMatch "^[a-z]([-a-z0-9]*[a-z0-9])?$" .component) }}
- {{ $path }}: a worker's name has lower-case letters, digits and dashes, begins with a letter and does not end with a dash
{{- else if or (has .component (list "producer" "consumer" "test" "scaler" "upgrade-guard" "workers-dashboard")) (hasPrefix "broker" .component) (regexMatch "-(handler-code|source-code|resume)$" .component) }}
- {{ $path }}: objects of the chart have names that begin with {{ printf "%s" $name | quote }}: choose another name
{{- end }}
{{- end }}
{{- if gt (len $name) 63 }}
- {{ $path }}: {{ $name }} has {{ len $name }} characters, and a label may have 63: shorten the name or set fullnameOverride
{{- end }}
{{- if hasPrefix "amq." (include "rabbitmq-workers.worker.queue" .) }}
{{- if .values.queue }}
- {{ $path }}.queue is {{ .values.queue }}: names that begin with amq. are RabbitMQ's own
{{- end }}
{{- end }}
{{- with .values.image }}
{{- if and .repository (not .tag) (not .digest) }}
- {{ $path }}.image.repository is {{ .repository }}, without {{ $path }}.image.tag or {{ $path }}.image.digest: say which image
{{- else if and (not .repository) (or .tag .digest) }}
- {{ $path }}.image.{{ empty .tag | ternary "digest" "tag" }} is set, and {{ $path }}.image.repository is not: set it, or worker.image for all workers
{{- end }}
{{- end }}
{{- include "rabbitmq-workers.faults.budget" . }}
{{- include "rabbitmq-workers.faults.code" . }}
{{- include (printf "rabbitmq-workers.faults.%s" .role) . }}
{{- end -}}

{{/* Usage: SCOPE with its path */}}
{{- define "rabbitmq-workers.faults.code" -}}
{{- $code := include "rabbitmq-workers.worker.code" . | fromJson }}
{{- $value := printf "%s.%s" .path $code.key }}
{{- $named := get .values $code.key }}
{{- if and $code.text (get .values (printf "%sConfigMap" $code.key)) }}
- {{ $value }}Code and {{ $value }}ConfigMap are both set: remove one of the two
{{- end }}
{{- if $code.text }}
{{- if or (eq $named "counter") (regexMatch "^(workers[.:]|lines:)" $named) }}
- {{ $value }}Code is set, and {{ $value }} is {{ $named }}, which is not in it: set it to module:function, as orders:{{ eq $code.key "source" | ternary "read" "handle" }} for a function `{{ eq $code.key "source" | ternary "read" "handle" }}`
{{- else if contains "." $named }}
- {{ $value }} is {{ $named }}, a module in a package, and {{ $value }}Code is one module: use a name without a dot
{{- end }}
{{- end }}
{{- end -}}

{{/* Usage: SCOPE with its path */}}
{{- define "rabbitmq-workers.faults.producer" -}}
{{- $path := .path }}
{{- $resume := include "rabbitmq-workers.worker.resume" . }}
{{- $body := include "rabbitmq-workers.bytes" .values.maxBody | int64 }}
{{- with .root.Values.broker }}
{{- if and .enabled (gt $body 16777216) (not (contains "max_message_size" (print .extraConfig .advancedConfig))) }}
- {{ $path }}.maxBody is {{ include "rabbitmq-workers.text" $.values.maxBody }}, and the broker takes 16Mi: say in broker.extraConfig `max_message_size = {{ $body }}`
{{- end }}
{{- end }}
{{- with .values }}
{{- if and (hasPrefix "lines:" .source) (not $resume) }}
- {{ $path }}.source is {{ .source }}, and {{ $path }}.resume.type is none: after the last line the container begins anew, and would publish all of them again; set it to pod or volume
{{- end }}
{{- if eq $resume "volume" }}
{{- if ne .autoscaling.type "none" }}
- {{ $path }}.resume.type is volume, and {{ $path }}.autoscaling.type is {{ .autoscaling.type }}: a note on a volume is for one pod; use pod, or no scaling
{{- else if gt (int .replicas) 1 }}
- {{ $path }}.resume.type is volume, and {{ $path }}.replicas is {{ .replicas }}: a note on a volume is for one pod; use pod, or several workers of one replica
{{- end }}
{{- if and .strategy (ne (.strategy.type | default "RollingUpdate") "Recreate") }}
- {{ $path }}.resume.type is volume, and {{ $path }}.strategy is not of type Recreate: a new pod would wait for the volume that the old one holds
{{- end }}
{{- end }}
{{- end }}
{{- end -}}

{{/* Usage: SCOPE with its path */}}
{{- define "rabbitmq-workers.faults.consumer" -}}
{{- $path := .path }}
{{- with .values }}
{{- if lt (int .prefetch) (int .threads) }}
- {{ $path }}.prefetch is {{ .prefetch }}, less than {{ $path }}.threads, {{ .threads }}: some threads would never get a message
{{- end }}
{{- if lt (int .prefetch) (int .batch) }}
- {{ $path }}.batch is {{ .batch }}, more than {{ $path }}.prefetch, {{ .prefetch }}: no more come before one is acknowledged
{{- end }}
{{- end }}
{{- if .values.retryQueue }}
{{- include "rabbitmq-workers.faults.retryQueue" . }}
{{- end }}
{{- end -}}

{{/* A message that goes to a queue without an end, or to none, does not come back. Usage: SCOPE with its path */}}
{{- define "rabbitmq-workers.faults.retryQueue" -}}
{{- $name := .values.retryQueue }}
{{- $value := printf "%s.retryQueue" .path }}
{{- $queue := get .root.Values.queues $name }}
{{- $arguments := dig "arguments" dict ($queue | default dict) }}
{{- $own := include "rabbitmq-workers.worker.queue" . }}
{{- $back := dig "deadLetter" "queue" $own ($queue | default dict) }}
{{- if eq $name $own }}
- {{ $value }} is {{ $name }}, the queue that the worker takes messages from: it has to be another, which dead-letters to it
{{- else if .root.Values.broker.enabled }}
{{- if not (and $queue (eq ($queue.vhost | default "/") "/")) }}
- {{ $value }} is {{ $name }}, which is not among queues, in the virtual host /: describe it there, with a messageTtl and deadLetter.queue, or use queue.retry, with which RabbitMQ 4.3 needs no other queue
{{- else if not (or $queue.messageTtl (hasKey $arguments "x-message-ttl")) }}
- {{ $value }} is {{ $name }}, and queues.{{ $name }}.messageTtl is not set: messages would stay there
{{- else if not (or $queue.deadLetter (hasKey $arguments "x-dead-letter-exchange")) }}
- {{ $value }} is {{ $name }}, and queues.{{ $name }}.deadLetter.queue is not set: messages would be dropped there
{{- else if ne $back $own }}
- {{ $value }} is {{ $name }}, and queues.{{ $name }}.deadLetter.queue is {{ $back }}: messages of {{ $own }} would not come back to it
{{- end }}
{{- end }}
{{- end -}}
