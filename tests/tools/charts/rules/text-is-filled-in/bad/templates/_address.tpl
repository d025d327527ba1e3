{{ define "address" }}{{ .Values.missing }}:8080{{ end }}
