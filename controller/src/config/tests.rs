use std::collections::HashMap;

use super::*;

fn run(words: &[&str], variables: &[(&str, &str)]) -> Result<Start, ConfigError> {
    let variables: HashMap<&str, &str> = variables.iter().copied().collect();
    let line = std::iter::once("controller").chain(words.iter().copied()).map(OsString::from);
    start(line, &|name| variables.get(name).map(|value| (*value).to_owned()))
}

#[track_caller]
fn settings(words: &[&str], variables: &[(&str, &str)]) -> Settings {
    match run(words, variables) {
        Ok(Start::Run(settings)) => *settings,
        Ok(Start::PrintVersion) => panic!("{words:?} {variables:?} printed the version"),
        Err(error) => panic!("{words:?} {variables:?} was refused: {error}"),
    }
}

#[track_caller]
fn refusal(words: &[&str], variables: &[(&str, &str)]) -> String {
    match run(words, variables) {
        Err(error) => error.to_string(),
        Ok(_) => panic!("{words:?} {variables:?} was accepted"),
    }
}

const HOUR: Duration = Duration::from_secs(3600);

#[test]
fn defaults_are_those_of_upstream() {
    let s = settings(&[], &[]);
    assert_eq!(s.watch, WatchScope::All);
    assert_eq!(s.label_selector, None);
    assert!(s.accept_v1 && s.update_status && s.repair_drift);
    assert!(!s.old_gc && !s.skip_recreate);
    assert_eq!((s.max_unseal_retries, s.concurrency), (5, 16));
    assert_eq!(
        s.keys,
        KeySettings {
            prefix: "sealed-secrets-key".to_owned(),
            size: 4096,
            ttl: HOUR * 87_600,
            common_name: String::new(),
            renew_period: Some(HOUR * 720),
            order: KeyOrder::CertNotBefore,
            cutoff: None,
            annotations: BTreeMap::new(),
            labels: BTreeMap::new(),
        }
    );
    assert_eq!(
        s.http,
        HttpSettings {
            listen: ListenAddr { host: String::new(), port: 8080 },
            listen_metrics: ListenAddr { host: String::new(), port: 8081 },
            read_timeout: Some(Duration::from_secs(120)),
            write_timeout: Some(Duration::from_secs(120)),
            rate: 2,
            burst: 2,
        }
    );
    assert_eq!(s.log, LogSettings { level: 0, format: LogFormat::Text, info_to_stdout: true });
    assert_eq!(s.leader.duration, Duration::from_secs(15));
    assert!(s.leader.elect && s.warnings.is_empty());
}

/// Every flag of upstream, typed both ways and set by its variable: name, value, and what must have changed.
#[test]
fn every_flag_of_upstream_works_in_all_three_spellings() {
    type Check = fn(&Settings) -> bool;
    let table: &[(&str, &str, Check)] = &[
        ("key-prefix", "mine", |s| s.keys.prefix == "mine"),
        ("key-size", "2048", |s| s.keys.size == 2048),
        ("key-size", "0x800", |s| s.keys.size == 2048),
        ("key-ttl", "1h30m", |s| s.keys.ttl == HOUR * 3 / 2),
        ("my-cn", "-dash and space", |s| s.keys.common_name == "-dash and space"),
        ("key-renew-period", "0", |s| s.keys.renew_period.is_none()),
        ("rotate-period", "2h", |s| s.keys.renew_period == Some(HOUR * 2)),
        ("key-order-priority", "SecretCreationTimestamp", |s| {
            s.keys.order == KeyOrder::SecretCreationTimestamp
        }),
        ("key-cutoff-time", "Mon, 02 Jan 2006 15:04:05 -0700", |s| s.keys.cutoff.is_some()),
        ("additional-namespaces", "a,b", |s| s.watch != WatchScope::All),
        ("label-selector", "a=b,c in (d)", |s| s.label_selector.as_deref() == Some("a=b,c in (d)")),
        ("rate-limit", "7", |s| s.http.rate == 7),
        ("rate-limit-burst", "0", |s| s.http.burst == 0),
        ("privatekey-annotations", "a=b", |s| s.keys.annotations.len() == 1),
        ("privatekey-labels", "a=b,c=d", |s| s.keys.labels.len() == 2),
        ("max-unseal-retries", "-1", |s| s.max_unseal_retries == 0),
        ("kubeclient-qps", "-1", |s| s.concurrency == 16),
        ("kubeclient-burst", "-3", |s| s.concurrency == 16),
        ("log-level", "debug", |s| s.log.level == -4),
        ("log-format", "json", |s| s.log.format == LogFormat::Json),
        ("listen-addr", "127.0.0.1:1", |s| s.http.listen.port == 1),
        ("listen-metrics-addr", "[::1]:2", |s| s.http.listen_metrics.host == "::1"),
        ("read-timeout", "1h", |s| s.http.read_timeout == Some(HOUR)),
        ("write-timeout", "0", |s| s.http.write_timeout.is_none()),
        ("kubeconfig", "/k", |s| s.kubeconfig.is_some()),
        ("lease-duration", "30s", |s| s.leader.duration == Duration::from_secs(30)),
        ("concurrency", "3", |s| s.concurrency == 3),
    ];
    for (flag, value, check) in table {
        let separate = format!("--{flag}");
        let joined = format!("--{flag}={value}");
        let variable = format!("SEALED_SECRETS_{}", flag.to_uppercase().replace('-', "_"));
        assert!(check(&settings(&[&separate, value], &[])), "{separate} {value}");
        assert!(check(&settings(&[&joined], &[])), "{joined}");
        assert!(check(&settings(&[], &[(&variable, value)])), "{variable}={value}");
    }
}

#[test]
fn every_boolean_takes_a_value_only_after_an_equals_sign() {
    type Read = fn(&Settings) -> bool;
    let table: &[(&str, Read)] = &[
        ("accept-deprecated-v1-data", |s| s.accept_v1),
        ("all-namespaces", |s| s.watch == WatchScope::All),
        ("old-gc-behavior", |s| s.old_gc),
        ("update-status", |s| s.update_status),
        ("skip-recreate", |s| s.skip_recreate),
        ("repair-drift", |s| s.repair_drift),
        ("leader-elect", |s| s.leader.elect),
        ("log-info-stdout", |s| s.log.info_to_stdout),
    ];
    for (flag, read) in table {
        assert!(read(&settings(&[&format!("--{flag}")], &[])), "{flag} alone is true");
        assert!(
            read(&settings(&[&format!("--{flag}"), "false"], &[])),
            "{flag}: a separate word is no value"
        );
        for value in ["1", "t", "T", "TRUE", "true", "True"] {
            assert!(read(&settings(&[&format!("--{flag}={value}")], &[])), "{flag}={value}");
        }
        let variable = format!("SEALED_SECRETS_{}", flag.to_uppercase().replace('-', "_"));
        for value in ["0", "f", "F", "FALSE", "false", "False"] {
            assert!(!read(&settings(&[&format!("--{flag}={value}")], &[])), "{flag}={value}");
            assert!(!read(&settings(&[], &[(&variable, value)])), "{variable}={value}");
        }
        for value in ["", "yes", "maybe"] {
            assert!(refusal(&[&format!("--{flag}={value}")], &[]).contains(flag), "{flag}={value}");
            assert!(refusal(&[], &[(&variable, value)]).contains(&variable), "{variable}={value}");
        }
    }
}

#[test]
fn the_command_line_beats_the_environment_and_the_last_of_several_wins() {
    assert_eq!(settings(&["--rate-limit=3"], &[("SEALED_SECRETS_RATE_LIMIT", "9")]).http.rate, 3);
    assert_eq!(settings(&["--rate-limit=3", "--rate-limit", "4"], &[]).http.rate, 4);
    assert!(!settings(&["--update-status", "--update-status=false"], &[]).update_status);
    assert!(settings(&["--update-status"], &[("SEALED_SECRETS_UPDATE_STATUS", "false")]).update_status);
    let both = settings(&["--rotate-period=1h", "--key-renew-period=2h"], &[]);
    assert_eq!((both.keys.renew_period, both.warnings.len()), (Some(HOUR * 2), 0));
    let both = settings(&["--key-renew-period=2h", "--rotate-period=1h"], &[]);
    assert_eq!((both.keys.renew_period, both.warnings.len()), (Some(HOUR), 1));
    let typed = settings(&["--key-renew-period=2h"], &[("SEALED_SECRETS_ROTATE_PERIOD", "1h")]);
    assert_eq!(typed.keys.renew_period, Some(HOUR * 2));
}

#[test]
fn words_that_are_no_flags_are_ignored() {
    assert_eq!(settings(&["x", "--rate-limit=3", "y", "-", "--", "--nonsense", "z"], &[]).http.rate, 3);
}

#[test]
fn a_set_but_empty_variable_is_the_empty_value() {
    assert_eq!(settings(&[], &[("SEALED_SECRETS_MY_CN", "")]).keys.common_name, "");
    let typed = refusal(&[], &[("SEALED_SECRETS_KEY_SIZE", "")]);
    assert!(typed.contains("SEALED_SECRETS_KEY_SIZE"), "{typed}");
}

#[test]
fn a_variable_that_does_not_parse_is_an_error_that_names_it() {
    for (variable, value) in [
        ("SEALED_SECRETS_KEY_TTL", "30d"),
        ("SEALED_SECRETS_KEY_SIZE", "big"),
        ("SEALED_SECRETS_KUBECLIENT_QPS", "fast"),
        ("SEALED_SECRETS_ALL_NAMESPACES", "yes"),
    ] {
        let text = refusal(&[], &[(variable, value)]);
        assert!(text.contains(variable) && text.contains("write"), "{text}");
        assert!(!text.contains('\n'), "one line: {text}");
    }
}

#[test]
fn bad_flags_end_with_status_2_and_help_with_0() {
    for words in [&["--nope"][..], &["-v"], &["--key-size=abc"], &["--key-size"], &["--key-ttl", "30d"]] {
        match run(words, &[]) {
            Err(ConfigError::Usage(error)) => assert_eq!(error.exit_code(), 2, "{words:?}"),
            other => panic!("{words:?}: {other:?}"),
        }
    }
    for word in ["--help", "-h"] {
        match run(&[word], &[("SEALED_SECRETS_KEY_SIZE", "bad")]) {
            Err(ConfigError::Usage(error)) => assert_eq!(error.exit_code(), 0),
            other => panic!("{word}: {other:?}"),
        }
    }
}

#[test]
fn the_version_comes_before_any_other_check() {
    let bad = [("SEALED_SECRETS_KEY_SIZE", "bad"), ("SEALED_SECRETS_RATE_LIMIT", "0")];
    assert!(matches!(run(&["--version"], &bad), Ok(Start::PrintVersion)));
    assert!(matches!(run(&["--version", "--rate-limit=0"], &[]), Ok(Start::PrintVersion)));
    assert!(matches!(run(&[], &[("SEALED_SECRETS_VERSION", "true")]), Ok(Start::PrintVersion)));
    assert!(matches!(run(&["--version=false"], &[]), Ok(Start::Run(_))));
    let pattern_fits = VERSION.strip_prefix('v').is_some_and(|v| v.split('.').count() == 3);
    assert!(pattern_fits, "{VERSION}");
}

#[test]
fn values_that_make_no_sense_are_refused_with_the_flag_and_what_to_do() {
    for (word, hint) in [
        ("--rate-limit=0", "use 1"),
        ("--rate-limit=-1", "use 1"),
        ("--rate-limit-burst=-1", "use 0"),
        ("--key-renew-period=-1h", "use 0"),
        ("--rotate-period=-1h", "use 0"),
        ("--key-cutoff-time=yesterday", "date -R"),
        ("--key-prefix=Upper", "a-z"),
        ("--key-prefix=a.b", "a-z"),
        ("--key-prefix=", "empty"),
        ("--privatekey-annotations=a", "name=value"),
        ("--privatekey-labels=a=b,", "name=value"),
        ("--privatekey-labels==b", "name=value"),
        ("--key-size=1024", "2048"),
        ("--key-size=5000", "2048"),
        ("--key-ttl=0", "more than 0"),
        ("--key-ttl=-1h", "more than 0"),
        ("--concurrency=0", "use 1"),
        ("--lease-duration=0", "at least"),
        ("--lease-renew-period=8s", "less than half"),
        ("--lease-name=", "--leader-elect=false"),
        ("--listen-addr=8080", "host:port"),
        ("--listen-addr=::1:8080", "brackets"),
        ("--listen-metrics-addr=:http", "host:port"),
    ] {
        let text = refusal(&[word], &[]);
        let flag = word.trim_start_matches("--").split('=').next().unwrap();
        let named = if flag == "rotate-period" { "key-renew-period" } else { flag };
        assert!(text.contains(&format!("--{named}")) && text.contains(hint), "{word}: {text}");
    }
}

#[test]
fn a_key_prefix_of_245_characters_is_the_longest() {
    assert_eq!(settings(&[&format!("--key-prefix={}", "k".repeat(245))], &[]).keys.prefix.len(), 245);
    assert!(refusal(&[&format!("--key-prefix={}", "k".repeat(246))], &[]).contains("246"));
}

#[test]
fn pairs_are_split_as_upstream_does() {
    let s = settings(
        &["--privatekey-labels=a=b=c,sealedsecrets.bitnami.com/sealed-secrets-key=mine,a=z,e="],
        &[],
    );
    let labels: Vec<_> = s.keys.labels.iter().map(|(k, v)| (k.as_str(), v.as_str())).collect();
    assert_eq!(labels, [("a", "z"), ("e", "")], "a second = cuts, the key label stays ours");
}

#[test]
fn namespaces_are_deduplicated_and_the_own_one_comes_from_the_pod() {
    let pod = ("POD_NAMESPACE", "here");
    let s = settings(&["--additional-namespaces=a,here,b,a,, c"], &[pod]);
    let names = |list: &[&str]| list.iter().map(|n| (*n).to_owned()).collect();
    assert_eq!(
        s.watch,
        WatchScope::Namespaces { own: "here".to_owned(), additional: names(&["a", "b", " c"]) }
    );
    assert_eq!(s.namespace, "here");
    let own = settings(&["--all-namespaces=false"], &[pod]).watch;
    assert_eq!(own, WatchScope::Namespaces { own: "here".to_owned(), additional: Vec::new() });
}

#[test]
fn the_own_namespace_falls_back_to_the_token_file_and_then_to_default() {
    let directory = std::env::temp_dir().join(format!("signet-namespace-{}", std::process::id()));
    let none = |_: &str| None;
    let empty = |_: &str| Some(String::new());
    assert_eq!(own_namespace(&none, &directory), "default");
    std::fs::write(&directory, " from-file\n").unwrap();
    assert_eq!(own_namespace(&none, &directory), "from-file");
    assert_eq!(own_namespace(&empty, &directory), "from-file");
    std::fs::write(&directory, "\n").unwrap();
    assert_eq!(own_namespace(&none, &directory), "default");
    std::fs::remove_file(&directory).unwrap();
}

#[test]
fn log_levels_have_gos_forms_and_an_invalid_one_means_info() {
    for (text, level) in [
        ("DEBUG", -4),
        ("info", 0),
        ("Warn", 4),
        ("ERROR", 8),
        ("INFO+2", 2),
        ("error-1", 7),
        ("debug-4", -8),
    ] {
        assert_eq!(log_level(text), Some(level), "{text}");
    }
    for text in ["", "TRACE", "INFO+", "INFO+x", "+2", "INFO +2", "0"] {
        assert_eq!(log_level(text), None, "{text:?}");
        let s = settings(&[&format!("--log-level={text}")], &[]);
        assert_eq!((s.log.level, s.warnings.len()), (0, 1), "{text:?}");
    }
}

#[test]
fn an_unknown_key_order_means_the_default_and_is_said() {
    let s = settings(&["--key-order-priority=newest"], &[]);
    assert_eq!((s.keys.order, s.warnings.len()), (KeyOrder::CertNotBefore, 1));
}

#[test]
fn the_flags_of_the_upstream_chart_are_accepted_as_it_writes_them() {
    // The chart writes flag and value as separate words, and booleans bare.
    let words = [
        "--update-status",
        "--watch-for-secrets",
        "--key-renew-period",
        "0",
        "--key-ttl",
        "87600h",
        "--key-cutoff-time",
        "Mon, 02 Jan 2006 15:04:05 -0700",
        "--rate-limit",
        "2",
        "--rate-limit-burst",
        "2",
        "--additional-namespaces",
        "a,b",
        "--privatekey-annotations",
        "a=b",
        "--privatekey-labels",
        "c=d",
        "--log-info-stdout",
        "--log-level",
        "INFO",
        "--log-format",
        "text",
        "--max-unseal-retries",
        "5",
        "--kubeclient-qps",
        "5",
        "--kubeclient-burst",
        "10",
        "--all-namespaces=false",
        "--skip-recreate",
        "--key-prefix",
        "sealed-secrets-key",
        "--listen-addr",
        ":8080",
        "--listen-metrics-addr",
        ":8081",
    ];
    assert!(settings(&words, &[]).keys.renew_period.is_none());
}

#[test]
fn the_command_line_definition_is_consistent() {
    command_line().debug_assert();
}
