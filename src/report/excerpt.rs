//! The lines of the sources that one finding shows, cut to the width and made safe, in the shape miette draws.
//! Knows no severity and no colour.
//!
//! miette looks for a label's line from the start of the text, and prints whole lines as they are. So it is given a text of its own:
//! the few lines that matter (of one file or several), found by the line index, each run of lines a hunk with an offset range to itself.

use miette::{LabeledSpan, MietteError, MietteSpanContents, SourceCode, SourceSpan, SpanContents};

use super::safe::{Safe, snippet};
use super::wrap::wrap;
use super::{Look, Report};
use crate::finding::Label;
use crate::source::{LineColumn, Source, Span};

/// More places than this are counted, not drawn.
const MOST_LABELS: usize = 6;
/// A label over more lines is drawn on its first alone.
const MOST_LINES: usize = 6;
/// Columns kept free beside the text: line number, gutter, label ends.
const MARGIN: usize = 12;

/// What miette draws for one finding.
#[derive(Debug)]
pub struct Excerpt {
    hunks: Vec<Hunk>,
    /// In the order of their offsets.
    pub labels: Vec<LabeledSpan>,
    /// How many places are not drawn.
    pub left_out: usize,
}

/// A run of lines of one file.
#[derive(Debug)]
struct Hunk {
    /// Of its file, safe to show.
    path: String,
    /// Its lines, each with a line end.
    text: String,
    /// Where it stands among the hunks.
    offset: usize,
    /// Number, from 0, of its first line.
    line: usize,
    /// How many lines.
    lines: usize,
    /// Where each label is, as people count, by its offset.
    places: Vec<(usize, LineColumn)>,
}

/// A label in its file, cut to what can be drawn.
struct Mark<'a> {
    source: &'a Source,
    label: &'a Label,
    primary: bool,
    span: Span,
    first: usize,
    last: usize,
}

/// A part of a line as drawn: from where in the file, to where, and where that is in the hunk.
struct Piece {
    from: u32,
    to: u32,
    at: usize,
}

impl Excerpt {
    /// Picks and cuts what a finding's labels point at; the primary label's file comes first.
    pub fn new(report: &Report<'_>, labels: &[Label], look: Look) -> Self {
        let marks = labels.iter().take(MOST_LABELS).enumerate();
        let mut marks: Vec<Mark<'_>> =
            marks.filter_map(|(index, label)| Mark::new(report.source(label.span.file)?, label, index == 0)).collect();
        let first = marks.first().map(|mark| mark.source.id);
        marks.sort_by_key(|mark| (Some(mark.source.id) != first, mark.span));
        let budget = look.width.saturating_sub(MARGIN).max(20);

        let mut excerpt = Self { hunks: Vec::new(), labels: Vec::new(), left_out: labels.len().saturating_sub(MOST_LABELS) };
        let mut rest = marks.as_slice();
        while let Some(first) = rest.first() {
            let together = 1 + rest.windows(2).take_while(|pair| matches!(pair, [a, b] if b.joins(a, first, budget))).count();
            let (group, after) = rest.split_at(together);
            excerpt.add(group, budget);
            rest = after;
        }
        excerpt
    }

    fn add(&mut self, marks: &[Mark<'_>], budget: usize) {
        let (Some(first), Some(last)) = (marks.first(), marks.iter().map(|mark| mark.last).max()) else { return };
        let source = first.source;
        let marked = |line: usize| marks.iter().any(|mark| (mark.first..=mark.last).contains(&line));
        let blank = |line: usize| source.slice(source.line_span(line)).trim_ascii_start().is_empty();
        let mut lines = first.first.saturating_sub(1)..(last + 2).min(source.line_starts().len());
        while !lines.is_empty() && !marked(lines.start) && blank(lines.start) {
            lines.start += 1;
        }
        while !lines.is_empty() && !marked(lines.end - 1) && blank(lines.end - 1) {
            lines.end -= 1;
        }

        let offset = self.hunks.last().map_or(0, |hunk| hunk.offset + hunk.text.len() + 1);
        let mut hunk = Hunk {
            path: Safe(&source.path).to_string(),
            text: String::new(),
            offset,
            line: lines.start,
            lines: lines.len(),
            places: Vec::new(),
        };
        let pieces: Vec<Piece> = lines.map(|line| hunk.push_line(source, line, marks, budget)).collect();
        for mark in marks {
            let start = place_in(&pieces, mark.span.start);
            let end = place_in(&pieces, mark.span.end).max(start);
            let text = Safe(&mark.label.message).to_string();
            let column = hunk.text.get(..start).map_or(0, |before| before.chars().rev().take_while(|c| *c != '\n').count());
            let room = budget.saturating_sub(column + (end - start) / 2).max(30);
            let text = (!text.is_empty()).then(|| wrap(&text, room, room).join("\n"));
            let span = (offset + start, end - start);
            hunk.places.push((offset + start, mark.source.line_column(mark.label.span.start)));
            self.labels.push(if mark.primary {
                LabeledSpan::new_primary_with_span(text, span)
            } else {
                LabeledSpan::new_with_span(text, span)
            });
        }
        self.hunks.push(hunk);
    }
}

impl<'a> Mark<'a> {
    fn new(source: &'a Source, label: &'a Label, primary: bool) -> Option<Self> {
        let start = label.span.start.min(source.len());
        let text = source.slice(source.span(start, label.span.end.clamp(start, source.len()))).trim_end();
        let mut end = start + u32::try_from(text.len()).ok()?;
        let first = source.line_of(start);
        let mut last = source.line_of(end.saturating_sub(1).max(start));
        if last - first >= MOST_LINES {
            last = first;
            end = source.line_span(first).end.max(start);
        }
        Some(Self { source, label, primary, span: source.span(start, end), first, last })
    }

    /// Whether it is drawn in one run of lines with the mark before it and the first of the run.
    fn joins(&self, before: &Self, first: &Self, budget: usize) -> bool {
        let far_on_one_line =
            self.first == before.last && self.span.end.saturating_sub(before.span.start.max(first.span.start)) as usize > budget;
        self.source.id == before.source.id && self.first <= before.last + 3 && !far_on_one_line
    }
}

impl Hunk {
    /// Adds a line, or the part of it that its labels need.
    fn push_line(&mut self, source: &Source, line: usize, marks: &[Mark<'_>], budget: usize) -> Piece {
        let whole = source.line_span(line);
        let mark = if line == 0 && source.text.starts_with('\u{feff}') { 3 } else { 0 };
        let start = (whole.start + mark).min(whole.end);
        let here = marks.iter().filter(|mark| (mark.first..=mark.last).contains(&line));
        let needed = here.map(|mark| (mark.span.start.max(start), mark.span.end.min(whole.end)));
        let needed = needed.reduce(|(from, to), (start, end)| (from.min(start), to.max(end)));
        let from = window(source, start, whole.end, needed, budget);
        let text = source.slice(source.span(from, whole.end));
        let cut = if text.len() > budget { text.char_indices().nth(budget) } else { None };
        let length = cut.map_or(text.len(), |(at, _)| at);
        let shown = text.get(..length).unwrap_or("");
        if from > start {
            self.text.push('…');
        }
        let piece = Piece { from, to: from + u32::try_from(length).unwrap_or(0), at: self.text.len() };
        self.text.push_str(&snippet(shown));
        if length < text.len() {
            self.text.push('…');
        }
        self.text.push('\n');
        piece
    }
}

/// Where to begin drawing a line so that what is needed of it can be seen.
fn window(source: &Source, start: u32, end: u32, needed: Option<(u32, u32)>, budget: usize) -> u32 {
    let budget = u32::try_from(budget).unwrap_or(u32::MAX);
    let Some((from, to)) = needed else { return start };
    if end - start <= budget || to.saturating_sub(start) <= budget - 8 {
        return start;
    }
    let around = budget.saturating_sub(to.saturating_sub(from)) / 2;
    let mut at = from.saturating_sub(around).max(start);
    while at > start && !source.text.is_char_boundary(at as usize) {
        at -= 1;
    }
    at
}

/// Where in a hunk an offset of the file is; the nearest drawn place where it is cut off.
fn place_in(pieces: &[Piece], offset: u32) -> usize {
    let found = pieces.iter().rev().find(|piece| piece.from <= offset).or(pieces.first());
    found.map_or(0, |piece| piece.at + (offset.clamp(piece.from, piece.to) - piece.from) as usize)
}

impl SourceCode for Excerpt {
    /// Lines around a span are always its hunk; a span over two hunks is refused, which tells miette to draw them apart.
    fn read_span<'a>(&'a self, span: &SourceSpan, before: usize, _after: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let (start, end) = (span.offset(), span.offset() + span.len());
        let holds = |hunk: &&Hunk| hunk.offset <= start && end <= hunk.offset + hunk.text.len();
        let hunk = self.hunks.iter().find(holds).ok_or(MietteError::OutOfBounds)?;
        let text = hunk.text.as_bytes();
        let place = hunk.places.iter().find(|(offset, _)| *offset == start);
        let contents = match place {
            Some((_, place)) if before == 0 => {
                let (line, column) = (place.line.saturating_sub(1) as usize, place.column.saturating_sub(1) as usize);
                let data = text.get(start - hunk.offset..end - hunk.offset).unwrap_or_default();
                MietteSpanContents::new_named(hunk.path.clone(), data, *span, line, column, 1)
            }
            _ => MietteSpanContents::new_named(hunk.path.clone(), text, (hunk.offset, text.len()).into(), hunk.line, 0, hunk.lines),
        };
        Ok(Box::new(contents))
    }
}
