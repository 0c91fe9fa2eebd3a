{{/* The pod of a Deployment or a Rollout; `spread` is the label by which that tells revisions apart. */}}
{{- define "service.pod" -}}
{{- $values := .root.Values -}}
{{- $name := .root.Release.Name -}}
metadata:
  labels:
    {{- include "service.labels" .root | nindent 4 }}
    # By which collectors find it.
    monitored: "true"
  annotations:
    # The mesh's proxy asks here, from within the pod, and tells it with its own metrics on 15020.
    prometheus.io/scrape: "true"
    prometheus.io/port: {{ $values.metricsPort | default $values.port | quote }}
    prometheus.io/path: /metrics
spec:
  serviceAccountName: {{ $name }}
  # Clouds give identities by tokens of their own; nobody here asks the API server anything.
  automountServiceAccountToken: false
  enableServiceLinks: false
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  terminationGracePeriodSeconds: {{ $values.shutdown.graceSeconds }}
  securityContext:
    {{- include "service.podSecurity" .root | nindent 4 }}
  topologySpreadConstraints:
    {{- range $key := list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - maxSkew: 1
      topologyKey: {{ $key }}
      # A zone that is lost must not keep pods from starting in the others.
      whenUnsatisfiable: ScheduleAnyway
      labelSelector:
        matchLabels:
          {{- include "service.selector" $.root | nindent 10 }}
      matchLabelKeys: [{{ $.spread }}]
    {{- end }}
  containers:
    - name: {{ $name }}
      image: {{ include "service.image" .root }}
      imagePullPolicy: IfNotPresent
      securityContext:
        {{- include "service.containerSecurity" .root | nindent 8 }}
      ports:
        - name: http
          containerPort: {{ $values.port }}
        {{- if and $values.metricsPort (ne (int $values.metricsPort) (int $values.port)) }}
        - name: metrics
          containerPort: {{ $values.metricsPort }}
        {{- end }}
      env:
        - name: POD_NAME
          valueFrom:
            fieldRef:
              fieldPath: metadata.name
        - name: PORT
          value: {{ $values.port | quote }}
        {{- range $key, $value := $values.environment }}
        - name: {{ $key }}
          value: {{ $value | quote }}
        {{- end }}
      resources:
        requests:
          cpu: {{ $values.resources.cpuMillicores }}m
          memory: {{ $values.resources.memoryMib }}Mi
          ephemeral-storage: 128Mi
        limits:
          memory: {{ $values.resources.memoryMib }}Mi
          ephemeral-storage: 128Mi
      startupProbe:
        httpGet:
          path: {{ $values.probes.live }}
          port: http
        periodSeconds: 5
        timeoutSeconds: 2
        failureThreshold: {{ ceil (divf $values.probes.startSeconds 5) }}
      livenessProbe:
        httpGet:
          path: {{ $values.probes.live }}
          port: http
        periodSeconds: 10
        timeoutSeconds: 2
        failureThreshold: 3
      readinessProbe:
        httpGet:
          path: {{ $values.probes.ready }}
          port: http
        periodSeconds: 5
        timeoutSeconds: 2
        failureThreshold: 2
      lifecycle:
        preStop:
          sleep:
            seconds: {{ $values.shutdown.drainSeconds }}
      volumeMounts:
        - name: tmp
          mountPath: /tmp
        {{- if or $values.secrets.files $values.secrets.vault.files }}
        - name: secrets
          mountPath: {{ $values.secrets.folder }}
          readOnly: true
        {{- end }}
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: 64Mi
    {{- if or $values.secrets.files $values.secrets.vault.files }}
    - name: secrets
      secret:
        secretName: {{ $name }}
        defaultMode: 0440
    {{- end }}
{{- end }}
