{{/*
The rights to turn SealedSecrets into Secrets: in all namespaces (ClusterRole) or in one (Role).
(list $ NAMESPACES), the namespaces whose existence is looked up.
*/}}
{{- define "signet.unsealerRules" -}}
# controller/src/sealed_secret/watch.rs: list and watch. apply.rs: get, to write the status of the newest version.
- apiGroups: [bitnami.com]
  resources: [sealedsecrets]
  verbs: [get, list, watch]
# controller/src/sealed_secret/apply.rs: the Synced condition.
- apiGroups: [bitnami.com]
  resources: [sealedsecrets/status]
  verbs: [update]
# controller/src/sealed_secret/watch.rs: list and watch, metadata only, to notice drift and deletion.
# controller/src/sealed_secret/apply.rs: create and update; get where one is merged into or taken over; delete for
# --old-gc-behavior alone.
- apiGroups: [""]
  resources: [secrets]
  verbs: [get, list, watch, create, update, delete]
# controller/src/sealed_secret/apply.rs: one event for each change.
- apiGroups: [""]
  resources: [events]
  verbs: [create]
{{- with last . }}
# controller/src/sealed_secret/apply.rs: tells a mistyped entry of --additional-namespaces from an empty namespace.
- apiGroups: [""]
  resources: [namespaces]
  resourceNames: {{- toYaml . | nindent 4 }}
  verbs: [get]
{{- end }}
{{- end -}}
