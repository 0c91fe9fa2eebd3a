{{/* Labels by which Services, budgets and others find the pods; they can never change. */}}
{{- define "service.selector" -}}
app.kubernetes.io/name: {{ .Release.Name }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* Labels of every object; the mesh reads app and version. */}}
{{- define "service.labels" -}}
{{ include "service.selector" . }}
app.kubernetes.io/version: {{ .Values.version | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version }}
app: {{ .Release.Name }}
version: {{ .Values.version | quote }}
{{- with .Values.labels }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* What the `restricted` profile asks of a container, and a root filesystem that nobody changes. */}}
{{- define "service.containerSecurity" -}}
allowPrivilegeEscalation: false
capabilities:
  drop: [ALL]
privileged: false
readOnlyRootFilesystem: true
runAsNonRoot: true
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "service.podSecurity" -}}
fsGroup: {{ .Values.user }}
runAsGroup: {{ .Values.user }}
runAsNonRoot: true
runAsUser: {{ .Values.user }}
seccompProfile:
  type: RuntimeDefault
{{- end }}

{{- define "service.image" -}}
{{ .Values.image.repository }}@{{ .Values.image.digest }}
{{- end }}
