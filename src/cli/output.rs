//! Where `check` writes in which format: `-o sarif=svclint.sarif -o github`. Knows the formats by name only.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;
use std::str::FromStr;

use clap::ValueEnum;

use super::run::print;
use crate::report::{Format, Look, Report};

/// A format, and the file it goes to; standard output without one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Output {
    /// How.
    pub format: Format,
    /// Where.
    pub file: Option<PathBuf>,
}

impl FromStr for Output {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (format, file) = match text.split_once('=') {
            Some((_, "")) => return Err("a file name is missing after `=`".into()),
            Some((format, file)) => (format, Some(PathBuf::from(file))),
            None => (text, None),
        };
        let names = || Format::value_variants().iter().filter_map(ValueEnum::to_possible_value).map(|it| it.get_name().to_owned());
        let format = Format::from_str(format, false).map_err(|_| format!("formats are {}", names().collect::<Vec<_>>().join(", ")))?;
        Ok(Self { format, file })
    }
}

/// What takes the format that has no file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    /// Standard output.
    Output,
    /// Standard error, where a mended manifest has taken standard output.
    Error,
}

/// Refuses what would mix two formats in one stream or file.
///
/// # Errors
/// Two formats for standard output, or for the same file.
pub fn apart(outputs: &[Output]) -> Result<(), String> {
    for (index, output) in outputs.iter().enumerate() {
        if outputs.iter().skip(index + 1).any(|other| other.file == output.file) {
            return Err(match &output.file {
                Some(file) => format!("two formats can't share {}", file.display()),
                None => "only one format can go to standard output; give the others a file, as in -o sarif=svclint.sarif".into(),
            });
        }
    }
    Ok(())
}

/// Writes the report in every format asked for.
///
/// # Errors
/// A file that can't be written, with its name.
pub fn write(outputs: &[Output], report: &Report<'_>, look: Look, stream: Stream) -> Result<(), String> {
    for Output { format, file } in outputs {
        match file {
            None if stream == Stream::Output => print(|out| format.write(out, report, look))?,
            None => format.write(&mut io::stderr().lock(), report, look).unwrap_or_default(),
            Some(path) => {
                let plain = Look { color: false, width: Look::PIPED };
                let written = File::create(path).map(BufWriter::new).and_then(|mut out| {
                    format.write(&mut out, report, plain)?;
                    out.flush()
                });
                written.map_err(|error| format!("can't write {}: {error}", path.display()))?;
            }
        }
    }
    Ok(())
}
