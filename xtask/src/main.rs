//! The project's own commands: `cargo xtask VERB`.

mod bench;
mod cargo;
mod ci;
mod control_plane;
mod demo;
mod fuzz_seeds;
mod generate;
mod test;

use std::process::ExitCode;

use signet_tests::progress::say;

const USAGE: &str = "\
usage: cargo xtask VERB

  demo [--keep]        a real API server, our controller and CLI beside the real kubeseal, and what happened;
                       --keep leaves it running until Ctrl-C
  test [ARGS]          every test; ARGS go to cargo test (a name, or -p PACKAGE)
  ci                   what CI runs: format, clippy, docs, generated files, licences, each package alone, tests
  generate [--check]   writes the generated files; --check only says which are stale
  generate --goldens   asks real Go how the templates of tests/template-goldens render
  control-plane        runs etcd and a kube-apiserver until Ctrl-C, and prints a kubeconfig
  bench [ARGS]         measures beside the real kubeseal and controller; ARGS go to signet-bench
  bench template       Go's template engine alone
  fuzz-seeds           a corpus and a dictionary for the fuzzer of templates
  bench instr          instructions and sizes against their budgets (needs valgrind)

What is not in the cache is built first: SIGNET_CACHE, else XDG_CACHE_HOME/signet, else ~/.cache/signet.";

fn main() -> ExitCode {
    let args: Vec<String> = std::env::args().skip(1).collect();
    let Some((verb, args)) = args.split_first() else {
        say(USAGE);
        return ExitCode::from(2);
    };
    let result = match verb.as_str() {
        "demo" => demo::run(args),
        "test" => test::run(args),
        "ci" => ci::run(args),
        "generate" => generate::run(args),
        "control-plane" => control_plane::run(args),
        "bench" => bench::run(args),
        "fuzz-seeds" => fuzz_seeds::run(),
        _ => {
            say(USAGE);
            return ExitCode::from(2);
        }
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            say(&format!("{verb} failed: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
