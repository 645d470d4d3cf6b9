{{/*
Helpers that values may call keep the prefix of the chart this one replaces: commonLabels, extraDeploy and
other templated values of existing installations say `include "sealed-secrets.fullname" $`.
*/}}

{{/*
The application's name. It is "sealed-secrets", not the name of this chart: it is part of the Deployment's
selector, which cannot change, and of every default object name. So `helm upgrade` of an existing release
finds its own objects.
*/}}
{{- define "sealed-secrets.name" -}}
{{- .Values.nameOverride | default "sealed-secrets" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "sealed-secrets.fullname" -}}
{{- $name := include "sealed-secrets.name" . -}}
{{- $full := .Values.fullnameOverride -}}
{{- if not $full -}}
{{- $full = contains $name .Release.Name | ternary .Release.Name (printf "%s-%s" .Release.Name $name) -}}
{{- end -}}
{{- $full | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "sealed-secrets.namespace" -}}
{{- .Values.namespace | default .Release.Namespace -}}
{{- end -}}

{{- define "sealed-secrets.chart" -}}
{{- printf "%s-%s" .Chart.Name .Chart.Version | replace "+" "_" | trunc 63 | trimSuffix "-" -}}
{{- end -}}

{{- define "sealed-secrets.serviceAccountName" -}}
{{- if .Values.serviceAccount.create -}}
{{- .Values.serviceAccount.name | default (include "sealed-secrets.fullname" .) -}}
{{- else -}}
{{- .Values.serviceAccount.name | default "default" -}}
{{- end -}}
{{- end -}}

{{/* What the Deployment and the Services select pods by. */}}
{{- define "sealed-secrets.matchLabels" -}}
{{- if .Values.selectorLabels -}}
{{- toYaml .Values.selectorLabels -}}
{{- else -}}
app.kubernetes.io/name: {{ include "sealed-secrets.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
{{- end -}}
{{- end -}}

{{- define "sealed-secrets.labels" -}}
app.kubernetes.io/name: {{ include "sealed-secrets.name" . }}
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
app.kubernetes.io/part-of: sealed-secrets
helm.sh/chart: {{ include "sealed-secrets.chart" . }}
{{- end -}}

{{/* A value (dict "value" … "context" $) as YAML, with the templates inside it rendered. */}}
{{- define "sealed-secrets.render" -}}
{{- $text := kindIs "string" .value | ternary .value (toYaml .value) -}}
{{- tpl $text .context -}}
{{- end -}}

{{/*
Labels and annotations of an object: (dict "root" $ "labels" (list MAP…) "annotations" (list MAP…)
"fixed" MAP). The later of two maps wins, so that no key is written twice: standard labels, those given,
commonLabels, fixed. An entry without content is left out.
*/}}
{{- define "signet.metadata" -}}
{{- $root := .root -}}
{{- $labels := include "sealed-secrets.labels" $root | fromYaml -}}
{{- range append (.labels | default list) $root.Values.commonLabels -}}
{{- with . -}}
{{- $labels = mergeOverwrite $labels (include "sealed-secrets.render" (dict "value" . "context" $root) | fromYaml) -}}
{{- end -}}
{{- end -}}
{{- $labels = mergeOverwrite $labels (.fixed | default dict) -}}
{{- $annotations := dict -}}
{{- range append (.annotations | default list) $root.Values.commonAnnotations -}}
{{- with . -}}
{{- $annotations = mergeOverwrite $annotations (include "sealed-secrets.render" (dict "value" . "context" $root) | fromYaml) -}}
{{- end -}}
{{- end -}}
labels: {{- toYaml $labels | nindent 2 }}
{{- with $annotations }}
annotations: {{- toYaml . | nindent 2 }}
{{- end -}}
{{- end -}}

{{- define "signet.image" -}}
{{- with .Values.image -}}
{{- with .registry }}{{ . }}/{{ end -}}
{{- .repository -}}
{{- if .digest }}@{{ .digest }}{{ else }}:{{ .tag | default $.Chart.AppVersion }}{{ end -}}
{{- end -}}
{{- end -}}

{{/* Names of roles and their bindings begin with this. */}}
{{- define "signet.roleNamePrefix" -}}
{{- .Values.rbac.roleNamePrefix | default (include "sealed-secrets.fullname" .) -}}
{{- end -}}

{{/* The namespaces the controller works in when it does not work in all: a JSON list, its own one first. */}}
{{- define "signet.watchedNamespaces" -}}
{{- prepend (.Values.additionalNamespaces | default list) (include "sealed-secrets.namespace" .) | uniq | toJson -}}
{{- end -}}

{{/* The subject of every binding of the controller's rights. */}}
{{- define "signet.subjects" -}}
- kind: ServiceAccount
  name: {{ include "sealed-secrets.serviceAccountName" . }}
  namespace: {{ include "sealed-secrets.namespace" . }}
{{- end -}}

{{/* The default is that of --lease-name. */}}
{{- define "signet.leaseName" -}}
{{- .Values.leaderElection.leaseName | default "sealed-secrets-controller" -}}
{{- end -}}

{{- define "signet.replicas" -}}
{{- if not (kindIs "invalid" .Values.replicas) -}}
{{- .Values.replicas -}}
{{- else if and .Values.rbac.create .Values.leaderElection.enabled -}}
2
{{- else -}}
1
{{- end -}}
{{- end -}}
