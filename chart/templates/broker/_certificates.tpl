{{/*
The certificates that the chart makes, as JSON: {ca, server, client}, each {certificate, key, names}. The authority is
kept for as long as its Secret is there, the others as long as their names stay the same: brokers with certificates of
two authorities would not talk to each other while they restart one by one.
*/}}
{{- define "rabbitmq-workers.certificates" -}}
{{- if not (hasKey . "certificates") -}}
{{- $ca := include "rabbitmq-workers.certificates.authority" . | fromJson -}}
{{- $names := include "rabbitmq-workers.tls.names" . | fromJsonArray -}}
{{- $secrets := include "rabbitmq-workers.tls.secrets" . | fromJson -}}
{{- $made := dict "ca" $ca -}}
{{- $sides := dict "server" $names -}}
{{- if .Values.broker.tls.verifyClients -}}
{{- $_ := set $sides "client" (list (include "rabbitmq-workers.fullname" .)) -}}
{{- end -}}
{{- range $side, $wanted := $sides -}}
{{- $scope := dict "root" $ "ca" $ca "secret" (get $secrets $side) "names" $wanted -}}
{{- $_ := set $made $side (include "rabbitmq-workers.certificates.signed" $scope | fromJson) -}}
{{- end -}}
{{- $_ := set . "certificates" $made -}}
{{- end -}}
{{- toJson .certificates -}}
{{- end -}}

{{- define "rabbitmq-workers.certificates.authority" -}}
{{- $name := include "rabbitmq-workers.componentName" (dict "root" . "component" "broker" "suffix" "ca") -}}
{{- with (lookup "v1" "Secret" .Release.Namespace $name).data -}}
{{- dict "certificate" (get . "tls.crt" | b64dec) "key" (get . "tls.key" | b64dec) | toJson -}}
{{- else -}}
{{- $ca := genCAWithKey $name (int .Values.broker.tls.validityDays) (genPrivateKey "ecdsa") -}}
{{- dict "certificate" $ca.Cert "key" $ca.Key | toJson -}}
{{- end -}}
{{- end -}}

{{/* Usage: dict "root" $ "ca" {certificate, key} "secret" NAME, which may hold it already "names" LIST */}}
{{- define "rabbitmq-workers.certificates.signed" -}}
{{- $checksum := include "rabbitmq-workers.certificates.checksum" .names -}}
{{- $secret := lookup "v1" "Secret" .root.Release.Namespace .secret -}}
{{- $present := $secret.data | default dict -}}
{{- $same := eq $checksum (dig "metadata" "annotations" "checksum/names" "" $secret) -}}
{{- if and $same (eq .ca.certificate (get $present "ca.crt" | b64dec)) -}}
{{- dict "certificate" (get $present "tls.crt" | b64dec) "key" (get $present "tls.key" | b64dec) "names" .names | toJson -}}
{{- else -}}
{{- $ca := buildCustomCert (b64enc .ca.certificate) (b64enc .ca.key) -}}
{{- $days := int .root.Values.broker.tls.validityDays -}}
{{- $for := include "rabbitmq-workers.tls.apart" .names | fromJson -}}
{{- $made := genSignedCertWithKey (first .names) $for.addresses $for.names $days $ca (genPrivateKey "ecdsa") -}}
{{- dict "certificate" $made.Cert "key" $made.Key "names" .names | toJson -}}
{{- end -}}
{{- end -}}

{{/* Names and addresses of a certificate apart, as JSON: {names, addresses}. Usage: LIST */}}
{{- define "rabbitmq-workers.tls.apart" -}}
{{- $names := list -}}
{{- $addresses := list -}}
{{- range . -}}
{{- if or (contains ":" .) (regexMatch "^[0-9.]+$" .) -}}
{{- $addresses = append $addresses . -}}
{{- else -}}
{{- $names = append $names . -}}
{{- end -}}
{{- end -}}
{{- dict "names" $names "addresses" $addresses | toJson -}}
{{- end -}}

{{/* Tells certificates for some names from those for others. Usage: LIST */}}
{{- define "rabbitmq-workers.certificates.checksum" -}}
{{- toJson . | sha256sum | trunc 16 -}}
{{- end -}}

{{/* Usage: dict "root" $ "suffix" "tls" "side" "server" */}}
{{- define "rabbitmq-workers.certificates.secret" -}}
{{- $made := include "rabbitmq-workers.certificates" .root | fromJson -}}
{{- $certificate := get $made .side -}}
{{- $annotations := dict "checksum/names" (include "rabbitmq-workers.certificates.checksum" $certificate.names) -}}
apiVersion: v1
kind: Secret
metadata:
  {{- include "rabbitmq-workers.metadata" (dict
        "root" .root
        "component" "broker"
        "suffix" .suffix
        "annotations" $annotations) | nindent 2 }}
type: kubernetes.io/tls
stringData:
  {{- dict
        "tls.crt" $certificate.certificate
        "tls.key" $certificate.key
        "ca.crt" $made.ca.certificate | toYaml | nindent 2 }}
{{- end -}}

{{/* Usage: dict "root" $ "suffix" "tls" "secret" NAME "names" LIST */}}
{{- define "rabbitmq-workers.certificates.request" -}}
apiVersion: cert-manager.io/v1
kind: Certificate
metadata:
  {{- include "rabbitmq-workers.metadata" (dict "root" .root "component" "broker" "suffix" .suffix) | nindent 2 }}
{{- $for := include "rabbitmq-workers.tls.apart" .names | fromJson }}
{{- with .root.Values.broker.tls.certManager }}
spec:
  secretName: {{ $.secret }}
  dnsNames:
    {{- toYaml $for.names | nindent 4 }}
  {{- with $for.addresses }}
  ipAddresses:
    {{- toYaml . | nindent 4 }}
  {{- end }}
  usages:
    - digital signature
    - key encipherment
    # Brokers are clients of each other.
    - server auth
    - client auth
  privateKey:
    algorithm: ECDSA
    size: 256
    rotationPolicy: Always
  duration: {{ .duration }}
  renewBefore: {{ .renewBefore }}
  issuerRef:
    {{- toYaml .issuerRef | nindent 4 }}
{{- end }}
{{- end -}}
