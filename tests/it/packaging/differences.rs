//! Where the chart is meant to differ from the one of sealed-secrets: its defects, and what is new.

use anyhow::Result;
use serde_json::json;
use signet_tests::scenario_without_cluster;

use super::chart::{Chart, list};

/// What the arguments are after the one or two words that every rendering has.
async fn args(chart: &Chart, values: &str) -> Result<Vec<String>> {
    Ok(chart.render(values).await?.args().into_iter().map(str::to_owned).collect())
}

#[tokio::test]
async fn default_arguments_are_known_to_sealed_secrets_too() {
    scenario_without_cluster(async |s| {
        let expected = [
            "--update-status",
            "--key-prefix",
            "sealed-secrets-key",
            "--listen-addr",
            ":8080",
            "--listen-metrics-addr",
            ":8081",
        ];
        assert_eq!(args(&Chart::ours(s).await?, "{}").await?, expected);
        assert_eq!(args(&Chart::upstream(s).await?, "{}").await?, expected);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn switches_that_are_on_by_default_can_be_turned_off() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        for (values, flag) in [
            ("updateStatus: false", "--update-status=false"),
            ("logInfoStdout: false", "--log-info-stdout=false"),
            ("leaderElection: {enabled: false}", "--leader-elect=false"),
            ("repairDrift: false", "--repair-drift=false"),
        ] {
            let args = args(&chart, values).await?;
            assert!(args.iter().any(|arg| arg == flag), "{values}: {args:?}");
        }
        let args = args(&chart, "logInfoStdout: true").await?;
        assert!(args.iter().any(|arg| arg == "--log-info-stdout"), "{args:?}");
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_key_without_a_value_is_as_if_it_were_not_there() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        let expected: Vec<_> = args(&chart, "{}").await?.into_iter().skip(1).collect();
        let unset = "{updateStatus: , logInfoStdout: , keyrenewperiod: , rateLimit: , privateKeyLabels: , commonLabels: , \
                     additionalNamespaces: , replicas: , affinity: , pdb: {minAvailable: , maxUnavailable: }}";
        assert_eq!(args(&chart, unset).await?, expected);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn namespaced_roles_cover_the_own_namespace_and_need_no_other_switch() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        for switch in ["true", "false"] {
            let values = format!(
                "{{rbac: {{namespacedRoles: true, clusterRole: {switch}}}, additionalNamespaces: [one, own, two]}}"
            );
            let objects = chart.render(&values).await?;
            for namespace in ["own", "one", "two"] {
                objects.get("Role", namespace, "secrets-unsealer");
                objects.get("RoleBinding", namespace, "release-sealed-secrets");
            }
            assert_eq!(objects.of_kind("ClusterRole").count(), 0);
            assert_eq!(objects.of_kind("ClusterRoleBinding").count(), 0);
            assert!(!objects.args().contains(&"--all-namespaces=false"));
        }
        // Without a list there would be no right to watch all namespaces.
        let objects = chart.render("rbac: {namespacedRoles: true}").await?;
        objects.get("Role", "own", "secrets-unsealer");
        assert!(objects.args().contains(&"--all-namespaces=false"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn without_the_cluster_role_nothing_is_bound_to_it() {
    scenario_without_cluster(async |s| {
        let objects = Chart::ours(s).await?.render("rbac: {clusterRole: false}").await?;
        assert_eq!(objects.of_kind("ClusterRole").count(), 0);
        assert_eq!(objects.of_kind("ClusterRoleBinding").count(), 0);
        assert!(objects.has("RoleBinding", "release-sealed-secrets-key-admin"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_http_api_is_opened_to_nobody_unless_named() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        let objects = chart.render("{}").await?;
        objects.get("Role", "own", "release-sealed-secrets-service-proxier");
        assert!(!objects.has("RoleBinding", "release-sealed-secrets-service-proxier"));
        let subjects = json!([{ "kind": "Group", "name": "team", "apiGroup": "rbac.authorization.k8s.io" }]);
        for written in [subjects.to_string(), json!(subjects.to_string()).to_string()] {
            let values = format!("rbac: {{serviceProxier: {{subjects: {written}}}}}");
            let objects = chart.render(&values).await?;
            let binding = objects.get("RoleBinding", "own", "release-sealed-secrets-service-proxier");
            assert_eq!(binding["subjects"], subjects);
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn two_replicas_run_where_the_chart_lets_them_elect_and_one_elsewhere() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        for (values, replicas) in [
            ("{}", 2),
            ("rbac: {create: false}", 1),
            ("leaderElection: {enabled: false}", 1),
            ("{replicas: 3, rbac: {create: false}}", 3),
            ("replicas: 0", 0),
        ] {
            let objects = chart.render(values).await?;
            let deployment = objects.deployment().expect("a Deployment was rendered");
            assert_eq!(deployment["spec"]["replicas"], replicas, "{values}");
            let spread = &deployment["spec"]["template"]["spec"]["topologySpreadConstraints"];
            assert_eq!(list(spread).count(), usize::from(replicas > 1), "{values}");
        }
        let objects = chart
            .render("{affinity: {nodeAffinity: {a: b}}, topologySpreadConstraints: [{maxSkew: 2}]}")
            .await?;
        let pod = &objects.deployment().expect("a Deployment was rendered")["spec"]["template"]["spec"];
        assert_eq!(pod["affinity"], json!({ "nodeAffinity": { "a": "b" } }));
        assert_eq!(pod["topologySpreadConstraints"], json!([{ "maxSkew": 2 }]));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn the_lease_in_the_rights_is_the_one_in_the_arguments() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        for (values, name) in
            [("{}", "sealed-secrets-controller"), ("leaderElection: {leaseName: mine}", "mine")]
        {
            let objects = chart.render(values).await?;
            let permissions = objects.permissions();
            let named: Vec<_> =
                permissions.iter().filter(|p| p.resource == "leases" && !p.name.is_empty()).collect();
            assert!(
                !named.is_empty() && named.iter().all(|p| p.name == name && p.namespace == "own"),
                "{named:?}"
            );
            let args = objects.args();
            let given = args.iter().position(|arg| *arg == "--lease-name").map(|at| args[at + 1]);
            assert_eq!(given.unwrap_or("sealed-secrets-controller"), name);
        }
        let objects = chart.render("leaderElection: {enabled: false}").await?;
        assert!(objects.permissions().iter().all(|p| p.resource != "leases"));
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn pods_are_as_restricted_as_the_strictest_pod_security_level_asks() {
    scenario_without_cluster(async |s| {
        let objects = Chart::ours(s).await?.render("{}").await?;
        let pod = &objects.deployment().expect("a Deployment was rendered")["spec"]["template"]["spec"];
        assert_eq!(pod["securityContext"]["seccompProfile"]["type"], "RuntimeDefault");
        let expected = json!({
            "allowPrivilegeEscalation": false,
            "capabilities": { "drop": ["ALL"] },
            "readOnlyRootFilesystem": true,
            "runAsNonRoot": true,
            "runAsUser": 1001,
        });
        assert_eq!(objects.container()["securityContext"], expected);
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn a_disruption_budget_has_exactly_one_limit() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        for (values, field, limit) in [
            ("{}", "maxUnavailable", json!(1)),
            ("pdb: {minAvailable: 1}", "minAvailable", json!(1)),
            ("pdb: {minAvailable: 0}", "minAvailable", json!(0)),
            ("pdb: {minAvailable: 50%}", "minAvailable", json!("50%")),
        ] {
            let objects = chart.render(values).await?;
            let spec = &objects.get("PodDisruptionBudget", "own", "release-sealed-secrets")["spec"];
            assert_eq!(spec[field], limit, "{values}");
            assert_eq!(spec.as_object().map(serde_json::Map::len), Some(2), "{spec}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn what_is_new_reaches_the_pod() {
    scenario_without_cluster(async |s| {
        let values = "{image: {digest: 'sha256:0000000000000000000000000000000000000000000000000000000000000000'}, \
                      extraEnv: [{name: A, value: '{{ .Release.Name }}'}], lifecycle: {preStop: {sleep: {seconds: 5}}}, \
                      updateStrategy: {rollingUpdate: {maxSurge: 0}}, terminationGracePeriodSeconds: 60, concurrency: 4}";
        let objects = Chart::ours(s).await?.render(values).await?;
        let container = objects.container();
        let digest = format!("localhost/signet-controller@sha256:{}", "0".repeat(64));
        assert_eq!(container["image"], digest);
        assert_eq!(container["env"][0]["name"], "POD_NAME");
        assert_eq!(container["env"][1], json!({ "name": "A", "value": "release" }));
        assert_eq!(container["lifecycle"]["preStop"]["sleep"]["seconds"], 5);
        assert!(objects.args().ends_with(&["--concurrency", "4"]));
        let spec = &objects.deployment().expect("a Deployment was rendered")["spec"];
        assert_eq!(spec["strategy"]["rollingUpdate"]["maxSurge"], 0);
        assert_eq!(spec["template"]["spec"]["terminationGracePeriodSeconds"], 60);
        Ok(())
    })
    .await;
}

/// A typed value that cannot mean anything is refused before it reaches a cluster.
#[tokio::test]
async fn values_of_the_wrong_type_are_refused() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        for values in [
            "updateStatus: 'false'",
            "replicas: -1",
            "replicas: two",
            "privateKeyLabels: {a: 1}",
            "privateKeyAnnotations: {a: ''}",
            "additionalNamespaces: one",
            "secretName: Upper",
            "logFormat: xml",
            "service: {type: ExternalName}",
            "image: {digest: latest}",
            "metrics: {service: {port: 99999}}",
            "rbac: []",
        ] {
            assert!(chart.text(values).await.is_err(), "{values} was taken");
        }
        Ok(())
    })
    .await;
}

#[tokio::test]
async fn names_of_services_fit_whatever_the_name_of_the_release() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        let objects = chart.render(&format!("fullnameOverride: {}", "x".repeat(70))).await?;
        for service in objects.of_kind("Service") {
            assert!(service["metadata"]["name"].as_str().is_some_and(|name| name.len() <= 63), "{service}");
        }
        Ok(())
    })
    .await;
}

/// The older chart fails to render the first.
#[tokio::test]
async fn certificates_for_the_ingress_are_given_or_made() {
    scenario_without_cluster(async |s| {
        let chart = Chart::ours(s).await?;
        let given = "ingress: {enabled: true, secrets: [{name: t, key: KEY, certificate: CERT}], extraTls: [{secretName: t}]}";
        let objects = chart.render(given).await?;
        assert_eq!(objects.get("Secret", "own", "t")["data"], json!({ "tls.key": "S0VZ", "tls.crt": "Q0VSVA==" }));
        let objects = chart.render("ingress: {enabled: true, tls: true, selfSigned: true}").await?;
        let made = &objects.get("Secret", "own", "sealed-secrets.local-tls")["data"];
        assert!(["tls.crt", "tls.key", "ca.crt"].iter().all(|entry| made[entry].is_string()));
        let tls = &objects.get("Ingress", "own", "release-sealed-secrets")["spec"]["tls"];
        assert_eq!(tls[0]["secretName"], "sealed-secrets.local-tls");
        Ok(())
    })
    .await;
}
