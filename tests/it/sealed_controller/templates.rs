//! `template.data`: entries that are rendered from the opened values.

use std::collections::BTreeMap;

use anyhow::Result;
use k8s_openapi::ByteString;
use signet_crds::bitnami::{SealedSecret, SyncedReason};
use signet_tests::RecordingProxy;
use signet_tests::controller::Setup;

use super::canary::secret_text;
use super::draft::texts;
use super::ground::{Running, for_one_namespace, in_yard, on_stage};
use super::keys;
use super::restart::costs_nothing;
use super::space::Space;

/// Gives the Secret to be these entries.
fn templated(entries: &[(&str, &str)]) -> impl Fn(&mut SealedSecret) {
    let entries = texts(entries);
    move |sealed| sealed.spec.template.data.clone_from(&entries)
}

/// The entries of the Secret.
async fn entries(space: &Space, name: &str) -> Result<BTreeMap<String, ByteString>> {
    Ok(space.secrets().get(name).await?.data.unwrap_or_default())
}

fn bytes(text: &str) -> ByteString {
    ByteString(text.as_bytes().to_vec())
}

#[tokio::test(flavor = "multi_thread")]
async fn templates_are_rendered_from_the_values() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let draft = space.draft("db").value("password", "p@ss").bytes("raw", vec![0xff, 0, 0xfe]);
        let draft = draft.with(templated(&[
            ("url", "postgres://app:{{ .password | urlquery }}@db"),
            ("password", "{{ .password | b64enc }}"),
            ("copy", "{{ .raw }}"),
            ("missing", "{{ .nothing }}"),
        ]));
        space.apply(&draft.seal(&certificate)).await?;
        space.synced("db").await?;
        let found = entries(space, "db").await?;
        let password = secret_text("p@ss");
        assert_eq!(found["url"], bytes(&format!("postgres://app:{}@db", password.replace('@', "%40"))));
        // In place of the value, which the other template saw as it was.
        assert_eq!(found["password"], bytes(&base64(password.as_bytes())));
        assert_eq!(found["copy"].0, [0xff, 0, 0xfe]);
        assert_eq!(found["raw"].0, [0xff, 0, 0xfe]);
        assert_eq!(found["missing"], bytes("<no value>"));
        assert_eq!(found.len(), 5);

        // A template that changes and one that goes change the Secret.
        space.edit("db", templated(&[("url", "{{ len .password }}")])).await?;
        let expected = BTreeMap::from([
            ("password".to_owned(), bytes(&password)),
            ("raw".to_owned(), ByteString(vec![0xff, 0, 0xfe])),
            ("url".to_owned(), bytes(&password.len().to_string())),
        ]);
        space.secret("db", "its entries", |secret| secret.data.as_ref() == Some(&expected)).await?;
        Ok(())
    })
    .await;
}

fn base64(bytes: &[u8]) -> String {
    use base64::Engine as _;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_that_fails_writes_nothing_and_says_why() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let broken = [
            ("loud", "{{ fail .foo }}"),
            ("plain", r#"{{ fail "no user" }}"#),
            ("unknown", "{{ .foo | nope }}"),
            ("withheld", r#"{{ env "HOME" }}"#),
        ];
        space
            .apply(&space.draft("new").value("foo", "bar").with(templated(&broken)).seal(&certificate))
            .await?;
        let condition = space.refused_as("new", SyncedReason::TemplateFailed).await?;
        let message = condition.message.unwrap_or_default();
        let lines: Vec<&str> = message.lines().collect();
        assert_eq!(lines.len(), broken.len(), "{message}");
        for (line, (name, _)) in lines.iter().zip(&broken) {
            assert!(
                line.starts_with(&format!("template: {name}:1:")) && line.ends_with(&format!("({name})")),
                "{line}"
            );
        }
        assert!(lines[0].contains("[hidden]") && lines[1].contains("no user"), "{message}");
        assert!(lines[3].contains("it reads the environment"), "{message}");
        assert!(space.event("new", "ErrUnsealFailed").await?.contains("nope"));
        space.has_no_secret("new").await?;

        space.apply(&space.draft("old").value("foo", "bar").seal(&certificate)).await?;
        space.synced("old").await?;
        let before = space.secrets().get("old").await?;
        space.edit("old", templated(&broken)).await?;
        space.refused_as("old", SyncedReason::TemplateFailed).await?;
        let after = space.secrets().get("old").await?;
        assert_eq!(after.metadata.resource_version, before.metadata.resource_version);

        // With the templates gone, all is well again.
        space.edit("new", |sealed| sealed.spec.template.data.clear()).await?;
        space.secret_with("new", &[("foo", "bar")]).await?;
        space.synced("new").await?;
        Ok(())
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_template_without_end_stops_nothing_else() {
    on_stage(async |space, _| {
        let certificate = space.certificate().await?;
        let endless = [
            ("deep", r#"{{ define "t" }}{{ template "t" }}{{ end }}{{ template "t" }}"#),
            ("long", "{{ range until 1000000000 }}{{ end }}"),
            ("slow", "{{ range 1000 }}{{ bcrypt \"x\" }}{{ end }}"),
            ("wide", r#"{{ repeat 1000000000 "x" }}"#),
        ];
        for number in 0..4 {
            let draft = space.draft(&format!("endless-{number}")).value("foo", "bar");
            space.apply(&draft.with(templated(&endless)).seal(&certificate)).await?;
        }
        space.beat("beat", &certificate).await?;
        for number in 0..4 {
            let name = format!("endless-{number}");
            let message = space.refused_as(&name, SyncedReason::TemplateFailed).await?.message;
            assert_eq!(message.as_deref().unwrap_or_default().lines().count(), endless.len(), "{message:?}");
            space.has_no_secret(&name).await?;
        }
        Ok(())
    })
    .await;
}

/// Also where the outcome is another one each time.
#[tokio::test(flavor = "multi_thread")]
async fn a_restart_renders_nothing_again() {
    in_yard(async |cluster, space| {
        let proxy = RecordingProxy::start(cluster).await?;
        keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        let setup = || anyhow::Ok(for_one_namespace(cluster, &space.namespace)?.through(&proxy));
        let first = Running::new(setup()?.start().await?);
        let certificate = first.certificate().await?;
        let entries = [("token", "{{ randAlphaNum 20 }}"), ("at", "{{ now }}"), ("copy", "{{ .foo }}")];
        space
            .apply(&space.draft("db").value("foo", "bar").with(templated(&entries)).seal(&certificate))
            .await?;
        space.synced("db").await?;
        let before = space.secrets().get("db").await?;
        first.stop().await?;
        let second = costs_nothing(setup()?, &proxy, 1).await?;
        let after = space.secrets().get("db").await?;
        assert_eq!(after.metadata.resource_version, before.metadata.resource_version);

        // Whoever changes what was rendered gets it rendered again.
        space.edit_secret("db", |secret| drop(secret.data.as_mut().map(|data| data.remove("token")))).await?;
        let token = |secret: &k8s_openapi::api::core::v1::Secret| {
            secret.data.as_ref().and_then(|data| data.get("token")).map(|token| token.0.len())
        };
        space.secret("db", "its token", |secret| token(secret) == Some(20)).await?;
        second.stop().await
    })
    .await;
}

/// Templates whose outcome is always the same, of every kind that people write.
fn alike() -> Vec<(&'static str, &'static str)> {
    vec![
        ("field", "{{ .user }}"),
        ("index", r#"{{ index . "pass.word" }}"#),
        ("json", r#"{"user": {{ .user | toJson }}, "password": {{ index . "pass.word" | toJson }}}"#),
        ("quote", "{{ .user | quote }} {{ .user | squote }}"),
        ("default", r#"{{ .nothing | default "none" }} {{ .empty | default "empty" }}"#),
        ("missing", r#"{{ .nothing }} {{ .nothing.more }} <{{ index . "nothing" }}>"#),
        ("printf", r#"{{ printf "%s:%q:%d:%5.1f|%-8s|" .user .user 7 1.25 "x" }}"#),
        ("lines", "{{- range $name, $value := . }}\n{{ $name }}={{ $value | len }}\n{{- end }}"),
        ("indent", "a:\n{{ .text | indent 2 }}\nb:{{ .text | nindent 4 }}"),
        ("choice", r#"{{ if eq .user "admin" }}yes{{ else if .empty }}empty{{ else }}no{{ end }}"#),
        (
            "helper",
            r#"{{ define "pair" }}{{ .name }}={{ .value }}{{ end }}{{ template "pair" (dict "name" "u" "value" .user) }}"#,
        ),
        ("bytes", "{{ .raw }}"),
        ("coded", "{{ .raw | b64enc }} {{ .raw | b64enc | b64dec | len }}"),
        ("digest", "{{ .user | sha256sum }}"),
        (
            "docker",
            r#"{"auths":{"registry.example.com":{"auth":"{{ printf "%s:%s" .user (index . "pass.word") | b64enc }}"}}}"#,
        ),
        ("user", "{{ .user | upper }}"),
        ("html", "{{ .text | html }} {{ .text | urlquery }} {{ .text | js }}"),
        ("blank", ""),
        ("plain", "no action { here }"),
    ]
}

/// The entries that the controller of the namespace makes of [`alike`].
async fn rendered(space: &Space) -> Result<BTreeMap<String, ByteString>> {
    let draft = space.draft("db").value("user", "app").value("pass.word", "p\"<&>'").value("empty", "");
    let draft = draft.value("text", "one\n  two\t<b>\n").bytes("raw", (0..=255).collect());
    let draft = draft.with(templated(&alike()));
    space.apply(&draft.seal(&keys::nth(0)?.certificate)).await?;
    space.synced("db").await?;
    entries(space, "db").await
}

#[tokio::test(flavor = "multi_thread")]
async fn the_real_controller_renders_the_same() {
    in_yard(async |cluster, space| {
        let theirs = Space::fresh(cluster, "the-real-controller").await?;
        for space in [space, &theirs] {
            keys::put(&space.client, &space.namespace, "key", &keys::nth(0)?).await?;
        }
        let _ours = Running::new(for_one_namespace(cluster, &space.namespace)?.start().await?);
        let real = Setup::upstream(cluster, &theirs.namespace);
        let _real = Running::new(real.flags(&["--all-namespaces=false"]).start().await?);
        let (ours, theirs) = (rendered(space).await?, rendered(&theirs).await?);
        assert!(theirs.len() > alike().len());
        let text = |entry: &ByteString| String::from_utf8_lossy(&entry.0).into_owned();
        for (name, entry) in &theirs {
            let own = ours.get(name).unwrap_or_else(|| panic!("{name} is missing"));
            assert_eq!(own, entry, "{name}: {:?} instead of {:?}", text(own), text(entry));
        }
        assert_eq!(ours.len(), theirs.len());
        Ok(())
    })
    .await;
}
