//! The table for people, and what stands below it. Knows no format of machines.

use std::collections::BTreeSet;
use std::io::{self, Write};

use comfy_table::{CellAlignment, ContentArrangement, Table, presets};
use owo_colors::{OwoColorize, Style};

use super::{amount, count, instead, priced, product, said, stale, total};
use crate::cost::{Comparison, Confidence, Estimate, LoadBalancer};
use crate::report::Look;
use crate::report::safe::Safe;
use crate::report::wrap::wrap;
use crate::source::Source;

/// Writes what the files cost.
///
/// # Errors
/// What the writer answers.
pub fn estimate(out: &mut dyn Write, estimate: &Estimate, sources: &[Source], look: Look) -> io::Result<()> {
    let bold = if look.color { Style::new().bold() } else { Style::new() };
    if estimate.load_balancers.is_empty() {
        writeln!(out, "no load balancers")?;
    } else {
        let rows = estimate.load_balancers.iter().map(|it| {
            let (monthly, marginal) = (amount(it.monthly.as_ref(), it.confidence), amount(it.marginal.as_ref(), Confidence::High));
            [name(it, sources), Safe(&product(it)).to_string(), monthly, marginal]
        });
        table(out, ["LOAD BALANCER", "PRODUCT", "ALONE", "ADDS"], rows, look)?;
        let known = estimate.load_balancers.len() - estimate.unknown;
        writeln!(out)?;
        if known > 0 {
            let sum = format!("{} a month for {}", total(&estimate.total), priced(estimate));
            let terms = format!(", without traffic ({} hours, list prices net of tax)", estimate.hours);
            say(out, &sum, &terms, bold, look)?;
        }
    }
    if estimate.unknown > 0 {
        writeln!(out, "{} not priced:", count(estimate.unknown))?;
        let reasons = said(&[estimate], |it| it.unknown.as_slice());
        list(out, reasons.iter().map(|(reason, count)| format!("{}{reason}", times(*count))), look)?;
    }
    if let Some(baseline) = &estimate.baseline {
        let monthly = baseline.monthly.as_ref().map_or_else(|| "an unknown amount".to_owned(), ToString::to_string);
        say(out, "", &format!("not counted: {monthly} for {}", baseline.what), bold, look)?;
    }
    for other in &estimate.otherwise {
        say(out, "", &instead(other), bold, look)?;
    }
    for it in &estimate.sharing {
        writeln!(out)?;
        say(out, &format!("save {} a month", it.saves), &format!(": {}", Safe(&it.change)), bold, look)?;
        list(out, it.caveats.iter().map(|caveat| (*caveat).to_owned()), look)?;
    }
    section(out, "assumed", said(&[estimate], |it| &it.assumptions), look)?;
    section(out, "not counted", said(&[estimate], |it| &it.uncounted), look)?;
    let traffic: BTreeSet<_> =
        estimate.load_balancers.iter().filter_map(|it| Some(format!("{}: {}", it.product.as_ref()?, it.usage.as_ref()?))).collect();
    section(out, "traffic", traffic.iter().map(|line| (line.as_str(), 1)).collect(), look)?;
    let traffic = estimate.load_balancers.iter().filter_map(|it| it.usage_monthly.as_ref());
    let mut sum = crate::cost::Total::default();
    traffic.for_each(|money| sum.add(money));
    if sum.amounts().next().is_some() {
        writeln!(out, "  at least {} a month for the traffic given", total(&sum))?;
    }
    section(out, "prices", said(&[estimate], |it| &it.rates), look)?;
    section(out, "from", said(&[estimate], |it| &it.sources), look)?;
    let notes: Vec<_> = estimate.notes.iter().cloned().chain(stale(&[estimate])).collect();
    if !notes.is_empty() {
        writeln!(out, "\nnote")?;
        list(out, notes.into_iter(), look)?;
    }
    Ok(())
}

/// Writes what a change of the files changes; `sides` are the estimates before and after.
///
/// # Errors
/// What the writer answers.
pub fn comparison(out: &mut dyn Write, it: &Comparison, sides: [&Estimate; 2], look: Look) -> io::Result<()> {
    let bold = if look.color { Style::new().bold() } else { Style::new() };
    let row = |sign: &str, it: &LoadBalancer| {
        [format!("{sign} {}", Safe(&it.title())), Safe(&product(it)).to_string(), amount(it.monthly.as_ref(), it.confidence)]
    };
    let changed = it.changed.iter().flat_map(|(before, after)| [row("-", before), row("+", after)]);
    let rows: Vec<_> = it.removed.iter().map(|it| row("-", it)).chain(it.added.iter().map(|it| row("+", it))).chain(changed).collect();
    if rows.is_empty() {
        return writeln!(out, "the same load balancers: {} a month", total(&it.totals.1));
    }
    table(out, ["LOAD BALANCER", "PRODUCT", "ALONE"], rows.into_iter(), look)?;
    let difference: Vec<_> = it.difference().iter().map(signed).collect();
    let difference = if difference.is_empty() { "no difference".to_owned() } else { format!("{} a month", difference.join(", ")) };
    let terms = format!(
        ": {} before, {} after, without traffic ({} hours, list prices net of tax)",
        total(&it.totals.0),
        total(&it.totals.1),
        sides[1].hours
    );
    writeln!(out)?;
    say(out, &difference, &terms, bold, look)?;
    if it.unknown != (0, 0) {
        writeln!(out, "not priced: {} before, {} after", count(it.unknown.0), count(it.unknown.1))?;
    }
    section(out, "assumed", said(&sides, |it| &it.assumptions), look)?;
    section(out, "prices", said(&sides, |it| &it.rates), look)?;
    section(out, "from", said(&sides, |it| &it.sources), look)?;
    stale(&sides).map_or(Ok(()), |stale| section(out, "note", vec![(stale.as_str(), 1)], look))
}

/// `+$9.13`, `-$9.13`
pub(super) fn signed(money: &crate::cost::Money) -> String {
    let sign = if money.amount.is_sign_negative() { "" } else { "+" };
    format!("{sign}{money}")
}

fn name(it: &LoadBalancer, sources: &[Source]) -> String {
    let kind = if it.kind == "Service" { String::new() } else { format!("{} ", it.kind) };
    if sources.len() == 1 {
        return format!("{kind}{}", Safe(&it.title()));
    }
    let path = sources.get(it.span.file.0 as usize).map_or("", |source| source.path.as_str());
    let file = path.rsplit('/').next().unwrap_or(path);
    format!("{kind}{} ({})", Safe(&it.title()), Safe(file))
}

fn table<const N: usize>(out: &mut dyn Write, head: [&str; N], rows: impl Iterator<Item = [String; N]>, look: Look) -> io::Result<()> {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic);
    table.set_width(u16::try_from(look.width).unwrap_or(u16::MAX)).set_header(head);
    table.add_rows(rows);
    for column in table.column_iter_mut() {
        column.set_padding((0, 2));
    }
    for index in 2..N {
        if let Some(column) = table.column_mut(index) {
            column.set_cell_alignment(CellAlignment::Right);
        }
    }
    table.lines().try_for_each(|line| writeln!(out, "{}", line.trim_end()))
}

/// A sentence over as many lines as it takes, its start in bold.
fn say(out: &mut dyn Write, start: &str, rest: &str, bold: Style, look: Look) -> io::Result<()> {
    for (index, line) in wrap(&format!("{start}{rest}"), look.width, look.width - 2).iter().enumerate() {
        match line.strip_prefix(start).filter(|_| index == 0) {
            Some(rest) => writeln!(out, "{}{rest}", start.style(bold))?,
            None => writeln!(out, "  {line}")?,
        }
    }
    Ok(())
}

fn section(out: &mut dyn Write, title: &str, lines: Vec<(&str, usize)>, look: Look) -> io::Result<()> {
    if lines.is_empty() {
        return Ok(());
    }
    writeln!(out, "\n{title}")?;
    list(out, lines.into_iter().map(|(line, _)| line.to_owned()), look)
}

fn list(out: &mut dyn Write, lines: impl Iterator<Item = String>, look: Look) -> io::Result<()> {
    for line in lines {
        for (index, part) in wrap(&Safe(&line).to_string(), look.width - 4, look.width - 4).iter().enumerate() {
            writeln!(out, "{}{part}", if index == 0 { "  - " } else { "    " })?;
        }
    }
    Ok(())
}

/// `10 times ` before what more than one says.
fn times(count: usize) -> String {
    if count > 1 { format!("{count} times: ") } else { String::new() }
}
