//! The operator's program.

use std::process::ExitCode;

use signet_controller::config::{self, ConfigError, Start};
use signet_controller::{logging, wiring};

fn main() -> ExitCode {
    let start = config::start(std::env::args_os(), &|name| std::env::var(name).ok());
    let settings = match start {
        Ok(Start::Run(settings)) => settings,
        Ok(Start::PrintVersion) => {
            #[expect(clippy::print_stdout, reason = "the version is what was asked for")]
            {
                println!("controller version: {}", config::VERSION);
            }
            return ExitCode::SUCCESS;
        }
        Err(error) => return refuse(&error),
    };
    logging::init(&settings.log);
    match run(*settings) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            tracing::error!(error = format!("{error:#}"), "cannot go on");
            ExitCode::from(2)
        }
    }
}

fn run(settings: config::Settings) -> anyhow::Result<()> {
    if rustls::crypto::aws_lc_rs::default_provider().install_default().is_err() {
        anyhow::bail!("another TLS provider is installed already");
    }
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(wiring::run(settings))
}

#[expect(clippy::print_stderr, reason = "logging is not set up yet")]
fn refuse(error: &ConfigError) -> ExitCode {
    if let ConfigError::Usage(usage) = error {
        // A closed terminal is no reason for another exit code.
        let _ = usage.print();
        return ExitCode::from(u8::try_from(usage.exit_code()).unwrap_or(2));
    }
    eprintln!("error: {error}");
    ExitCode::FAILURE
}
