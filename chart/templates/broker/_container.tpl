{{- define "rabbitmq-workers.broker.container" -}}
{{- $nodes := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker" "suffix" "nodes") -}}
{{- $management := include "rabbitmq-workers.broker.management" . | fromJson -}}
{{- $ready := dict "httpGet" (dict
      "path" "/api/health/checks/ready-to-serve-clients"
      "port" $management.port
      "scheme" (upper $management.scheme)) -}}
{{- $listens := dict "tcpSocket" (dict "port" (include "rabbitmq-workers.broker.listener" . | fromJson).scheme) -}}
{{- $grace := int .Values.broker.terminationGracePeriodSeconds -}}
{{- with .Values.broker -}}
name: broker
image: {{ include "rabbitmq-workers.image" (dict "root" $ "image" .image "tag" (printf "%s-management" $.Chart.AppVersion)) }}
imagePullPolicy: {{ .image.pullPolicy }}
command: [bash, /etc/rabbitmq/conf.d/start.sh]
{{- with .envFrom }}
envFrom:
  {{- toYaml . | nindent 2 }}
{{- end }}
# In the order of their names: one that another refers to must come before it, as POD_NAME does.
env:
  {{- $own := dict }}
  {{- if .advancedConfig }}
  {{- $_ := set $own "RABBITMQ_ADVANCED_CONFIG_FILE" "/etc/rabbitmq/conf.d/advanced.config" }}
  {{- end }}
  {{- if and .spreadLeaders (gt (int .replicas) 1) }}
  {{- $_ := set $own "SPREAD_LEADERS_OVER" .replicas }}
  {{- end }}
  {{- $tls := include "rabbitmq-workers.broker.tlsEnv" $ | fromJson }}
  {{- include "rabbitmq-workers.env" (merge $tls .env $own (dict
        "POD_NAME" (dict "fieldRef" (dict "fieldPath" "metadata.name"))
        "POD_NAMESPACE" (dict "fieldRef" (dict "fieldPath" "metadata.namespace"))
        "RABBITMQ_ENABLED_PLUGINS_FILE" "/etc/rabbitmq/conf.d/enabled_plugins"
        "RABBITMQ_NODENAME" (printf "rabbit@$(POD_NAME).%s.$(POD_NAMESPACE).svc.%s" $nodes $.Values.clusterDomain)
        "RABBITMQ_USE_LONGNAME" "true"
      )) | nindent 2 }}
ports:
  {{- range include "rabbitmq-workers.broker.ports" $ | fromJsonArray }}
  - name: {{ .name }}
    containerPort: {{ .number }}
  {{- end }}
  - name: epmd
    containerPort: 4369
  - name: distribution
    containerPort: 25672
{{- range $probe, $asks := dict "startupProbe" $ready "readinessProbe" $ready "livenessProbe" $listens }}
{{- with include "rabbitmq-workers.probe" (dict "values" (index $.Values.broker $probe) "asks" $asks) }}
{{ $probe }}:
  {{- . | nindent 2 }}
{{- end }}
{{- end }}
lifecycle:
  preStop:
    exec:
      # Half of the grace period for the others to catch up, a quarter to hand over, the rest to stop.
      command:
        - bash
        - -c
        - |
          rabbitmq-upgrade await_online_quorum_plus_one -t {{ div $grace 2 }}
          rabbitmq-upgrade drain -t {{ div $grace 4 }}
{{- with .resources }}
resources:
  {{- toYaml . | nindent 2 }}
{{- end }}
securityContext:
  {{- toYaml .securityContext | nindent 2 }}
volumeMounts:
  - name: config
    mountPath: /etc/rabbitmq/conf.d
  - name: secrets
    mountPath: /run/secrets/rabbitmq
  - name: home
    mountPath: /var/lib/rabbitmq
  - name: data
    mountPath: /var/lib/rabbitmq/mnesia
  - name: tmp
    mountPath: /tmp
  {{- if .tls.enabled }}
  - name: tls
    mountPath: /run/secrets/rabbitmq-tls
  {{- end }}
  {{- with .extraVolumeMounts }}
  {{- include "rabbitmq-workers.rendered" (dict "root" $ "value" .) | nindent 2 }}
  {{- end }}
{{- end }}
{{- end -}}
