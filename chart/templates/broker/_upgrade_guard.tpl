{{/*
The RabbitMQ that is to be, as far as the image's tag or the values say so; else nothing. Usage: root
*/}}
{{- define "rabbitmq-workers.upgradeGuard.version" -}}
{{- with .Values.broker -}}
{{- $tag := .image.tag | default $.Chart.AppVersion -}}
{{- .upgradeGuard.version | default (regexFind "^v?[0-9]+\\.[0-9]+(\\.[0-9]+)?" $tag) -}}
{{- end -}}
{{- end -}}

{{/* Why an upgrade is not guarded, for NOTES.txt; nothing when it is, or when the values do not want it. Usage: root */}}
{{- define "rabbitmq-workers.upgradeGuard.missing" -}}
{{- if and .Values.broker.enabled .Values.broker.upgradeGuard.enabled -}}
{{- if not (include "rabbitmq-workers.upgradeGuard.version" .) -}}
broker.image.tag {{ .Values.broker.image.tag }} names no version: set broker.upgradeGuard.version
{{- else if not (include "rabbitmq-workers.workers" . | fromJson).workers -}}
no worker runs whose image could do it
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
"true" where brokers may get another RabbitMQ. Brokers that are there with the very image that is asked for need no
guard, and a broken release of theirs must be mendable without one.
*/}}
{{- define "rabbitmq-workers.upgradeGuard.needed" -}}
{{- $name := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $image := (include "rabbitmq-workers.broker.container" . | fromYaml).image -}}
{{- $same := false -}}
{{- range dig "spec" "template" "spec" "containers" list (lookup "apps/v1" "StatefulSet" .Release.Namespace $name) -}}
{{- if and (eq .name "broker") (eq .image $image) -}}
{{- $same = true -}}
{{- end -}}
{{- end -}}
{{- if and .Values.broker.enabled .Values.broker.upgradeGuard.enabled (not $same) -}}
{{- if not (include "rabbitmq-workers.upgradeGuard.missing" .) -}}
true
{{- end -}}
{{- end -}}
{{- end -}}

{{/*
Where the guard finds how to log in: the Secrets as they are before the upgrade, for the brokers know no others. Those
that this upgrade brings are missing, and the guard says so. Usage: root
*/}}
{{- define "rabbitmq-workers.upgradeGuard.volumes" -}}
{{- $auth := .Values.broker.auth -}}
{{- $own := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $keys := empty $auth.existingSecret | ternary (dict "username" "username" "password" "password") $auth.secretKeys -}}
- name: login
  secret:
    secretName: {{ $auth.existingSecret | default $own }}
    optional: true
    items:
      - key: {{ $keys.username }}
        path: username
      - key: {{ $keys.password }}
        path: password
{{- $secrets := include "rabbitmq-workers.tls.secrets" . | fromJson }}
{{- if and .Values.broker.tls.enabled $secrets.keys.ca }}
- name: broker-tls
  secret:
    secretName: {{ $secrets.server }}
    optional: true
    items:
      - key: {{ $secrets.keys.ca }}
        path: ca.crt
{{- end }}
{{- end -}}

{{/*
The management API of the brokers that run, as JSON: {scheme, number}. TLS that this upgrade brings is not there yet.
Usage: root
*/}}
{{- define "rabbitmq-workers.upgradeGuard.management" -}}
{{- $host := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $ports := list -}}
{{- range dig "spec" "ports" list (lookup "v1" "Service" .Release.Namespace $host) -}}
{{- $ports = append $ports .name -}}
{{- end -}}
{{- if and (has "management" $ports) (not (has "management-tls" $ports)) -}}
{{- dict "scheme" "http" "number" 15672 | toJson -}}
{{- else -}}
{{- include "rabbitmq-workers.broker.management" . -}}
{{- end -}}
{{- end -}}

{{/* The arguments of `workers guard`, as JSON. Usage: root */}}
{{- define "rabbitmq-workers.upgradeGuard.arguments" -}}
{{- $management := include "rabbitmq-workers.upgradeGuard.management" . | fromJson -}}
{{- $host := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- $arguments := list
      "--management" (printf "%s://%s:%d" $management.scheme $host (int $management.number))
      "--login" "/run/secrets/rabbitmq"
      "--version" (include "rabbitmq-workers.upgradeGuard.version" .) -}}
{{- if and (eq $management.scheme "https") (include "rabbitmq-workers.tls.secrets" . | fromJson).keys.ca -}}
{{- $arguments = concat $arguments (list "--ca" "/run/secrets/broker-tls/ca.crt") -}}
{{- end -}}
{{- with eq $management.scheme "https" | ternary (include "rabbitmq-workers.tls.serverName" .) "" -}}
{{- $arguments = concat $arguments (list "--server-name" .) -}}
{{- end -}}
{{- toJson $arguments -}}
{{- end -}}
