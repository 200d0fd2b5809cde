//! Template syntax and placeholders that something has yet to fill in, told once and calmly.

use super::refusals;
use crate::finding::Finding;
use crate::kube::object::State;
use crate::kube::{Object, World, faults, template};
use crate::source::Span;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if object.state == State::Object {
        out.extend(placeholder(object, world));
    }
    if object.state != State::Template || !world.is_first_template(object) {
        return;
    }
    let Some(source) = world.source(object) else { return };
    let text = source.slice(object.span);
    let unread = || Some((template::Syntax::Dollar, text.find("${")?));
    let Some((syntax, offset)) = template::syntax(text).or_else(unread) else { return };
    let start = object.span.start + u32::try_from(offset).unwrap_or(0);
    let line = source.line_span(source.line_of(start));
    let render = || "render it and pipe the result in: `… | svclint check -`".to_owned();
    let (what, help) = match syntax {
        template::Syntax::Braces => ("`{{ … }}`", chart(&source.path).map_or_else(render, |chart| format!("check what it renders to: `helm template {chart} | svclint check -`"))),
        template::Syntax::Percent => ("`{% … %}`", render()),
        template::Syntax::Ytt => ("`#@ …`", "check what it renders to: `ytt -f . | svclint check -`".to_owned()),
        template::Syntax::At => ("`@NAME@`", "fill the values in and pipe the result in: `sed … | svclint check -`".to_owned()),
        template::Syntax::Dollar => ("`${NAME}`", "fill the values in and pipe the result in: `envsubst < FILE | svclint check -`".to_owned()),
    };
    out.push(
        Finding::possible(format!("a template that something has yet to render ({what}): documents like this one are not checked"))
            .label(Span { start, ..line }, "here, and perhaps in other files of this package")
            .help(help),
    );
}

/// The folder of the chart whose template a file is.
fn chart(path: &str) -> Option<&str> {
    let (above, _) = path.split_once("/templates/").or_else(|| path.strip_prefix("templates/").map(|rest| (".", rest)))?;
    Some(above)
}

/// How many objects of a file are asked whether they have told it already.
const ASKED: usize = 32;

/// A value that can't be right as it stands and is plainly to be filled in: told once a file.
fn placeholder(object: &Object<'_>, world: &World<'_>) -> Option<Finding> {
    let path = waiting(object)?;
    let told = world.in_file(object.span.file).take_while(|other| other.id < object.id).take(ASKED).any(|other| waiting(other).is_some());
    if told {
        return None;
    }
    let place = object.at(&path);
    let source = world.source(object)?;
    let value = source.slice(place.span()).trim_matches(['"', '\'']);
    let help = if value.contains('$') {
        "fill the values in and pipe the result in: `envsubst < FILE | svclint check -`"
    } else {
        "fill the values in, or pipe the filled file in: `… | svclint check -`"
    };
    Some(
        Finding::possible(format!("`{value}` is a value to be filled in: it is not judged"))
            .field(path.as_str())
            .label(place.span(), "a placeholder")
            .help(help),
    )
}

/// The first field whose value is only wrong because it is yet to be filled in.
fn waiting(object: &Object<'_>) -> Option<String> {
    let mistyped = faults::wrong_type(object).map(|(fault, ..)| fault).find(|fault| faults::is_to_be_filled_in(object, fault));
    mistyped.map(|fault| fault.path.clone()).or_else(|| refusals::to_be_filled_in(object).map(|cause| cause.field.clone()))
}
