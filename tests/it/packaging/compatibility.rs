//! Values of the sealed-secrets chart mean the same to ours: both charts are rendered, and all that theirs
//! says must be in ours too, except for what is listed here.

use anyhow::Result;
use serde_json::Value;
use signet_tests::{Program, scenario_without_cluster};

use super::chart::{Chart, Id, Objects, Permission};

/// Each changes one thing, or things that belong together. The examples in the comments of the upstream
/// values file are among them.
const VALUES: &[&str] = &[
    "{}",
    // Names.
    "fullnameOverride: sealed-secrets-controller",
    "nameOverride: seals",
    "{nameOverride: release, namespace: elsewhere}",
    "commonLabels: {team: platform, templated: '{{ .Release.Name }}'}",
    "commonAnnotations: {note: x}",
    "extraDeploy: [{apiVersion: v1, kind: ConfigMap, metadata: {name: '{{ include \"sealed-secrets.fullname\" $ }}-x'}}]",
    "extraDeploy: [\"apiVersion: v1\\nkind: ConfigMap\\nmetadata:\\n  name: {{ .Release.Name }}-text\\n\"]",
    "kubeVersion: 1.30.0",
    "global: {kubeVersion: 1.30.0}",
    // Arguments.
    "createController: false",
    "secretName: other-prefix",
    "skipRecreate: true",
    "keyrenewperiod: 720h30m",
    "keyrenewperiod: '0'",
    "keyrenewperiod: 0",
    "keyttl: 8760h00m00s",
    "keycutofftime: 'Mon, 14 Oct 2024 21:45:30 +0200'",
    "{rateLimit: 10, rateLimitBurst: '20'}",
    "additionalNamespaces: [one, two]",
    "privateKeyAnnotations: {a: b, c.example.com/d: e}",
    "privateKeyLabels: {b: two, a: one}",
    "logInfoStdout: true",
    "{logLevel: ERROR, logFormat: json}",
    "maxRetries: 7",
    "watchForSecrets: true",
    "{kubeClientQPS: '50', kubeClientBurst: 100}",
    "kubeClientQPS: -1",
    "command: ['/bin/{{ .Release.Name }}', x]",
    "args: [--key-prefix, '{{ .Values.secretName }}', --old-gc-behavior]",
    "containerPorts: {http: 9080, metrics: 9081}",
    // Pods.
    "image: {registry: registry.example.com, repository: a/b, tag: 1.2.3, pullPolicy: Always, pullSecrets: [s, t]}",
    "resources: {limits: {cpu: 500m, memory: 64Mi}, requests: {cpu: 50m}}",
    "podSecurityContext: {enabled: false}",
    "podSecurityContext: {fsGroup: 1}",
    "containerSecurityContext: {enabled: false}",
    "containerSecurityContext: {runAsUser: 2000, readOnlyRootFilesystem: false}",
    "livenessProbe: {initialDelaySeconds: 5, periodSeconds: 6}",
    "livenessProbe: {enabled: false}",
    "{livenessProbe: {enabled: false}, customLivenessProbe: {tcpSocket: {port: http}}}",
    "{readinessProbe: {enabled: false}, customReadinessProbe: {tcpSocket: {port: '{{ .Values.containerPorts.http }}'}}}",
    "startupProbe: {enabled: true, failureThreshold: 30}",
    "customStartupProbe: {httpGet: {path: /healthz, port: http}}",
    "{podLabels: {a: b}, podAnnotations: {c: d}}",
    "{priorityClassName: high, runtimeClassName: gvisor, dnsPolicy: Default, revisionHistoryLimit: 3}",
    "affinity: {nodeAffinity: {requiredDuringSchedulingIgnoredDuringExecution: {nodeSelectorTerms: []}}}",
    "{nodeSelector: {a: b}, tolerations: [{operator: Exists}]}",
    "{additionalVolumes: [{name: v, emptyDir: {}}], additionalVolumeMounts: [{name: v, mountPath: /v}]}",
    "hostNetwork: true",
    "hostPorts: {http: 30080, metrics: 30081}",
    "pdb: {create: true, minAvailable: 1, maxUnavailable: ''}",
    "pdb: {create: true, minAvailable: '', maxUnavailable: 1}",
    "pdb: {create: false}",
    // Traffic.
    "service: {type: NodePort, port: 80, nodePort: 30000, annotations: {a: b}, labels: {c: d}}",
    "service: {type: LoadBalancer, loadBalancerClass: x, nodePort: '30001'}",
    "metrics: {service: {type: NodePort, port: 81, nodePort: 30002, annotations: {a: b}, labels: {c: d}}}",
    "ingress: {enabled: true}",
    "ingress: {enabled: true, ingressClassName: nginx, hostname: a.example.com, path: /x, pathType: Prefix, annotations: {a: b}}",
    "ingress: {enabled: true, tls: true, annotations: {cert-manager.io/cluster-issuer: x}}",
    "ingress: {enabled: true, tls: true}",
    "ingress: {enabled: true, hostname: '', extraHosts: [{name: b.example.com, path: /}, {name: c.example.com}]}",
    "ingress: {enabled: true, extraTls: [{hosts: ['{{ .Release.Name }}'], secretName: t}], extraPaths: [{path: /*, pathType: Prefix, backend: {service: {name: x, port: {name: y}}}}]}",
    "networkPolicy: {enabled: true}",
    "networkPolicy: {enabled: true, egress: {enabled: true, kubeapiCidr: 10.0.0.1/32, kubeapiPort: 6443}}",
    // Rights.
    "serviceAccount: {create: false}",
    "serviceAccount: {create: false, name: given}",
    "serviceAccount: {name: given, labels: {a: b}, annotations: {c: d}}",
    "rbac: {create: false}",
    "rbac: {clusterRoleName: other, labels: {a: b}}",
    "{rbac: {namespacedRoles: true, clusterRole: false, namespacedRolesName: other}, additionalNamespaces: [one, two]}",
    "{additionalNamespaces: [one], rbac: {labels: {a: b}}}",
    "rbac: {serviceProxier: {create: false}}",
    "rbac: {serviceProxier: {bind: false}}",
    "rbac: {serviceProxier: {subjects: \"- kind: Group\\n  apiGroup: rbac.authorization.k8s.io\\n  name: '{{ .Release.Name }}'\\n\"}}",
    // Metrics.
    "metrics: {serviceMonitor: {enabled: true}}",
    "metrics: {serviceMonitor: {enabled: true, namespace: monitoring, labels: {a: b}, annotations: {c: d}, interval: 10s, scrapeTimeout: 5s, honorLabels: false, metricRelabelings: [{action: keep}], relabelings: [{action: drop}]}}",
    "metrics: {dashboards: {create: true, namespace: monitoring, labels: {grafana_dashboard: '1'}, annotations: {folder: x}}}",
];

#[tokio::test]
async fn every_value_of_the_sealed_secrets_chart_means_the_same() {
    scenario_without_cluster(async |s| {
        let (ours, theirs) = (Chart::ours(s).await?, Chart::upstream(s).await?);
        for values in VALUES {
            compare(&theirs, &ours, values, values).await?;
        }
        Ok(())
    })
    .await;
}

/// People copy the whole values file and change a line. Its `logInfoStdout: false` had no effect and now has one
/// (D23).
#[tokio::test]
async fn the_whole_upstream_values_file_is_accepted() {
    scenario_without_cluster(async |s| {
        let (ours, theirs) = (Chart::ours(s).await?, Chart::upstream(s).await?);
        let values = theirs.file("values.yaml")?.replace("logInfoStdout: false", "logInfoStdout: true");
        compare(&theirs, &ours, &values, "values.yaml").await
    })
    .await;
}

#[tokio::test]
async fn the_chart_has_no_warnings() {
    scenario_without_cluster(async |s| {
        let ours = Chart::ours(s).await?;
        for values in VALUES {
            ours.lint(values).await?;
        }
        Ok(())
    })
    .await;
}

/// Whatever values make of the arguments, the controller takes them; `--version` ends it after that.
#[tokio::test]
async fn the_controller_takes_the_arguments_that_either_chart_makes() {
    scenario_without_cluster(async |s| {
        let controller = Program::ours("signet-controller")?;
        let refused =
            controller.clone().args(["--no-such-flag", "--version"]).output(super::chart::SOON).await?;
        assert!(!refused.status.success(), "an unknown flag must be refused, or this test shows nothing");
        for chart in [Chart::upstream(s).await?, Chart::ours(s).await?] {
            for values in VALUES {
                let objects = chart.render(values).await?;
                if objects.deployment().is_none() {
                    continue;
                }
                let args: Vec<String> = objects.args().into_iter().map(str::to_owned).collect();
                let output =
                    controller.clone().args(&args).arg("--version").output(super::chart::SOON).await?;
                assert!(output.status.success(), "{args:?}\n{}", output.stderr);
                assert!(output.text().starts_with("controller version: v"), "{}", output.text());
            }
        }
        Ok(())
    })
    .await;
}

async fn compare(theirs: &Chart, ours: &Chart, values: &str, title: &str) -> Result<()> {
    let (theirs, ours) = (theirs.render(values).await?, ours.render(values).await?);
    let mut lost = Vec::new();
    for (id, object) in &theirs.0 {
        match ours.0.get(id) {
            Some(_) if id.0 == "ClusterRole" || id.0 == "Role" => {}
            Some(mine) => missing(object, mine, &path(id), &mut lost),
            None => lost.push(path(id)),
        }
    }
    lost.retain(|path| !EXPECTED.iter().any(|pattern| matches(pattern, path)));
    assert!(lost.is_empty(), "with the values\n{title}\nour chart lacks {lost:#?}");
    same_rights(&theirs, &ours, title);
    Ok(())
}

/// What is meant to differ: `*` stands for anything. The reasons are in the comments of `values.yaml`.
const EXPECTED: &[&str] = &[
    // Marks of the chart itself.
    "*/labels/helm.sh/chart",
    "*/labels/app.kubernetes.io/version",
    "Deployment/*/image",
    "ConfigMap/*/data/*",
    "ConfigMap/*-sealed-secrets-controller",
    // The default, spelled out.
    "*/subjects/*/apiGroup",
    // Variables for the Go runtime, and a directory that nothing writes to.
    "Deployment/*/env*",
    "Deployment/*/volumes*",
    "Deployment/*/volumeMounts*",
    "Deployment/*/readinessProbe/httpGet/path",
    "Deployment/*/spec/replicas",
    // A policy sees the ports of pods, not those of Services.
    "NetworkPolicy/*/ingress/*/port",
    // D21: nobody is bound unless named.
    "RoleBinding/*-service-proxier",
];

fn path(id: &Id) -> String {
    format!("{}/{}/{}", id.0, id.1, id.2)
}

/// Collects the paths of what is in `theirs` and not in `ours`. Nothing, an empty map and an empty list
/// are the same.
fn missing(theirs: &Value, ours: &Value, path: &str, lost: &mut Vec<String>) {
    match (theirs, ours) {
        (Value::Object(theirs), _) => {
            for (name, value) in theirs.iter().filter(|(_, value)| !is_nothing(value)) {
                missing(value, &ours[name], &format!("{path}/{name}"), lost);
            }
        }
        (Value::Array(theirs), Value::Array(ours)) if theirs.len() == ours.len() => {
            for (index, (theirs, ours)) in theirs.iter().zip(ours).enumerate() {
                missing(theirs, ours, &format!("{path}/{index}"), lost);
            }
        }
        _ if theirs == ours => {}
        _ => lost.push(path.to_owned()),
    }
}

fn is_nothing(value: &Value) -> bool {
    match value {
        Value::Null => true,
        Value::Object(map) => map.is_empty(),
        Value::Array(list) => list.is_empty(),
        _ => false,
    }
}

fn matches(pattern: &str, text: &str) -> bool {
    let mut parts = pattern.split('*');
    let Some(mut rest) = text.strip_prefix(parts.next().unwrap_or_default()) else { return false };
    for part in parts {
        if part.is_empty() {
            return true;
        }
        match rest.find(part) {
            Some(at) => rest = &rest[at + part.len()..],
            None => return false,
        }
    }
    rest.is_empty()
}

/// The controller may do all it could do before, where its code needs it.
#[track_caller]
fn same_rights(theirs: &Objects, ours: &Objects, title: &str) {
    let allowed = ours.permissions();
    let lost: Vec<Permission> = theirs
        .permissions()
        .into_iter()
        .filter(|wanted| {
            let not_needed = wanted.subject == "system:authenticated" // D21
                // The key under the legacy name is found by the list.
                || (wanted.resource == "secrets" && wanted.verb == "get" && !wanted.name.is_empty())
                || (wanted.resource == "events" && wanted.verb == "patch") // repeated events are new ones
                // A Role in one namespace can only be about that one.
                || (wanted.resource == "namespaces" && !wanted.namespace.is_empty() && wanted.name != wanted.namespace);
            !not_needed && !allowed.iter().any(|given| covers(given, wanted))
        })
        .collect();
    assert!(lost.is_empty(), "with the values\n{title}\nour chart does not allow {lost:#?}");
}

fn covers(given: &Permission, wanted: &Permission) -> bool {
    (given.namespace.is_empty() || given.namespace == wanted.namespace)
        && (given.name.is_empty() || given.name == wanted.name)
        && (&given.subject, &given.group, &given.resource, &given.verb)
            == (&wanted.subject, &wanted.group, &wanted.resource, &wanted.verb)
}

#[test]
fn patterns_match_as_a_shell_would() {
    assert!(matches("a/*/c", "a/b/c"));
    assert!(matches("a*", "abc"));
    assert!(!matches("a/*/c", "a/b/d"));
    assert!(!matches("a", "ab"));
}
