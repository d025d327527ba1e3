{{/*
The alerts of a file under files/alerts, as a JSON list of rules. What depends on the release stands in the file as a
word with a dollar sign; what the values change about an alert replaces the file's.
Usage: dict "root" $ "about" "broker"
*/}}
{{- define "rabbitmq-workers.alerts" -}}
{{- $rule := .root.Values.monitoring.prometheusRule -}}
{{- $words := include "rabbitmq-workers.alerts.words" .root | fromJson -}}
{{- $subjects := include "rabbitmq-workers.alerts.subjects" .root | fromJson -}}
{{- $rules := list -}}
{{- range .root.Files.Get (printf "files/alerts/%s.yaml" .about) | fromYamlArray -}}
{{- $changes := get $rule.alerts .alert | default dict -}}
{{- $alert := merge (dict) $changes . -}}
{{- if and (dig "enabled" true $changes) (get $subjects .to) -}}
{{- $threshold := dict "threshold" (include "rabbitmq-workers.text" $alert.threshold) -}}
{{- $scope := dict "words" (merge $threshold $words) -}}
{{- $rules = append $rules (dict
      "alert" .alert
      "expr" (include "rabbitmq-workers.alerts.filled" (merge (dict "text" .expr) $scope))
      "for" $alert.for
      "labels" (merge (dict "severity" $alert.severity) $rule.alertLabels)
      "annotations" (dict
        "summary" (include "rabbitmq-workers.alerts.filled" (merge (dict "text" .summary) $scope))
        "description" (include "rabbitmq-workers.alerts.filled" (merge (dict "text" .description) $scope))
        "runbook_url" (printf "%s#%s" $rule.runbookUrl (lower .alert)))) -}}
{{- end -}}
{{- end -}}
{{- toJson $rules -}}
{{- end -}}

{{/*
What alerts can be about, as JSON, each with whether it is there: broker, queues (their figures one by one) and workers.
Usage: root
*/}}
{{- define "rabbitmq-workers.alerts.subjects" -}}
{{- $workers := (include "rabbitmq-workers.workers" . | fromJson).workers -}}
{{- dict
      "broker" .Values.broker.enabled
      "queues" (and .Values.broker.enabled .Values.monitoring.serviceMonitor.detailed.enabled)
      "workers" (not (empty $workers))
      "constant workers" (contains "absent" (include "rabbitmq-workers.alerts.absent" .)) | toJson -}}
{{- end -}}

{{/* What the dollar words of the alerts stand for, as JSON. Usage: root */}}
{{- define "rabbitmq-workers.alerts.words" -}}
{{- $replicas := int .Values.broker.replicas -}}
{{- dict
      "broker" (include "rabbitmq-workers.alerts.brokerMatchers" .)
      "workers" (include "rabbitmq-workers.alerts.workerMatchers" .)
      "replicas" (toString $replicas)
      "majority" (add1 (div $replicas 2) | toString)
      "absentWorkers" (include "rabbitmq-workers.alerts.absent" .) | toJson -}}
{{- end -}}

{{- define "rabbitmq-workers.alerts.brokerMatchers" -}}
{{- $service := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker") -}}
{{- .Values.monitoring.prometheusRule.selectors.broker | default (printf "namespace=%q,service=%q" .Release.Namespace $service) -}}
{{- end -}}

{{- define "rabbitmq-workers.alerts.workerMatchers" -}}
{{- $monitor := include "rabbitmq-workers.componentName" (dict "root" . "component" "workers") -}}
{{- .Values.monitoring.prometheusRule.selectors.workers | default (printf "job=\"%s/%s\"" .Release.Namespace $monitor) -}}
{{- end -}}

{{/* An expression for the workers that show no metrics, but for those that may be scaled to none. */}}
{{- define "rabbitmq-workers.alerts.absent" -}}
{{- $matchers := include "rabbitmq-workers.alerts.workerMatchers" . -}}
{{- $parts := list -}}
{{- range (include "rabbitmq-workers.workers" . | fromJson).workers -}}
{{- $fewest := eq .values.autoscaling.type "none" | ternary .values.replicas .values.autoscaling.minReplicas -}}
{{- if gt (int $fewest) 0 -}}
{{- $parts = append $parts (printf "absent(workers_ready{%s,worker=%q})" $matchers .component) -}}
{{- end -}}
{{- end -}}
{{- join " or " $parts -}}
{{- end -}}

{{/* A text of the alerts with its dollar words replaced. Usage: dict "text" TEXT "words" MAP */}}
{{- define "rabbitmq-workers.alerts.filled" -}}
{{- $text := .text | trim -}}
{{- range $word, $meaning := .words -}}
{{- $text = replace (printf "$%s" $word) $meaning $text -}}
{{- end -}}
{{- $text -}}
{{- end -}}
