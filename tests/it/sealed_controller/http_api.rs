//! The HTTP API over the wire, directly and through the API server.

use anyhow::{Context as _, Result};
use http::{Method, Request};
use http_body_util::Full;
use signet_crds::bitnami::SealedSecret;
use signet_sealed::Scope;
use signet_tests::controller::{NAMESPACE, SERVICE};
use signet_tests::http::{Reply, get, post, send};

use super::canary::assert_no_canary;
use super::draft::texts;
use super::ground::{Running, for_one_namespace, in_yard, on_stage};
use super::keys;

async fn ask(controller: &Running, path: &str, body: impl Into<Vec<u8>>) -> Result<Reply> {
    post(&format!("http://{}{path}", controller.http), "application/octet-stream", body.into()).await
}

fn json(sealed: &SealedSecret) -> Vec<u8> {
    serde_json::to_vec(sealed).expect("a SealedSecret is written as JSON")
}

/// JSON is YAML, but it takes another way through the controller.
fn yaml(sealed: &SealedSecret) -> String {
    format!("# a comment\n---\n{}\n", String::from_utf8_lossy(&json(sealed)))
}

#[tokio::test(flavor = "multi_thread")]
async fn the_certificate_is_served_to_any_method() {
    on_stage(async |space, controller| {
        let reply = controller.get("/v1/cert.pem").await?;
        assert_eq!(reply.status, 200);
        assert_eq!(reply.headers["content-type"], "application/x-pem-file");
        assert_eq!(reply.text(), space.certificate().await?.to_pem());
        for method in [Method::POST, Method::PUT, Method::DELETE] {
            let url = format!("http://{}/v1/cert.pem", controller.http);
            let again = send(Request::builder().method(method).uri(url).body(Full::default())?).await?;
            assert_eq!((again.status, again.body), (reply.status, reply.body.clone()));
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn probes_answer_and_unknown_paths_do_not() {
    on_stage(async |_, controller| {
        let healthz = controller.get("/healthz").await?;
        assert_eq!((healthz.status.as_u16(), healthz.text().as_str()), (200, "ok\n"));
        assert_eq!(healthz.headers["content-type"], "text/plain; charset=utf-8");
        assert_eq!(controller.get("/readyz").await?.status, 200);
        for path in ["/", "/metrics", "/v1", "/v1/verify/", "/v1/cert.pem/", "/V1/verify", "//v1/cert.pem"] {
            assert_eq!(controller.get(path).await?.status, 404, "{path}");
        }
        for path in ["/healthz", "/v1/cert.pem", "/"] {
            let url = format!("http://{}{path}", controller.metrics);
            assert_eq!(get(&url).await?.status, 404, "{path}");
        }
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_says_whether_an_object_can_be_opened() {
    on_stage(async |space, controller| {
        let certificate = space.certificate().await?;
        let good = space.draft("db").value("foo", "bar").value("foo2", "bar2").seal(&certificate);
        let mut renamed = good.clone();
        renamed.metadata.name = Some("another".to_owned());
        let wide = space.draft("db").value("foo", "bar").scope(Scope::ClusterWide).seal(&certificate);
        let mut moved = wide.clone();
        moved.metadata.namespace = Some("elsewhere".to_owned());
        let mut half = good.clone();
        half.spec.encrypted_data.insert("bad".to_owned(), "AgA=".to_owned());
        let foreign = space.draft("db").value("foo", "bar").seal(&keys::nth(5)?.certificate);
        // An answer that depended on how a template turns out could be used to read values.
        let mut template = good.clone();
        template.spec.template.data = texts(&[("x", "{{ fail .foo }}")]);
        let mut kindless = serde_json::to_value(&good)?;
        kindless.as_object_mut().context("no object")?.remove("kind");
        let secret = serde_json::json!({"apiVersion": "v1", "kind": "Secret", "metadata": {"name": "db"}});
        let two = format!("{}---\n{}", yaml(&good), yaml(&good));
        let cases = [
            ("json", json(&good), 200),
            ("yaml", yaml(&good).into(), 200),
            ("empty", json(&space.draft("db").seal(&certificate)), 200),
            ("moved", json(&moved), 200),
            ("template", json(&template), 200),
            ("renamed", json(&renamed), 409),
            ("half", json(&half), 409),
            ("foreign", json(&foreign), 409),
            ("kindless", kindless.to_string().into(), 500),
            ("secret", secret.to_string().into(), 500),
            ("nothing", Vec::new(), 500),
            ("no object", b"[]".to_vec(), 500),
            ("no yaml", b"a: [".to_vec(), 500),
            ("binary", vec![0, 0xff, 0xfe], 500),
            ("two documents", two.into(), 500),
        ];
        for (what, body, status) in cases {
            let reply = ask(controller, "/v1/verify", body).await?;
            assert_eq!((reply.status.as_u16(), reply.text().as_str()), (status, ""), "{what}");
        }
        // Whether the answer arrives before the connection ends is a matter of chance; it ends in any case.
        if let Ok(reply) = ask(controller, "/v1/verify", vec![b' '; 10 << 20]).await {
            assert_eq!(reply.status, 413);
        }
        assert_eq!(ask(controller, "/v1/verify", json(&good)).await?.status, 200);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rotate_seals_again_and_leaves_the_rest_as_it_is() {
    on_stage(async |space, controller| {
        let certificate = space.certificate().await?;
        let draft = space.draft("db").value("foo", "bar").value("foo2", "bar2").label("team", "a");
        let draft = draft.template_label("of", "template").of_type("example.com/a");
        for scope in Scope::ALL {
            let sealed = draft.clone().scope(scope).seal(&certificate);
            for body in [json(&sealed), yaml(&sealed).into()] {
                let reply = ask(controller, "/v1/rotate", body).await?;
                assert_eq!(reply.status, 200, "{scope}");
                assert_no_canary("the answer", &reply.text());
                let rotated: SealedSecret = serde_json::from_slice(&reply.body)?;
                assert_eq!(rotated.metadata.labels, sealed.metadata.labels);
                assert_eq!(rotated.metadata.annotations, sealed.metadata.annotations);
                assert_eq!(rotated.spec.template.type_, "example.com/a");
                assert_eq!(rotated.spec.template.metadata.labels, sealed.spec.template.metadata.labels);
                for name in ["foo", "foo2"] {
                    assert_ne!(rotated.spec.encrypted_data[name], sealed.spec.encrypted_data[name]);
                }
                // What is under its new seal is what was under the old one.
                space.apply(&rotated).await?;
                space.secret_with("db", &[("foo", "bar"), ("foo2", "bar2")]).await?;
                space.delete_sealed("db").await?;
                space.gone("db").await?;
            }
        }
        // The template is not authenticated: it must not widen the scope.
        let wide = "sealedsecrets.bitnami.com/cluster-wide";
        let sly = draft.template_annotation(wide, "true").seal(&certificate);
        let rotated: SealedSecret =
            serde_json::from_slice(&ask(controller, "/v1/rotate", json(&sly)).await?.body)?;
        let mut moved = rotated.clone();
        moved.metadata.namespace = Some("elsewhere".to_owned());
        assert_eq!(ask(controller, "/v1/verify", json(&moved)).await?.status, 409);
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn rotate_refuses_in_one_way_whatever_is_wrong() {
    on_stage(async |space, controller| {
        let certificate = space.certificate().await?;
        let good = space.draft("db").value("foo", "bar").seal(&certificate);
        let mut renamed = good.clone();
        renamed.metadata.name = Some("another".to_owned());
        let mut broken = good.clone();
        broken.spec.encrypted_data.insert("foo".to_owned(), "%".to_owned());
        let foreign = space.draft("db").value("foo", "bar").seal(&keys::nth(5)?.certificate);
        for body in [json(&renamed), json(&broken), json(&foreign), Vec::new(), b"{}".to_vec()] {
            let reply = ask(controller, "/v1/rotate", body).await?;
            assert_eq!((reply.status.as_u16(), reply.text().as_str()), (500, ""));
        }
        Ok(())
    })
    .await;
}

/// As the CLI reaches it, without a way to the pod.
#[tokio::test(flavor = "multi_thread")]
async fn everything_can_be_reached_through_the_service_proxy() {
    on_stage(async |space, _| {
        let through = async |path: &str, body: Vec<u8>| {
            let uri = format!("/api/v1/namespaces/{NAMESPACE}/services/http:{SERVICE}:http/proxy{path}");
            space.client.request_text(Request::post(uri).body(body)?).await.map_err(anyhow::Error::from)
        };
        let certificate = space.certificate().await?;
        assert_eq!(through("/v1/cert.pem", Vec::new()).await?, certificate.to_pem());
        let sealed = space.draft("db").value("foo", "bar").seal(&certificate);
        assert_eq!(through("/v1/verify", json(&sealed)).await?, "");
        let rotated: SealedSecret = serde_json::from_str(&through("/v1/rotate", json(&sealed)).await?)?;
        space.apply(&rotated).await?;
        space.secret_with("db", &[("foo", "bar")]).await?;
        assert_eq!(through("/healthz", Vec::new()).await?, "ok\n");
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn verify_and_rotate_share_one_limit_for_each_caller() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = for_one_namespace(cluster, &space.namespace)?.flags(&["--rate-limit=1"]);
        let controller = Running::new(setup.start().await?);
        let certificate = controller.certificate().await?;
        let sealed = json(&space.draft("db").value("foo", "bar").seal(&certificate));
        let from = async |caller: &str, path: &str| {
            let request =
                Request::post(format!("http://{}{path}", controller.http)).header("X-Forwarded-For", caller);
            send(request.body(Full::from(sealed.clone()))?).await
        };
        let paths = ["/v1/verify", "/v1/rotate", "/v1/verify"];
        for (number, path) in paths.into_iter().enumerate() {
            let reply = from("192.0.2.1", path).await?;
            assert_eq!(reply.status, 200, "{number}");
            assert_eq!(reply.headers["x-ratelimit-limit"], "3");
        }
        let limited = from("192.0.2.1", "/v1/rotate").await?;
        assert_eq!((limited.status.as_u16(), limited.text().trim_end()), (429, "limit exceeded"));
        assert_eq!(limited.headers["x-ratelimit-remaining"], "0");
        assert!(
            limited.headers.contains_key("retry-after") && limited.headers.contains_key("x-ratelimit-reset")
        );
        // Nothing else is limited.
        for _ in 0..10 {
            assert_eq!(controller.get("/v1/cert.pem").await?.status, 200);
        }
        let text = get(&format!("http://{}/metrics", controller.metrics)).await?.text();
        assert!(text.contains(r#"code="429""#), "{text}");
        Ok(())
    })
    .await;
}

/// Dashboards and alerts of existing installations read these.
#[tokio::test(flavor = "multi_thread")]
async fn metrics_have_the_names_that_others_read_and_our_own() {
    in_yard(async |cluster, space| {
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let controller = Running::new(for_one_namespace(cluster, &space.namespace)?.start().await?);
        let metrics = async || anyhow::Ok(get(&format!("http://{}/metrics", controller.metrics)).await?.text());
        // What never occurred is absent and not 0, but for one.
        let text = metrics().await?;
        assert!(text.contains("\nsealed_secrets_controller_unseal_requests_total 0\n"), "{text}");
        assert!(!text.contains("unseal_errors_total{") && !text.contains("condition_info{"), "{text}");

        let certificate = controller.certificate().await?;
        let good = space.draft("good").value("foo", "bar").label("app.kubernetes.io/instance", "shop");
        space.apply(&good.seal(&certificate)).await?;
        space.apply(&space.draft("bad").value("foo", "bar").seal(&keys::nth(5)?.certificate)).await?;
        space.synced("good").await?;
        space.refused("bad").await?;
        let text = metrics().await?;
        let ns = &space.namespace;
        let series = [
            "sealed_secrets_controller_build_info{revision=\"v".to_owned(),
            format!("sealed_secrets_controller_unseal_errors_total{{namespace=\"{ns}\",reason=\"unseal\"}}"),
            format!(
                "sealed_secrets_controller_condition_info{{condition=\"Synced\",name=\"good\",namespace=\"{ns}\",ss_app_kubernetes_io_instance=\"shop\"}} 1"
            ),
            format!(
                "sealed_secrets_controller_condition_info{{condition=\"Synced\",name=\"bad\",namespace=\"{ns}\",ss_app_kubernetes_io_instance=\"\"}} -1"
            ),
            "sealed_secrets_controller_http_requests_total{code=\"200\",method=\"get\",path=\"/v1/cert.pem\"}".to_owned(),
            "sealed_secrets_controller_http_request_duration_seconds_bucket{method=\"get\",path=\"/v1/cert.pem\",le=\"0.005\"}"
                .to_owned(),
            "signet_rsa_private_ops_total ".to_owned(),
            "signet_reconcile_duration_seconds_count{outcome=\"created\"}".to_owned(),
            "signet_queue_depth{lane=\"changes\"}".to_owned(),
            "signet_index_size 2".to_owned(),
            "signet_api_requests_total{code=\"".to_owned(),
            "signet_leader 1".to_owned(),
            "signet_keys 1".to_owned(),
            "signet_key_secrets_invalid 0".to_owned(),
            "process_resident_memory_bytes ".to_owned(),
            "process_cpu_seconds_total ".to_owned(),
        ];
        for start in series {
            assert!(text.lines().any(|line| line.starts_with(&start)), "no {start} in:\n{text}");
        }
        Ok(())
    })
    .await;
}
