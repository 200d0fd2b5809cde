//! The report for people: what is wrong, the lines at fault, the way out. Knows no setting but how wide and whether in colour.

use std::fmt;
use std::io::{self, Write};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, SourceCode, ThemeCharacters, ThemeStyles};
use owo_colors::{OwoColorize, Style};

use super::excerpt::Excerpt;
use super::safe::Safe;
use super::wrap::wrap;
use super::{Look, Report, style};
use crate::finding::Finding;

/// Writes every finding.
///
/// # Errors
/// What the writer answers.
pub fn write(out: &mut dyn Write, report: &Report<'_>, look: Look) -> io::Result<()> {
    report.each(out, |out, finding| {
        write_finding(out, report, finding, look)?;
        writeln!(out)
    })
}

fn write_finding(out: &mut Vec<u8>, report: &Report<'_>, finding: &Finding, look: Look) -> io::Result<()> {
    let paint = |style: Style| if look.color { style } else { Style::new() };
    let head = format!("{}[{}]", finding.severity.name(), finding.rule);
    let message = Safe(&finding.message).to_string();
    let lines = wrap(&message, look.width.saturating_sub(head.chars().count() + 2), look.width.saturating_sub(2));
    for (index, line) in lines.iter().enumerate() {
        match index {
            0 => write!(out, "{}{} ", head.style(style(finding.severity, look)), ":".style(paint(Style::new().bold())))?,
            _ => write!(out, "  ")?,
        }
        writeln!(out, "{}", line.style(paint(Style::new().bold())))?;
    }

    let excerpt = Excerpt::new(report, &finding.labels, look);
    let left_out = excerpt.left_out;
    draw(out, excerpt, finding, look)?;

    let mut foot = |name: &str, text: &str| foot(out, name, text, look);
    if left_out > 0 {
        foot("note", &format!("and {left_out} more {}", if left_out == 1 { "place" } else { "places" }))?;
    }
    if let Some(help) = &finding.help {
        foot("help", help)?;
    }
    if let Some(fix) = &finding.fix {
        foot("fix", &fix.title)?;
    }
    if let Some(server) = &finding.server {
        let told = server.field.is_empty() || server.message.starts_with(&server.field);
        let field = if told { String::new() } else { format!("{}: ", server.field) };
        foot("server", &format!("{field}{}", server.message))?;
    }
    Ok(())
}

fn foot(out: &mut Vec<u8>, name: &str, text: &str, look: Look) -> io::Result<()> {
    let style = if look.color { Style::new().cyan() } else { Style::new() };
    let width = look.width.saturating_sub(name.len() + 4);
    for (index, line) in wrap(&Safe(text).to_string(), width, width).iter().enumerate() {
        match index {
            0 => writeln!(out, "  {} {line}", format_args!("{name}:").style(style))?,
            _ => writeln!(out, "  {:indent$}{line}", "", indent = name.len() + 2)?,
        }
    }
    Ok(())
}

/// Lets miette draw the lines; its own first line, which repeats the message, is left out.
fn draw(out: &mut Vec<u8>, excerpt: Excerpt, finding: &Finding, look: Look) -> io::Result<()> {
    if excerpt.labels.is_empty() {
        return Ok(());
    }
    let mut drawn = String::new();
    let handler = GraphicalReportHandler::new_themed(theme(&excerpt, finding, look))
        .with_width(look.width)
        .with_links(false)
        .without_syntax_highlighting()
        .without_cause_chain();
    handler.render_report(&mut drawn, &Drawing(excerpt)).map_err(io::Error::other)?;
    let snippets = drawn.split_once('\n').map_or("", |(_, snippets)| snippets);
    for line in snippets.lines() {
        writeln!(out, "{}", line.trim_end())?;
    }
    Ok(())
}

/// The primary label in the severity's colour, the others in one that stands back.
fn theme(excerpt: &Excerpt, finding: &Finding, look: Look) -> GraphicalTheme {
    let mut styles = ThemeStyles::none();
    if look.color {
        styles.linum = Style::new().dimmed();
        styles.link = Style::new().cyan();
        let of = |label: &LabeledSpan| if label.primary() { style(finding.severity, look) } else { Style::new().blue().bold() };
        styles.highlights = excerpt.labels.iter().map(of).collect();
    }
    GraphicalTheme { characters: ThemeCharacters::unicode(), styles }
}

#[derive(Debug)]
struct Drawing(Excerpt);

impl fmt::Display for Drawing {
    fn fmt(&self, _: &mut fmt::Formatter<'_>) -> fmt::Result {
        Ok(())
    }
}

impl std::error::Error for Drawing {}

impl Diagnostic for Drawing {
    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.0)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(self.0.labels.iter().cloned()))
    }
}
