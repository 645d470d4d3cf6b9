{{/*
The container's arguments from the values, as a YAML list, in the order of the chart this one replaces.
Flag and value are separate words.
*/}}
{{- define "signet.args" -}}
{{- $v := .Values -}}
{{- $args := list -}}
{{- /* The flag is on by default: leaving it out would not turn it off. */ -}}
{{- if kindIs "bool" $v.updateStatus -}}
{{- $args = append $args ($v.updateStatus | ternary "--update-status" "--update-status=false") -}}
{{- end -}}
{{- if $v.skipRecreate -}}
{{- $args = append $args "--skip-recreate" -}}
{{- end -}}
{{- /* Not `if`: the number 0 turns renewal off, and is false to a template. */ -}}
{{- if not (or (kindIs "invalid" $v.keyrenewperiod) (eq (toString $v.keyrenewperiod) "")) -}}
{{- $args = concat $args (list "--key-renew-period" (toString $v.keyrenewperiod)) -}}
{{- end -}}
{{- $args = concat $args (include "signet.option" (list "--key-ttl" $v.keyttl) | fromJsonArray) -}}
{{- $args = concat $args (include "signet.option" (list "--key-cutoff-time" $v.keycutofftime) | fromJsonArray) -}}
{{- $args = concat $args (include "signet.option" (list "--rate-limit" $v.rateLimit) | fromJsonArray) -}}
{{- $args = concat $args (include "signet.option" (list "--rate-limit-burst" $v.rateLimitBurst) | fromJsonArray) -}}
{{- $args = concat $args (list "--key-prefix" (toString $v.secretName)) -}}
{{- with $v.additionalNamespaces -}}
{{- $args = concat $args (list "--additional-namespaces" (join "," .)) -}}
{{- else -}}
{{- if and $v.rbac.create $v.rbac.namespacedRoles -}}
{{- /* Roles in namespaces give no right to watch all of them. */ -}}
{{- $args = append $args "--all-namespaces=false" -}}
{{- end -}}
{{- end -}}
{{- $args = concat $args (include "signet.pairs" (list "--privatekey-annotations" $v.privateKeyAnnotations) | fromJsonArray) -}}
{{- $args = concat $args (include "signet.pairs" (list "--privatekey-labels" $v.privateKeyLabels) | fromJsonArray) -}}
{{- if kindIs "bool" $v.logInfoStdout -}}
{{- $args = append $args ($v.logInfoStdout | ternary "--log-info-stdout" "--log-info-stdout=false") -}}
{{- end -}}
{{- $args = concat $args (include "signet.option" (list "--log-level" $v.logLevel) | fromJsonArray) -}}
{{- $args = concat $args (include "signet.option" (list "--log-format" $v.logFormat) | fromJsonArray) -}}
{{- with $v.containerPorts.http -}}
{{- $args = concat $args (list "--listen-addr" (printf ":%s" (toString .))) -}}
{{- end -}}
{{- with $v.containerPorts.metrics -}}
{{- $args = concat $args (list "--listen-metrics-addr" (printf ":%s" (toString .))) -}}
{{- end -}}
{{- $args = concat $args (include "signet.option" (list "--max-unseal-retries" $v.maxRetries) | fromJsonArray) -}}
{{- if $v.watchForSecrets -}}
{{- $args = append $args "--watch-for-secrets" -}}
{{- end -}}
{{- $args = concat $args (include "signet.option" (list "--kubeclient-qps" $v.kubeClientQPS) | fromJsonArray) -}}
{{- $args = concat $args (include "signet.option" (list "--kubeclient-burst" $v.kubeClientBurst) | fromJsonArray) -}}
{{- /* From here on, flags that sealed-secrets does not know: none unless a value asks for it. */ -}}
{{- if not $v.leaderElection.enabled -}}
{{- $args = append $args "--leader-elect=false" -}}
{{- end -}}
{{- $args = concat $args (include "signet.option" (list "--lease-name" $v.leaderElection.leaseName) | fromJsonArray) -}}
{{- if and (kindIs "bool" $v.repairDrift) (not $v.repairDrift) -}}
{{- $args = append $args "--repair-drift=false" -}}
{{- end -}}
{{- $args = concat $args (include "signet.option" (list "--concurrency" $v.concurrency) | fromJsonArray) -}}
{{- toYaml $args -}}
{{- end -}}

{{/* (list FLAG VALUE) as a JSON list of two words, or of none when the value is empty. */}}
{{- define "signet.option" -}}
{{- $value := toString (last .) -}}
{{- or (empty (last .)) (eq $value "") | ternary (list) (list (first .) $value) | toJson -}}
{{- end -}}

{{/* (list FLAG MAP) as a JSON list: the flag and `k=v,k=v`. */}}
{{- define "signet.pairs" -}}
{{- $pairs := list -}}
{{- range $key, $value := last . -}}
{{- if or (not (kindIs "string" $value)) (empty $value) -}}
{{- fail (printf "%s: the value of %s must be a string that is not empty" (first $) $key) -}}
{{- end -}}
{{- /* Last first, as the older chart has it: the order means nothing, but a new one would restart pods. */ -}}
{{- $pairs = prepend $pairs (printf "%s=%s" $key $value) -}}
{{- end -}}
{{- empty $pairs | ternary (list) (list (first .) (join "," $pairs)) | toJson -}}
{{- end -}}
