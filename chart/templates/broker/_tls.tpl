{{/*
Where the certificates are, as JSON:
  server, client          names of Secrets: the brokers' certificate and its authority, the workers' certificate
  keys                    {certificate, key, ca}: the Secrets' keys
*/}}
{{- define "rabbitmq-workers.tls.secrets" -}}
{{- $tls := .Values.broker.tls -}}
{{- $scope := dict "root" . "component" "broker" -}}
{{- if eq $tls.source "existingSecret" -}}
{{- dict "server" $tls.existingSecret "client" $tls.existingClientSecret "keys" $tls.secretKeys | toJson -}}
{{- else -}}
{{- dict
      "server" (include "rabbitmq-workers.componentName" (merge (dict "suffix" "tls") $scope))
      "client" (include "rabbitmq-workers.componentName" (merge (dict "suffix" "client-tls") $scope))
      "keys" (dict "certificate" "tls.crt" "key" "tls.key" "ca" "ca.crt") | toJson -}}
{{- end -}}
{{- end -}}

{{/* The names that clients and brokers know a broker by, as a JSON list. */}}
{{- define "rabbitmq-workers.tls.names" -}}
{{- $service := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $domain := printf "%s.svc.%s" .Release.Namespace .Values.clusterDomain -}}
{{- concat (list
      $service
      (printf "%s.%s" $service .Release.Namespace)
      (printf "%s.%s.svc" $service .Release.Namespace)
      (printf "%s.%s" $service $domain)
      (printf "*.%s-nodes.%s" $service $domain)) .Values.broker.tls.extraNames | uniq | toJson -}}
{{- end -}}

{{/* The name that the brokers' certificate is for, where clients have to be told it; else nothing. Usage: root */}}
{{- define "rabbitmq-workers.tls.serverName" -}}
{{- with .Values.broker -}}
{{- and .enabled .tls.enabled | ternary .tls.serverName "" -}}
{{- end -}}
{{- end -}}

{{/* The listener that clients should use, as JSON: {scheme, port}. */}}
{{- define "rabbitmq-workers.broker.listener" -}}
{{- if .Values.broker.tls.enabled -}}
{{- dict "scheme" "amqps" "port" 5671 | toJson -}}
{{- else -}}
{{- dict "scheme" "amqp" "port" 5672 | toJson -}}
{{- end -}}
{{- end -}}

{{/* The management API as probes and monitoring reach it, as JSON: {scheme, port, number}. */}}
{{- define "rabbitmq-workers.broker.management" -}}
{{- if .Values.broker.tls.enabled -}}
{{- dict "scheme" "https" "port" "management-tls" "number" 15671 | toJson -}}
{{- else -}}
{{- dict "scheme" "http" "port" "management" "number" 15672 | toJson -}}
{{- end -}}
{{- end -}}

{{/* The ports that clients may use, as JSON: {name, number, protocol, for}, the latter as in networkPolicy.from. */}}
{{- define "rabbitmq-workers.broker.ports" -}}
{{- $ports := list -}}
{{- $tls := .Values.broker.tls -}}
{{- if or (not $tls.enabled) $tls.plainListeners -}}
{{- $ports = list
      (dict "name" "amqp" "number" 5672 "protocol" "amqp" "for" "amqp")
      (dict "name" "management" "number" 15672 "protocol" "http" "for" "management")
      (dict "name" "metrics" "number" 15692 "protocol" "http" "for" "metrics") -}}
{{- end -}}
{{- if $tls.enabled -}}
{{- $ports = concat $ports (list
      (dict "name" "amqps" "number" 5671 "protocol" "amqps" "for" "amqp")
      (dict "name" "management-tls" "number" 15671 "protocol" "https" "for" "management")
      (dict "name" "metrics-tls" "number" 15691 "protocol" "https" "for" "metrics")) -}}
{{- end -}}
{{- range .Values.broker.extraPorts -}}
{{- $ports = append $ports (dict "name" .name "number" .port "for" "extraPorts") -}}
{{- end -}}
{{- toJson $ports -}}
{{- end -}}

{{/*
The files of rabbitmq.conf and of Erlang that TLS needs. Metrics and management ask for no certificate: the kubelet and
browsers have none. Usage: root
*/}}
{{- define "rabbitmq-workers.broker.tlsConfig" -}}
{{- $tls := .Values.broker.tls -}}
{{- $ca := (include "rabbitmq-workers.tls.secrets" . | fromJson).keys.ca -}}
15-tls.conf: |
  {{- if not $tls.plainListeners }}
  listeners.tcp = none
  # Metrics, unlike management, are served in the clear until told not to.
  prometheus.tcp.listener = none
  {{- end }}
  listeners.ssl.default = 5671
  management.ssl.port = 15671
  prometheus.ssl.port = 15691
  {{- range $prefix := list "ssl_options" "management.ssl" "prometheus.ssl" }}
  {{ $prefix }}.certfile = /run/secrets/rabbitmq-tls/tls.crt
  {{ $prefix }}.keyfile = /run/secrets/rabbitmq-tls/tls.key
  {{- if $ca }}
  {{ $prefix }}.cacertfile = /run/secrets/rabbitmq-tls/ca.crt
  {{- end }}
  {{- range $i, $version := $tls.versions }}
  {{ $prefix }}.versions.{{ add1 $i }} = {{ $version }}
  {{- end }}
  {{- end }}
  ssl_options.verify = verify_{{ $tls.verifyClients | ternary "peer" "none" }}
  ssl_options.fail_if_no_peer_cert = {{ $tls.verifyClients }}
{{- if $tls.betweenBrokers }}
inter_node_tls.config: |
  [
  {{- range $i, $side := list "server" "client" }}
    {{ ternary "" "," (eq $i 0) }}{ {{- $side }}, [
      {cacertfile, "/run/secrets/rabbitmq-tls/ca.crt"},
      {certfile, "/run/secrets/rabbitmq-tls/tls.crt"},
      {keyfile, "/run/secrets/rabbitmq-tls/tls.key"},
      {versions, [{{ range $j, $version := $tls.versions }}{{ ternary "" ", " (eq $j 0) }}'{{ $version }}'{{ end }}]},
      {{- if eq $side "server" }}
      {fail_if_no_peer_cert, true},
      {{- else }}
      % For names such as *.broker-nodes, which Erlang matches by the rules of HTTPS alone.
      {customize_hostname_check, [{match_fun, public_key:pkix_verify_hostname_match_fun(https)}]},
      {{- end }}
      {verify, verify_peer}
    ]}
  {{- end }}
  ].
{{- end }}
{{- end -}}

{{/* The environment that has brokers and their command line talk over TLS, as JSON; with what the user set beside it. */}}
{{- define "rabbitmq-workers.broker.tlsEnv" -}}
{{- $env := dict -}}
{{- if and .Values.broker.tls.enabled .Values.broker.tls.betweenBrokers -}}
{{- range $name := list "RABBITMQ_SERVER_ADDITIONAL_ERL_ARGS" "RABBITMQ_CTL_ERL_ARGS" -}}
{{- $own := get $.Values.broker.env $name -}}
{{- $_ := set $env $name (printf "-proto_dist inet_tls -ssl_dist_optfile /etc/rabbitmq/conf.d/inter_node_tls.config %s" $own | trim) -}}
{{- end -}}
{{- end -}}
{{- toJson $env -}}
{{- end -}}
