{{/*
The rights to turn SealedSecrets into Secrets: in all namespaces (ClusterRole) or in one (Role).
(list $ NAMESPACES), the namespaces whose existence is looked up.
*/}}
{{- define "signet.unsealerRules" -}}
# controller/src/wiring.rs: watches SealedSecrets.
- apiGroups: [bitnami.com]
  resources: [sealedsecrets]
  verbs: [get, list, watch]
# controller/src/sealedsecret/report.rs: writes the Synced condition.
- apiGroups: [bitnami.com]
  resources: [sealedsecrets/status]
  verbs: [update]
# controller/src/sealedsecret/apply.rs: get, create and update of the target; list and watch (metadata only)
# in wiring.rs notice drift and deletion; delete is for --old-gc-behavior.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, update, delete]
# controller/src/events.rs: one event per change; a repeated one is counted up by a patch.
- apiGroups: [""]
  resources: [events]
  verbs: [create, patch]
{{- with last . }}
# controller/src/namespaces.rs: tells a mistyped --additional-namespaces entry from an empty namespace.
- apiGroups: [""]
  resources: [namespaces]
  resourceNames: {{- toYaml . | nindent 4 }}
  verbs: [get]
{{- end }}
{{- end -}}
