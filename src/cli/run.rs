//! What the commands do: settings, the work, the report, the exit code. Knows no rule.

use std::io::{self, BufWriter, Write};
use std::path::Path;

use clap::{CommandFactory, FromArgMatches};
use owo_colors::{OwoColorize, Style};

use super::{Cli, Color, Command, Table, check, config, cost, dry_run, explain, init, watch};
use crate::config::did_you_mean;
use crate::exit::Exit;
use crate::report::safe::Safe;
use crate::report::{self, Look};
use crate::rules;

/// How both streams look; decided once.
#[derive(Clone, Copy, Debug)]
pub struct Looks {
    /// Of results.
    pub out: Look,
    /// Of everything else.
    pub err: Look,
}

/// Reads the arguments and runs the command.
#[must_use]
pub fn main() -> Exit {
    let mut arguments = std::env::args_os().peekable();
    let plugin = arguments.peek().is_some_and(|name| Path::new(name).file_stem().is_some_and(|name| name == "kubectl-svclint"));
    let command = if plugin { Cli::command().bin_name("kubectl svclint") } else { Cli::command() };
    let cli = match command.try_get_matches_from(arguments).and_then(|matches| Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) => error.exit(),
    };
    let looks = Looks { out: look(&io::stdout(), cli.color), err: look(&io::stderr(), cli.color) };
    run(cli.command, looks).unwrap_or_else(|message| {
        let red = if looks.err.color { Style::new().red().bold() } else { Style::new() };
        tell(format_args!("{} {}", "error:".style(red), Safe(&message)));
        Exit::Trouble
    })
}

fn run(command: Command, looks: Looks) -> Result<Exit, String> {
    match command {
        Command::Check(options) if options.watch => return watch::watch(&options, looks),
        Command::Check(options) => return check::check(&options, looks),
        Command::Explain(options) => return explain::explain(&options, looks),
        Command::DryRun(options) => return dry_run::dry_run(&options, looks),
        Command::Cost(options) => return cost::cost(&options, looks),
        Command::Decode(options) => return dry_run::decode(&options, looks),
        Command::Config(options) => config::config(&options)?,
        Command::Init { folder } => init::init(&folder)?,
        Command::Rules(options) => print(|out| match options.output {
            Table::Text => report::rules::table(out, rules::all(), looks.out),
            Table::Json => report::rules::json(out, rules::all()),
        })?,
        Command::Rule { name } => {
            let unknown = || {
                let near = did_you_mean(&name, rules::all().iter().map(|rule| rule.name));
                format!("there is no rule `{name}`{near}{}", if near.is_empty() { "; `svclint rules` lists them" } else { "" })
            };
            let rule = rules::find(&name).ok_or_else(unknown)?;
            print(|out| report::rules::page(out, rule, looks.out))?;
        }
        Command::Man => print(|out| manual(out))?,
        Command::Completions { shell } => {
            let mut script = Vec::new();
            clap_complete::generate(shell, &mut Cli::command(), "svclint", &mut script);
            print(|out| out.write_all(&script))?;
        }
    }
    Ok(Exit::Clean)
}

/// One page for the program and all its commands.
fn manual(mut out: &mut dyn Write) -> io::Result<()> {
    let mut program = Cli::command();
    program.build();
    let page = clap_mangen::Man::new(program.clone());
    page.render_title(&mut out)?;
    page.render_name_section(&mut out)?;
    page.render_synopsis_section(&mut out)?;
    page.render_description_section(&mut out)?;
    page.render_options_section(&mut out)?;
    for command in program.get_subcommands() {
        writeln!(out, ".SH \"SVCLINT {}\"", command.get_name().to_uppercase())?;
        let page = clap_mangen::Man::new(command.clone());
        let mut sections = Vec::new();
        page.render_description_section(&mut sections)?;
        page.render_synopsis_section(&mut sections)?;
        page.render_options_section(&mut sections)?;
        page.render_extra_section(&mut sections)?;
        out.write_all(String::from_utf8_lossy(&sections).replace("\n.SH ", "\n.SS ").as_bytes())?;
    }
    page.render_extra_section(&mut out)
}

fn look<S: anstream::stream::RawStream>(stream: &S, color: Color) -> Look {
    let color = match color {
        Color::Always => true,
        Color::Never => false,
        Color::Auto => anstream::AutoStream::choice(stream) != anstream::ColorChoice::Never,
    };
    let terminal = if stream.is_terminal() { terminal_size::terminal_size() } else { None };
    let width = terminal.map_or(Look::PIPED, |(width, _)| usize::from(width.0).clamp(40, 160));
    Look { color, width }
}

/// Writes results. A reader that has seen enough and closed its end is no fault.
pub fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<(), String> {
    let mut out = BufWriter::with_capacity(64 << 10, io::stdout().lock());
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(format!("can't write the results: {error}")),
        _ => Ok(()),
    }
}

/// Writes a line beside the results; where nobody can read it, it is lost.
pub fn tell(line: std::fmt::Arguments<'_>) {
    let _ = writeln!(io::stderr().lock(), "{line}");
}
