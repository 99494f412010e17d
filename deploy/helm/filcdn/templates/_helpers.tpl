{{/* The application's name in labels, and after the release's in the names of objects. */}}
{{- define "filcdn.app" -}}
{{ .Values.nameOverride | default .Chart.Name }}
{{- end }}

{{/* What the names of all objects begin with. A Service's has no dots; with "-retrieval-" and the hash of
     a StatefulSet's revision, or "-dashboard-settlement", behind it, 42 characters make the 63 of a label. */}}
{{- define "filcdn.name" -}}
{{- $app := include "filcdn.app" . -}}
{{- $name := contains $app .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $app) -}}
{{ .Values.fullnameOverride | default $name | replace "." "-" | trunc 42 | trimSuffix "-" }}
{{- end }}

{{/* What selects all pods of the release. */}}
{{- define "filcdn.releaseSelector" -}}
app.kubernetes.io/name: {{ include "filcdn.app" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end }}

{{/* What selects a component's pods. Takes (list $ "component"). */}}
{{- define "filcdn.selector" -}}
{{ include "filcdn.releaseSelector" (index . 0) }}
app.kubernetes.io/component: {{ index . 1 }}
{{- end }}

{{- define "filcdn.labels" -}}
{{ include "filcdn.selector" . }}
app.kubernetes.io/part-of: filcdn
app.kubernetes.io/version: {{ (index . 0).Chart.AppVersion | replace "+" "_" | quote }}
app.kubernetes.io/managed-by: {{ (index . 0).Release.Service }}
helm.sh/chart: {{ (index . 0).Chart.Name }}-{{ (index . 0).Chart.Version | replace "+" "_" }}
{{- end }}

{{/* The release's components, in the order data flows. */}}
{{- define "filcdn.components" -}}
{{- $on := list -}}
{{- range list "indexer" "retrieval" "metrics" "settlement" }}
{{- if (index $.Values .).enabled }}{{ $on = append $on . }}{{ end }}
{{- end -}}
{{ toJson $on }}
{{- end }}

{{- define "filcdn.image" -}}
{{- $values := (index . 0).Values.image -}}
{{ required "image.repository has to say where the images are, such as registry.example.com/filcdn" $values.repository }}/{{ index . 1 }}:{{ $values.tag | default (index . 0).Chart.AppVersion }}
{{- with index $values.digests (index . 1) }}@{{ . }}{{ end }}
{{- end }}

{{/* The environment variable that a property is set by. */}}
{{- define "filcdn.variable" -}}
{{ regexReplaceAll "[^a-zA-Z0-9]" . "_" | upper }}
{{- end }}

{{/* Variables from properties: (list $ properties), whose values may be templates. */}}
{{- define "filcdn.config" -}}
{{- $root := index . 0 -}}
{{- range $property, $value := index . 1 }}
- name: {{ include "filcdn.variable" $property }}
  value: {{ tpl (toString $value) $root | quote }}
{{- end }}
{{- end }}

{{/* Variables of a component, each there once: of two, Kubernetes takes the last and says nothing.
     Takes (list "component" variables). */}}
{{- define "filcdn.once" -}}
{{- $name := index . 0 }}{{ $seen := dict }}
{{- range index . 1 | fromYamlArray }}
{{- if hasKey $seen .name }}{{ fail (printf "%s would get the variable %s twice: kafka.config, %s.config, .secrets and .extraEnv, and what the chart sets itself, may name it once" $name .name $name) }}{{ end }}
{{- $_ := set $seen .name true }}
{{- end }}
{{- index . 1 }}
{{- end }}

{{/* Variables from secrets: {property: {name, key}}. */}}
{{- define "filcdn.secrets" -}}
{{- range $property, $from := . }}
- name: {{ include "filcdn.variable" $property }}
  valueFrom: {secretKeyRef: {name: {{ $from.name }}, key: {{ $from.key }}}}
{{- end }}
{{- end }}

{{/* How to reach Kafka, and all secrets of who does: its own win. Takes (list $ secrets). */}}
{{- define "filcdn.kafka" -}}
{{- $root := index . 0 -}}
- name: KAFKA_BOOTSTRAP_SERVERS
  value: {{ required "kafka.bootstrapServers has to name the brokers: host:port,host:port" $root.Values.kafka.bootstrapServers | quote }}
{{- include "filcdn.config" (list $root $root.Values.kafka.config) }}
{{- include "filcdn.secrets" (merge dict (index . 1 | default dict) ($root.Values.kafka.secrets | default dict)) }}
{{- end }}

{{- define "filcdn.strimziCluster" -}}
{{ required "topics.strimzi.cluster has to name the Kafka resource" .Values.topics.strimzi.cluster }}
{{- end }}

{{/* What the objects have by which a job runs before each install and upgrade. Takes a weight. */}}
{{- define "filcdn.hook" -}}
helm.sh/hook: pre-install,pre-upgrade
helm.sh/hook-delete-policy: before-hook-creation,hook-succeeded
helm.sh/hook-weight: {{ quote . }}
{{- end }}

{{/* A job that makes Kafka what a file says. Takes (list $ "name" "Program" content). */}}
{{- define "filcdn.kafkaSetup" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $fullName := printf "%s-%s" (include "filcdn.name" $root) $name }}
apiVersion: v1
kind: ConfigMap
metadata:
  name: {{ $fullName }}
  labels: {{ include "filcdn.labels" (list $root $name) | nindent 4 }}
  annotations: {{ include "filcdn.hook" "-5" | nindent 4 }}
data:
  {{ $name }}.json: |
    {{- toPrettyJson (index . 3) | nindent 4 }}
---
apiVersion: batch/v1
kind: Job
metadata:
  name: {{ $fullName }}
  labels: {{ include "filcdn.labels" (list $root $name) | nindent 4 }}
  annotations: {{ include "filcdn.hook" "0" | nindent 4 }}
spec:
  backoffLimit: 6
  activeDeadlineSeconds: 600
  template:
    metadata:
      labels: {{ include "filcdn.labels" (list $root $name) | nindent 8 }}
    spec:
      {{- include "filcdn.podBase" $root | nindent 6 }}
      restartPolicy: Never
      containers:
        - name: {{ $name }}
          image: {{ include "filcdn.image" (list $root "indexer") }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          command: [/opt/java/bin/java, -XX:TieredStopAtLevel=1, -cp, /app/quarkus-run.jar, io.filcdn.indexer.topics.{{ index . 2 }}, /etc/filcdn/{{ $name }}.json]
          env:
            {{- include "filcdn.kafka" (list $root $root.Values.kafka.adminSecrets) | nindent 12 }}
          resources:
            requests: {cpu: 100m, memory: 128Mi}
            limits: {memory: 256Mi}
          securityContext: {{ include "filcdn.containerSecurity" $root | nindent 12 }}
          volumeMounts:
            - {name: {{ $name }}, mountPath: /etc/filcdn, readOnly: true}
            - {name: tmp, mountPath: /tmp}
      volumes:
        - {name: {{ $name }}, configMap: {name: {{ $fullName }}}}
        - {name: tmp, emptyDir: {sizeLimit: 64Mi}}
{{- end }}

{{- define "filcdn.database" -}}
{{- $name := index . 0 }}{{ $database := index . 1 -}}
{{- $secret := required (printf "%s.database.secret has to name the Secret of its database" $name) $database.secret -}}
- name: QUARKUS_DATASOURCE_JDBC_URL
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: {{ $database.urlKey }}}}
{{- with $database.usernameKey }}
- name: QUARKUS_DATASOURCE_USERNAME
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: {{ . }}}}
{{- end }}
{{- with $database.passwordKey }}
- name: QUARKUS_DATASOURCE_PASSWORD
  valueFrom: {secretKeyRef: {name: {{ $secret }}, key: {{ . }}}}
{{- end }}
{{- end }}

{{/* The list of edges, which only metrics reads. */}}
{{- define "filcdn.edges" -}}
{{- if not .Values.edges.list }}{{ fail "edges.list has to have the public key of each edge: [{edge: NAME, publicKey: BASE64}]" }}{{ end -}}
{{ toPrettyJson .Values.edges.list }}
{{- end }}

{{- define "filcdn.leaseUrl" -}}
{{- if .Values.leases.url }}{{ .Values.leases.url }}
{{- else if .Values.metrics.enabled }}http://{{ include "filcdn.name" . }}-metrics:8080
{{- else }}{{ fail "leases.url has to say where edges lease quota, as this release has no metrics service" }}
{{- end }}
{{- end }}

{{/* What all services are told. Takes (list $ "component"). */}}
{{- define "filcdn.environment" -}}
{{- $root := index . 0 }}{{ $values := index $root.Values (index . 1) -}}
- name: JDK_JAVA_OPTIONS
  value: {{ printf "@/app/java.options %s" $values.javaOptions | quote }}
- name: FILCDN_NETWORK
  value: /etc/filcdn/network.json
{{ include "filcdn.kafka" (list $root $values.secrets) }}
- name: QUARKUS_LOG_CONSOLE_JSON_ENABLED
  value: {{ $root.Values.jsonLogs | quote }}
- name: QUARKUS_OTEL_SDK_DISABLED
  value: {{ empty $root.Values.tracing.endpoint | quote }}
{{- with $root.Values.tracing.endpoint }}
- name: QUARKUS_OTEL_EXPORTER_OTLP_ENDPOINT
  value: {{ . | quote }}
- name: QUARKUS_OTEL_TRACES_SAMPLER_ARG
  value: {{ $root.Values.tracing.ratio | quote }}
{{- end }}
{{- include "filcdn.config" (list $root $values.config) }}
{{- with $values.extraEnv }}
{{ toYaml . }}
{{- end }}
{{- end }}

{{/* Health is asked at the port "management". */}}
{{- define "filcdn.probes" -}}
startupProbe:
  httpGet: {path: /q/health/live, port: management}
  periodSeconds: 2
  failureThreshold: 150
livenessProbe:
  httpGet: {path: /q/health/live, port: management}
  periodSeconds: 10
  timeoutSeconds: 5
  failureThreshold: 6
readinessProbe:
  httpGet: {path: /q/health/ready, port: management}
  periodSeconds: 5
  timeoutSeconds: 5
{{- end }}

{{- define "filcdn.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: {drop: [ALL]}
{{- end }}

{{- define "filcdn.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ .Values.user }}
runAsGroup: {{ .Values.user }}
fsGroup: {{ .Values.user }}
fsGroupChangePolicy: OnRootMismatch
seccompProfile: {type: RuntimeDefault}
{{- end }}

{{/* A pod's metadata and what its spec begins with. Takes (list $ "component"). */}}
{{- define "filcdn.pod" -}}
{{- $root := index . 0 }}{{ $name := index . 1 }}{{ $values := index $root.Values $name -}}
metadata:
  labels:
    {{- include "filcdn.labels" . | nindent 4 }}
    {{- with $values.podLabels }}{{ toYaml . | nindent 4 }}{{ end }}
  annotations:
    {{- /* a changed network file restarts what read it */}}
    filcdn.io/network: {{ include "filcdn.network" $root | sha256sum }}
    {{- if eq $name "metrics" }}
    {{- /* running pods see a changed list too, but only when their node looks again */}}
    filcdn.io/edges: {{ include "filcdn.edges" $root | sha256sum }}
    {{- end }}
    {{- with $values.podAnnotations }}{{ toYaml . | nindent 4 }}{{ end }}
spec:
  {{- include "filcdn.podBase" $root | nindent 2 }}
  {{- with $values.serviceAccountName }}
  serviceAccountName: {{ . }}
  {{- end }}
  {{- with $values.priorityClassName }}
  priorityClassName: {{ . }}
  {{- end }}
  {{- with $values.affinity }}
  affinity: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.nodeSelector }}
  nodeSelector: {{ toYaml . | nindent 4 }}
  {{- end }}
  {{- with $values.tolerations }}
  tolerations: {{ toYaml . | nindent 4 }}
  {{- end }}
  topologySpreadConstraints:
    {{- range list "topology.kubernetes.io/zone" "kubernetes.io/hostname" }}
    - topologyKey: {{ . }}
      maxSkew: 1
      whenUnsatisfiable: ScheduleAnyway
      labelSelector: {matchLabels: {{ include "filcdn.selector" (list $root $name) | fromYaml | toJson }}}
    {{- end }}
{{- end }}

{{- define "filcdn.podBase" -}}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .Values.image.pullSecrets }}
imagePullSecrets: {{ toYaml . | nindent 2 }}
{{- end }}
securityContext: {{ include "filcdn.podSecurity" . | nindent 2 }}
{{- end }}

{{/* The network file. */}}
{{- define "filcdn.network" -}}
{{- if not .Values.network.secret -}}
{{- $file := .Files.Get (printf "networks/%s.json" .Values.network.name) -}}
{{- if not $file }}{{ fail (printf "network.name is %q, for which the chart has no file: use calibration or mainnet, or bring a file by network.secret" .Values.network.name) }}{{ end -}}
{{- $network := fromJson $file -}}
{{- with .Values.network.rpcUrls }}{{ $_ := set $network "rpcUrls" . }}{{ end -}}
{{ toPrettyJson $network }}
{{- end }}
{{- end }}

{{- define "filcdn.networkVolume" -}}
- name: network
{{- if .Values.network.secret }}
  secret: {secretName: {{ .Values.network.secret }}, items: [{key: network.json, path: network.json}]}
{{- else }}
  configMap: {name: {{ include "filcdn.name" . }}-network}
{{- end }}
{{- end }}

{{/* What follows a payer in host names, as a JSON list: dnsRoot may be one or several. */}}
{{- define "filcdn.dnsRoots" -}}
{{- $roots := .Values.dnsRoot -}}
{{- if kindIs "string" $roots }}{{ $roots = compact (list $roots) }}{{ end -}}
{{- if not $roots }}{{ fail "dnsRoot has to be what follows a payer in host names, such as .cdn.example.com" }}{{ end -}}
{{ toJson $roots }}
{{- end }}

{{/* The hosts of payers, all below a root, and the roots themselves, as a JSON list. */}}
{{- define "filcdn.edgeHosts" -}}
{{- $hosts := list }}
{{- range include "filcdn.dnsRoots" . | fromJsonArray }}{{ $hosts = concat $hosts (list (print "*" .) (trimPrefix "." .)) }}{{ end -}}
{{ toJson $hosts }}
{{- end }}

{{/* The bytes of a quantity as Kubernetes writes it, such as 120Gi or 1.5T. */}}
{{- define "filcdn.bytes" -}}
{{- $unit := regexFind "[a-zA-Z]*$" . }}
{{- $base := hasSuffix "i" $unit | ternary 1024 1000 }}
{{- $bytes := trimSuffix $unit . | float64 }}
{{- range until (upper $unit | trimSuffix "I" | index (dict "" 0 "K" 1 "M" 2 "G" 3 "T" 4 "P" 5) | int) }}{{ $bytes = mulf $bytes $base }}{{ end }}
{{- printf "%.0f" $bytes }}
{{- end }}

{{/* What anyone may reach of indexer.host and metrics.host, and edges of other regions of leases.host.
     Administration, health and metrics are not among it: the first page is / alone. */}}
{{- define "filcdn.publicPaths" -}}
indexer:
  - /fwss
  - /pdp-verifier
  - /service-provider-registry
  - /filbeam-operator
metrics:
  - /
  - /assets
  - /favicon.svg
  - /start
  - /meanings
  - /account
  - /settlement
  - /system
  - /provider
  - /audit
  - /data-set
  - /payer
  - /api/v1/data-sets
  - /api/v1/audit
  - /api/v1/series
  - /api/v1/top
  - /api/v1/top-pieces
  - /api/v1/totals
  - /api/v1/latency
  - /api/v1/payers
  - /api/v1/providers
  - /api/v1/network
  - /api/v1/unbilled
  - /api/v1/answers
  - /api/v1/edges
  - /api/v1/intake
  - /api/v1/settlement
  - /api/v1/indexer
  - /api/v1/keys
  - /api/v1/policies
  - /api/v1/sessions
  - /api/v1/credits
  - /api/v1/accounts
leases:
  - /internal/v1/leases
  - /internal/v1/journal-progress
  - /internal/v1/journal-ends
  - /internal/v1/edge-status
{{- end }}

{{/* Whose Service answers at a host of filcdn.publicPaths. */}}
{{- define "filcdn.hostComponent" -}}
{{ eq . "leases" | ternary "metrics" . }}
{{- end }}
