//! Flags, variables, kubeconfigs and certificates.

use super::{Case, SEAL, compare, secret};

/// Namespace of the input x of the flag x of the kubeconfig x scope flag x annotation.
#[test]
fn scope_and_namespace_are_decided_as_kubeseal_does() {
    let kubeconfig = |namespace: &str| {
        format!(
            "apiVersion: v1\nkind: Config\ncurrent-context: c\nclusters:\n- name: k\n  cluster: {{server: \
             'https://127.0.0.1:1'}}\nusers:\n- name: u\n  user: {{token: t}}\ncontexts:\n- name: c\n  context: \
             {{cluster: k, user: u{namespace}}}\n- name: d\n  context: {{cluster: k, user: u, namespace: other}}\n"
        )
    };
    let annotations = [
        "",
        "sealedsecrets.bitnami.com/cluster-wide: 'true'",
        "sealedsecrets.bitnami.com/namespace-wide: 'true'",
        "sealedsecrets.bitnami.com/cluster-wide: 'True', sealedsecrets.bitnami.com/namespace-wide: '1'",
        "sealedsecrets.bitnami.com/cluster-wide: 'true', sealedsecrets.bitnami.com/namespace-wide: 'true'",
    ];
    let mut cases = Vec::new();
    for namespace in ["", ", namespace: b"] {
        for annotation in annotations {
            let input = secret(&format!(
                "metadata: {{name: a{namespace}, annotations: {{{annotation}}}}}\nstringData: {{k: v}}\n"
            ));
            for scope in ["", "--scope strict", "--scope namespace-wide", "--scope=cluster-wide", "--scope="]
            {
                for flag in ["", "-n b", "--namespace=z"] {
                    let line = format!("{SEAL} {scope} {flag}");
                    cases.push(Case::new(&*line, input.clone()));
                    if annotation.is_empty() {
                        for config in [kubeconfig(""), kubeconfig(", namespace: ctx")] {
                            let case = Case::new(&*line, input.clone()).file("kube.yaml", config);
                            cases.push(case.env("KUBECONFIG", "kube.yaml"));
                        }
                    }
                }
            }
        }
    }
    compare("scope_and_namespace_are_decided_as_kubeseal_does", cases);
}

#[test]
fn kubeconfigs_give_the_namespace_they_give_to_kubeseal() {
    let input = secret("metadata: {name: a}\nstringData: {k: v}\n");
    let cluster = "clusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\n";
    let contexts = "contexts:\n- {name: c, context: {cluster: k, user: u, namespace: one}}\n\
                    - {name: d, context: {cluster: k, user: u, namespace: two}}\n\
                    - {name: e, context: {cluster: missing, user: missing}}\n";
    let whole = format!("current-context: c\n{cluster}{contexts}");
    let lines = [
        "",
        "--context d",
        "--context e",
        "--context missing",
        "--cluster k",
        "--cluster missing",
        "--user missing",
        "--kubeconfig kube.yaml",
        "--kubeconfig missing.yaml",
        "--server https://127.0.0.1:2",
        "--certificate-authority missing.pem",
        "--client-certificate missing.pem",
        "--kubeconfig broken.yaml",
        "--client-certificate cert.pem",
        "--client-certificate cert.pem --client-key key.pem",
        "--client-key missing.pem",
        "--insecure-skip-tls-verify",
        "--token t",
        "--as someone --as-group g",
    ];
    let mut cases = Vec::new();
    for line in lines {
        for config in
            ["", "kube.yaml", "missing.yaml:kube.yaml", "first.yaml:kube.yaml", "broken.yaml", "empty.yaml"]
        {
            let case = Case::new(format!("{SEAL} {line}"), input.clone())
                .file("kube.yaml", &*whole)
                .file("first.yaml", "current-context: d\ncontexts: []\n")
                .file("broken.yaml", "clusters: [\n")
                .file("empty.yaml", "");
            cases.push(case.env("KUBECONFIG", config));
        }
    }
    for config in [
        format!("current-context: missing\n{cluster}{contexts}"),
        format!("{cluster}{contexts}"),
        "current-context: c\ncontexts: [{name: c, context: {namespace: alone}}]\n".to_owned(),
        "current-context: c\ncontexts: [{name: c, context: {cluster: k, namespace: alone}}]\n\
         clusters: [{name: k, cluster: {certificate-authority: /missing, server: 'https://127.0.0.1:1'}}]\n"
            .to_owned(),
        "apiVersion: v1\nkind: Config\n".to_owned(),
    ] {
        for line in ["", "-n flag"] {
            cases.push(
                Case::new(format!("{SEAL} {line}"), input.clone())
                    .file("kube.yaml", &*config)
                    .env("KUBECONFIG", "kube.yaml"),
            );
        }
    }
    compare("kubeconfigs_give_the_namespace_they_give_to_kubeseal", cases);
}

#[test]
fn command_lines_and_variables_are_read_as_kubeseal_does() {
    let input = secret("metadata: {name: a, namespace: b}\nstringData: {k: v}\n");
    let lines = [
        "",
        "--format yaml",
        "--format=yaml",
        "-o yaml",
        "-oyaml",
        "-o=yaml",
        "-o YAML",
        "-o Json",
        "-o xml",
        "-o=",
        "-o",
        "--format",
        "--format=",
        "words among --format yaml flags",
        "-- --format yaml",
        "--",
        "-",
        "--nope",
        "--nope=1",
        "-x",
        "-ox -n",
        "---format",
        "--=",
        "--scope bad",
        "--scope",
        "--allow-empty-data=maybe",
        "--allow-empty-data=1",
        "--allow-empty-data=F",
        "--allow-empty-data false",
        "--from-file x",
        "--from-file=x --raw=false",
        "-v 3",
        "-v=3",
        "-v3",
        "-v",
        "-v x",
        "--v=x",
        "--logtostderr",
        "--logtostderr=x",
        "--stderrthreshold=2",
        "--vmodule=a=1",
        "--log_file_max_size=x",
        "--request-timeout 1s",
        "--as-group a,b",
        "--disable-compression",
        "--insecure-skip-tls-verify=true",
        "--recovery-private-key missing",
        "--from-file \"a",
        "--name n",
        "--name=",
        "--name",
        "-w out.json",
        "-w out.yaml",
        "-w out.yml",
        "-w out.YAML",
        "-w .yaml",
        "-w out.yaml -o json",
        "-w out",
        "-w missing/out",
        "-f missing",
        "-f in.yaml",
        "-f=in.yaml",
        "-fin.yaml",
        "-f in.yaml -w in.yaml",
        "-f .",
    ];
    let mut cases: Vec<Case> = lines
        .iter()
        .map(|line| Case::new(format!("{SEAL} {line}"), input.clone()).file("in.yaml", &*input))
        .collect();
    for (name, value) in [
        ("SEALED_SECRETS_FORMAT", "yaml"),
        ("SEALED_SECRETS_FORMAT", ""),
        ("SEALED_SECRETS_FORMAT", "xml"),
        ("SEALED_SECRETS_SCOPE", "cluster-wide"),
        ("SEALED_SECRETS_SCOPE", ""),
        ("SEALED_SECRETS_NAMESPACE", "b"),
        ("SEALED_SECRETS_NAMESPACE", "z"),
        ("SEALED_SECRETS_NAMESPACE", "ns/b"),
        ("SEALED_SECRETS_NAME", "forced"),
        ("SEALED_SECRETS_FETCH_CERT", "true"),
        ("SEALED_SECRETS_FETCH_CERT", "t"),
        ("SEALED_SECRETS_SECRET_FILE", "in.yaml"),
        ("SEALED_SECRETS_SEALED_SECRET_FILE", "out.yaml"),
        ("SEALED_SECRETS_VERSION", "0.36.6"),
        ("SEALED_SECRETS_FROM_FILE", "x"),
        ("SEALED_SECRETS_FROM_FILE", ""),
        ("SEALED_SECRETS_V", "x"),
        ("SEALED_SECRETS_RAW", ""),
        ("SEALED_SECRETS_CERT", "missing"),
    ] {
        for line in [SEAL, "--cert cert.pem -o json --scope=strict", "--cert=cert.pem -n b"] {
            cases.push(Case::new(line, input.clone()).env(name, value).file("in.yaml", &*input));
        }
    }
    cases.push(Case::new("", input.clone()).env("SEALED_SECRETS_CERT", "cert.pem"));
    compare("command_lines_and_variables_are_read_as_kubeseal_does", cases);
}

#[test]
fn raw_values_are_sealed_for_what_kubeseal_seals_them_for() {
    let mut cases = Vec::new();
    let config = "current-context: c\nclusters: [{name: k, cluster: {server: 'https://127.0.0.1:1'}}]\n\
                  contexts: [{name: c, context: {cluster: k, namespace: ctx}}]\n";
    for scope in ["", "--scope strict", "--scope namespace-wide", "--scope cluster-wide"] {
        for name in ["", "--name a"] {
            for namespace in ["", "-n b", "--namespace ns/b"] {
                for from in [
                    "",
                    "--from-file value",
                    "--from-file key=value",
                    "--from-file value,value",
                    "--from-file missing",
                ] {
                    let line = format!("{SEAL} --raw {scope} {name} {namespace} {from}");
                    cases.push(Case::new(&*line, "in\n").file("value", "from file"));
                    if from.is_empty() {
                        let case = Case::new(line, "").file("kube", config);
                        cases.push(case.env("KUBECONFIG", "kube"));
                    }
                }
            }
        }
    }
    compare("raw_values_are_sealed_for_what_kubeseal_seals_them_for", cases);
}

#[test]
fn certificates_are_found_and_judged_as_kubeseal_does() {
    let input = secret("metadata: {name: a, namespace: b}\nstringData: {k: v}\n");
    let sources = [
        "cert.pem",
        "./cert.pem",
        "missing.pem",
        "-",
        "%zz",
        "key.pem",
        "chain",
        "empty",
        "text",
        "headers",
        "broken",
        "file://SANDBOX/cert.pem",
        "file://host/missing",
        "ftp://x/y",
        "http://127.0.0.1:1/x",
        ".",
        "c:cert.pem",
        "a b",
        ":x",
        "1:2",
    ];
    let pem = crate::support::KEY.certificate.clone();
    let other = &crate::support::OTHER_KEY.certificate;
    let mut cases = Vec::new();
    for source in sources {
        for mode in ["", "--fetch-cert"] {
            let source = source.replace(' ', "~");
            if source.contains("SANDBOX") {
                continue;
            }
            cases.push(
                Case::new(format!("--cert {source} {mode}"), input.clone())
                    .file("chain", format!("text\n{pem}{other}"))
                    .file("empty", "")
                    .file("text", "certificate")
                    .file("headers", pem.replace("CERTIFICATE-----\n", "CERTIFICATE-----\nA: b\n\n"))
                    .file("broken", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n"),
            );
        }
    }
    compare("certificates_are_found_and_judged_as_kubeseal_does", cases);
}
