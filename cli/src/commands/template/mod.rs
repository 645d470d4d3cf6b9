//! `signet template`: renders a template as the cluster would, with values from a file.

mod data;
mod excerpt;
mod functions;

pub(super) use functions::reference_page;

use std::io::{self, IsTerminal as _};
use std::path::Path;

use signet_secret::{Plaintext, SecretMap};
use signet_template::{Engine, Limits, MissingKey, Value};

use crate::args::{EngineChoice, MissingKeyChoice, TemplateArgs, TemplateCommand};
use crate::environment::System;
use crate::error::{Exit, Failure, Outcome};
use crate::input;
use crate::output::{Output, say};
use crate::settings::InputFile;

use super::name_of;

/// Renders the template, or says what templates can call.
pub(super) fn run(args: TemplateArgs) -> Outcome {
    if let Some(TemplateCommand::Functions(args)) = args.command {
        return functions::run(&args);
    }
    let (file, data) = inputs(args.file.as_deref(), args.data.as_deref())?;
    let engine = engine(args.engine.engine)
        .missing_key(missing_key(args.missing_key))
        .delimiters(&args.left_delimiter, &args.right_delimiter);
    let template = read(&file, Limits::default().template_bytes)?;
    let values =
        data::values(&read(&data, data::LIMIT)?).map_err(|failure| failure.at(name_of(&data).display()))?;
    let rendered = render(&engine, name_of(&file), template.expose(), &values)?;
    write(args.write.as_deref(), &rendered)
}

/// Template and values. The parser asks for both; only one can be standard input.
fn inputs(file: Option<&Path>, data: Option<&Path>) -> Outcome<(InputFile, InputFile)> {
    let named = |path: Option<&Path>, what: &str| {
        path.map(InputFile::new).ok_or_else(|| Failure::usage(format!("{what} is missing")))
    };
    let (file, data) = (named(file, "the template's FILE")?, named(data, "--data FILE")?);
    if file == InputFile::Stdin && data == InputFile::Stdin {
        return Err(Failure::usage("the template and --data are both standard input")
            .hint("write one of them to a file"));
    }
    Ok((file, data))
}

fn engine(choice: EngineChoice) -> Engine {
    match choice {
        EngineChoice::External => Engine::external(),
        EngineChoice::Sealed => Engine::sealed(),
    }
}

fn missing_key(choice: MissingKeyChoice) -> MissingKey {
    match choice {
        MissingKeyChoice::Default => MissingKey::Default,
        MissingKeyChoice::Zero => MissingKey::Zero,
        MissingKeyChoice::Error => MissingKey::Error,
    }
}

fn read(file: &InputFile, limit: usize) -> Outcome<Plaintext> {
    match file {
        InputFile::Path(path) => input::read_file_up_to(limit, path),
        InputFile::Stdin => {
            if input::stdin_is_terminal() {
                say("(reading standard input; end it with Ctrl-D)");
            }
            input::read_stdin_up_to(limit)
        }
    }
}

fn render(engine: &Engine, name: &Path, text: &[u8], values: &SecretMap) -> Outcome<Plaintext> {
    let name = name.display().to_string();
    let render = || engine.parse(&name, text)?.render(&Value::from(values), &mut System::new());
    render().map_err(|error| {
        let excerpt = excerpt::excerpt(&name, text, error.position());
        Failure::input(format!("{error}\n{excerpt}"))
    })
}

fn write(path: Option<&Path>, rendered: &Plaintext) -> Outcome {
    if path.is_none() && io::stdout().is_terminal() && !is_printable(rendered.expose()) {
        return Err(Failure::new(Exit::Failure, "the output is not text, and standard output is a terminal")
            .hint("write it to a file with --write FILE, or pipe it into a program"));
    }
    let mut output = Output::to(path)?;
    output.write(rendered.expose())?;
    output.finish()
}

/// Whether a terminal shows the bytes as they are, and does nothing else.
fn is_printable(bytes: &[u8]) -> bool {
    let harmless = |c: char| !c.is_control() || matches!(c, '\t' | '\n' | '\r');
    std::str::from_utf8(bytes).is_ok_and(|text| text.chars().all(harmless))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_would_steer_a_terminal_is_not_printed_on_one() {
        for (bytes, printable) in [
            (&b"text\tand\r\nmore \xc3\xa4\n"[..], true),
            (b"", true),
            (b"\xff", false),
            (b"nul \0", false),
            (b"\x1b[31mred", false),
            (b"\xc2\x9b31m", false),
            (b"\x7f", false),
        ] {
            assert_eq!(is_printable(bytes), printable, "{bytes:?}");
        }
    }

    #[test]
    fn standard_input_is_read_once() {
        let dash = Some(Path::new("-"));
        let failure = inputs(dash, dash).unwrap_err();
        assert_eq!(failure.exit(), Exit::Usage);
        assert_eq!(
            inputs(dash, Some(Path::new("d"))).unwrap(),
            (InputFile::Stdin, InputFile::Path("d".into()))
        );
    }
}
