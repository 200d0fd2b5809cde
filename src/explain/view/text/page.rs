//! A page of text: headings, paragraphs with a mark, commands, tables. Makes all text safe; knows no Service.

use std::io::{self, Write};

use owo_colors::{OwoColorize, Style};

use crate::explain::model::Note;
use crate::report::safe::Safe;
use crate::report::wrap::wrap;

/// Bytes of a way out that a short note has room for.
const MOST_OF_HELP: usize = 160;

/// Where text goes, and how wide it may be.
pub struct Page<'o> {
    /// Where.
    pub out: &'o mut dyn Write,
    /// Whether colours are wanted.
    pub color: bool,
    /// Columns at hand.
    pub width: usize,
}

impl Page<'_> {
    fn paint(&self, style: Style) -> Style {
        if self.color { style } else { Style::new() }
    }

    /// An empty line.
    pub fn blank(&mut self) -> io::Result<()> {
        writeln!(self.out)
    }

    /// A line as it is.
    pub fn plain(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", Safe(text))
    }

    /// The first line of a Service.
    pub fn title(&mut self, text: &str) -> io::Result<()> {
        let style = self.paint(Style::new().bold().underline());
        for line in wrap(&Safe(text).to_string(), self.width, self.width) {
            writeln!(self.out, "{}", line.style(style))?;
        }
        Ok(())
    }

    /// A heading, after an empty line.
    pub fn head(&mut self, text: &str) -> io::Result<()> {
        let bold = self.paint(Style::new().bold());
        writeln!(self.out)?;
        wrap(&Safe(text).to_string(), self.width, self.width).iter().try_for_each(|line| writeln!(self.out, "{}", line.style(bold)))
    }

    /// A line that stands back.
    pub fn dim(&mut self, text: &str) -> io::Result<()> {
        let dim = self.paint(Style::new().dimmed());
        for line in wrap(text, self.width, self.width) {
            writeln!(self.out, "{}", line.style(dim))?;
        }
        Ok(())
    }

    /// A paragraph after `mark`, its lines flush.
    pub fn item(&mut self, mark: &str, text: &str) -> io::Result<()> {
        self.styled(mark, Style::new(), mark.chars().count(), text)
    }

    /// A paragraph that begins with a word in a style of its own and goes on at the margin.
    pub fn marked(&mut self, mark: &str, style: Style, text: &str) -> io::Result<()> {
        self.styled(mark, style, 0, text)
    }

    fn styled(&mut self, mark: &str, style: Style, indent: usize, text: &str) -> io::Result<()> {
        let style = self.paint(style);
        let mark = Safe(mark).to_string();
        let room = |used: usize| self.width.saturating_sub(used).max(20);
        let (first, rest) = (room(mark.chars().count()), room(indent));
        for (index, line) in wrap(&Safe(text).to_string(), first, rest).iter().enumerate() {
            if index == 0 {
                writeln!(self.out, "{}{line}", mark.style(style))?;
            } else {
                writeln!(self.out, "{}{line}", " ".repeat(indent))?;
            }
        }
        Ok(())
    }

    /// A command, never broken: it is there to be copied.
    pub fn command(&mut self, text: &str) -> io::Result<()> {
        let cyan = self.paint(Style::new().cyan());
        writeln!(self.out, "     {}", Safe(text).style(cyan))
    }

    /// A finding.
    pub fn note(&mut self, note: &Note) -> io::Result<()> {
        let style = match note.severity {
            "error" => Style::new().red().bold(),
            "warning" => Style::new().yellow().bold(),
            _ => Style::new().cyan(),
        };
        let file = note.path.rsplit('/').next().unwrap_or(&note.path);
        let mark = format!("  {}: ", note.severity);
        self.styled(&mark, style, 4, &format!("{} ({file}:{})", note.message, note.line))?;
        note.why.iter().try_for_each(|why| self.item("    ", why))?;
        match &note.help {
            Some(help) => self.item("    => ", help),
            None => Ok(()),
        }
    }

    /// A finding whose way out is left out where it goes into detail.
    pub fn short_note(&mut self, note: &Note) -> io::Result<()> {
        match &note.help {
            Some(help) if help.len() > MOST_OF_HELP => self.note(&Note { help: Some("the rest: svclint check".into()), ..note.clone() }),
            _ => self.note(note),
        }
    }

    /// Rows in columns, the first one a heading.
    pub fn table(&mut self, rows: Vec<Vec<String>>) -> io::Result<()> {
        let mut table = comfy_table::Table::new();
        table.load_style(comfy_table::presets::NOTHING);
        let columns = rows.first().map_or(0, Vec::len);
        for row in rows {
            table.add_row(row.iter().map(|cell| Safe(cell).to_string()));
        }
        for index in 0..columns {
            if let Some(column) = table.column_mut(index) {
                column.set_padding((if index == 0 { 2 } else { 0 }, 2));
            }
        }
        for line in table.to_string().lines() {
            writeln!(self.out, "{}", line.trim_end())?;
        }
        Ok(())
    }
}
