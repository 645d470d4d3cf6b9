use http::{Method, StatusCode};

use super::*;

struct Fixed(Vec<(&'static str, &'static str, ConditionValue, &'static str)>);

impl ConditionSource for Fixed {
    fn for_each(&self, f: &mut dyn FnMut(Condition<'_>)) {
        for (namespace, name, value, instance) in &self.0 {
            f(Condition { namespace, name, value: *value, instance });
        }
    }
}

/// Names of the families that a fresh process exports.
fn families(text: &str) -> Vec<&str> {
    text.lines()
        .filter_map(|line| line.strip_prefix("# TYPE "))
        .filter_map(|rest| rest.split(' ').next())
        .collect()
}

#[test]
fn series_that_never_occurred_are_absent() {
    let text = Metrics::new("v1").unwrap().render();
    assert!(text.contains("sealed_secrets_controller_build_info{revision=\"v1\"} 1\n"), "{text}");
    assert!(text.contains("sealed_secrets_controller_unseal_requests_total 0\n"), "{text}");
    for absent in
        ["unseal_errors_total", "condition_info", "http_requests_total", "http_request_duration_seconds"]
    {
        let name = format!("sealed_secrets_controller_{absent}");
        assert!(!families(&text).contains(&name.as_str()), "{name}");
    }
    assert!(text.contains("\nprocess_start_time_seconds "), "{text}");
}

#[test]
fn upstreams_series_have_its_labels() {
    let metrics = Metrics::new("v1").unwrap();
    metrics.unseal_request();
    metrics.unseal_error(UnsealError::Unseal, "ns");
    metrics.http_request(HttpPath::Verify, &Method::POST, StatusCode::CONFLICT, Duration::from_millis(7));
    metrics.http_request(
        HttpPath::Verify,
        &Method::from_bytes(b"BREW").unwrap(),
        StatusCode::OK,
        Duration::ZERO,
    );
    let text = metrics.render();
    for line in [
        "sealed_secrets_controller_unseal_requests_total 1",
        "sealed_secrets_controller_unseal_errors_total{namespace=\"ns\",reason=\"unseal\"} 1",
        "sealed_secrets_controller_http_requests_total{code=\"409\",method=\"post\",path=\"/v1/verify\"} 1",
        "sealed_secrets_controller_http_requests_total{code=\"200\",method=\"unknown\",path=\"/v1/verify\"} 1",
        "sealed_secrets_controller_http_request_duration_seconds_bucket{method=\"post\",path=\"/v1/verify\",le=\"0.005\"} 0",
        "sealed_secrets_controller_http_request_duration_seconds_bucket{method=\"post\",path=\"/v1/verify\",le=\"0.01\"} 1",
        "sealed_secrets_controller_http_request_duration_seconds_count{method=\"post\",path=\"/v1/verify\"} 1",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
}

#[test]
fn conditions_are_written_from_their_source_and_follow_it() {
    let metrics = Metrics::new("v1").unwrap();
    metrics.set_condition_source(Arc::new(Fixed(vec![
        ("ns", "good", ConditionValue::True, "app"),
        ("ns", "bad", ConditionValue::False, ""),
        ("ns", "new", ConditionValue::Unknown, "a\"b\\c\nd"),
    ])));
    let text = metrics.render();
    let lines: Vec<_> = text.lines().filter(|l| l.contains("condition_info")).collect();
    let name = "sealed_secrets_controller_condition_info";
    assert_eq!(lines[1], format!("# TYPE {name} gauge"));
    assert_eq!(
        lines[2..],
        [
            format!(
                "{name}{{condition=\"Synced\",name=\"good\",namespace=\"ns\",ss_app_kubernetes_io_instance=\"app\"}} 1"
            ),
            format!(
                "{name}{{condition=\"Synced\",name=\"bad\",namespace=\"ns\",ss_app_kubernetes_io_instance=\"\"}} -1"
            ),
            format!(
                "{name}{{condition=\"Synced\",name=\"new\",namespace=\"ns\",ss_app_kubernetes_io_instance=\"a\\\"b\\\\c\\nd\"}} 0"
            ),
        ]
    );
}

#[test]
fn our_own_series_are_prefixed_and_labelled_from_enums() {
    let metrics = Metrics::new("v1").unwrap();
    metrics.rsa_operations(3);
    metrics.observe_reconcile(Outcome::Repaired, Duration::from_secs(1));
    metrics.set_queue_depth(Lane::Resync, 9);
    metrics.set_index_size(4);
    metrics.api_request(Verb::Get, Resource::Secrets, 404);
    metrics.api_request(Verb::Update, Resource::SealedSecretsStatus, 0);
    metrics.drift_repair();
    metrics.status_retry();
    metrics.set_leader(true);
    metrics.set_keys(2, 1);
    metrics.observe_key_generation(Duration::from_secs(2));
    let text = metrics.render();
    for line in [
        "signet_rsa_private_ops_total 3",
        "signet_reconcile_duration_seconds_count{outcome=\"repaired\"} 1",
        "signet_queue_depth{lane=\"resync\"} 9",
        "signet_index_size 4",
        "signet_api_requests_total{code=\"404\",resource=\"secrets\",verb=\"get\"} 1",
        "signet_api_requests_total{code=\"0\",resource=\"sealedsecrets/status\",verb=\"update\"} 1",
        "signet_drift_repairs_total 1",
        "signet_status_write_retries_total 1",
        "signet_leader 1",
        "signet_keys 2",
        "signet_key_secrets_invalid 1",
        "signet_key_generation_duration_seconds_count 1",
    ] {
        assert!(text.lines().any(|l| l == line), "{line} is not in\n{text}");
    }
}

#[test]
fn every_family_is_declared_once() {
    let metrics = Metrics::new("v1").unwrap();
    metrics.set_condition_source(Arc::new(Fixed(vec![("a", "b", ConditionValue::True, "")])));
    let text = metrics.render();
    let mut names = families(&text);
    let count = names.len();
    names.sort_unstable();
    names.dedup();
    assert_eq!(names.len(), count);
}
