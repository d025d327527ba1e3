{{- define "rabbitmq-workers.broker.container" -}}
{{- $nodes := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker" "suffix" "nodes") -}}
{{- $ready := dict "path" "/api/health/checks/ready-to-serve-clients" "port" "management" -}}
{{- $grace := int .Values.broker.terminationGracePeriodSeconds -}}
{{- with .Values.broker -}}
name: broker
image: {{ include "rabbitmq-workers.image" (dict "root" $ "image" .image "tag" (printf "%s-management" $.Chart.AppVersion)) }}
imagePullPolicy: {{ .image.pullPolicy }}
command: [bash, /etc/rabbitmq/conf.d/start.sh]
# In the order of their names: one that another refers to must come before it, as POD_NAME does.
env:
  {{- include "rabbitmq-workers.env" (merge (dict) .env (dict
        "POD_NAME" (dict "fieldRef" (dict "fieldPath" "metadata.name"))
        "POD_NAMESPACE" (dict "fieldRef" (dict "fieldPath" "metadata.namespace"))
        "RABBITMQ_ENABLED_PLUGINS_FILE" "/etc/rabbitmq/conf.d/enabled_plugins"
        "RABBITMQ_NODENAME" (printf "rabbit@$(POD_NAME).%s.$(POD_NAMESPACE).svc.%s" $nodes $.Values.clusterDomain)
        "RABBITMQ_USE_LONGNAME" "true"
      )) | nindent 2 }}
ports:
  {{- range $name, $port := dict "amqp" 5672 "management" 15672 "metrics" 15692 "epmd" 4369 "distribution" 25672 }}
  - name: {{ $name }}
    containerPort: {{ $port }}
  {{- end }}
# No liveness probe: killing a busy broker does not make it faster.
startupProbe:
  httpGet:
    {{- toYaml $ready | nindent 4 }}
  periodSeconds: 5
  timeoutSeconds: 5
  failureThreshold: 120
readinessProbe:
  httpGet:
    {{- toYaml $ready | nindent 4 }}
  periodSeconds: 5
  timeoutSeconds: 5
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
{{- end }}
{{- end -}}
