//! Markdown for the comment of a pull request. Knows no terminal.

use std::io::{self, Write};

use super::text::signed;
use super::{amount, count, instead, product, said, stale, total};
use crate::cost::{Comparison, Confidence, Estimate, LoadBalancer};
use crate::report::safe::Safe;

/// Writes what the files cost.
///
/// # Errors
/// What the writer answers.
pub fn estimate(out: &mut dyn Write, estimate: &Estimate) -> io::Result<()> {
    writeln!(out, "### Load balancers: {} a month\n", total(&estimate.total))?;
    writeln!(out, "| load balancer | product | alone | adds |\n|---|---|--:|--:|")?;
    for it in &estimate.load_balancers {
        let (monthly, marginal) = (amount(it.monthly.as_ref(), it.confidence), amount(it.marginal.as_ref(), Confidence::High));
        writeln!(out, "| {} | {} | {monthly} | {marginal} |", cell(&it.title()), cell(&product(it)))?;
    }
    for it in &estimate.sharing {
        writeln!(out, "\n**Save {} a month:** {}", it.saves, it.change)?;
        it.caveats.iter().try_for_each(|caveat| writeln!(out, "- {caveat}"))?;
    }
    fine_print(out, estimate, &[estimate])
}

/// Writes what a change of the files changes; `sides` are the estimates before and after.
///
/// # Errors
/// What the writer answers.
pub fn comparison(out: &mut dyn Write, it: &Comparison, sides: [&Estimate; 2]) -> io::Result<()> {
    let difference: Vec<_> = it.difference().iter().map(signed).collect();
    if it.is_empty() {
        return writeln!(out, "### Load balancers: no change ({} a month)", total(&it.totals.1));
    }
    let difference = if difference.is_empty() { "no difference".to_owned() } else { format!("{} a month", difference.join(", ")) };
    writeln!(out, "### Load balancers: {difference}\n")?;
    writeln!(out, "{} before, {} after\n", total(&it.totals.0), total(&it.totals.1))?;
    writeln!(out, "| | load balancer | product | alone |\n|---|---|---|--:|")?;
    let row = |out: &mut dyn Write, sign: &str, it: &LoadBalancer| {
        writeln!(out, "| {sign} | {} | {} | {} |", cell(&it.title()), cell(&product(it)), amount(it.monthly.as_ref(), it.confidence))
    };
    it.removed.iter().try_for_each(|it| row(out, "removed", it))?;
    it.added.iter().try_for_each(|it| row(out, "added", it))?;
    it.changed.iter().try_for_each(|(before, after)| row(out, "before", before).and_then(|()| row(out, "after", after)))?;
    fine_print(out, sides[1], &sides)
}

/// What holds for the whole of an estimate, and whose prices it and those beside it are made of.
fn fine_print(out: &mut dyn Write, estimate: &Estimate, all: &[&Estimate]) -> io::Result<()> {
    writeln!(out, "\nWithout traffic; {} hours a month; list prices net of tax.", estimate.hours)?;
    if estimate.unknown > 0 {
        writeln!(out, "{} not priced.", count(estimate.unknown))?;
    }
    if let Some(baseline) = &estimate.baseline {
        let monthly = baseline.monthly.as_ref().map_or_else(|| "an unknown amount".to_owned(), ToString::to_string);
        writeln!(out, "Not counted: {monthly} for {}.", baseline.what)?;
    }
    for other in &estimate.otherwise {
        writeln!(out, "{}.", instead(other))?;
    }
    if let Some(stale) = stale(all) {
        writeln!(out, "{stale}.")?;
    }
    let details =
        [("Assumed", said(all, |it| &it.assumptions)), ("Prices", said(all, |it| &it.rates)), ("From", said(all, |it| &it.sources))];
    writeln!(out, "\n<details><summary>Assumptions and prices</summary>\n")?;
    for (title, lines) in details {
        for (line, _) in lines {
            writeln!(out, "- {title}: {}", cell(line))?;
        }
    }
    writeln!(out, "\n</details>")
}

/// Foreign text that neither ends the cell nor means anything in Markdown or HTML.
fn cell(text: &str) -> String {
    let mut cell = String::new();
    for c in Safe(text).to_string().chars() {
        match c {
            '<' => cell.push_str("&lt;"),
            '&' => cell.push_str("&amp;"),
            '|' | '*' | '_' | '[' | ']' | '\\' | '@' | '#' | '!' => {
                cell.push('\\');
                cell.push(c);
            }
            c => cell.push(c),
        }
    }
    cell
}
