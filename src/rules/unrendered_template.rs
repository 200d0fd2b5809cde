//! Template syntax and placeholders that something has yet to fill in, told once and calmly.

use crate::finding::Finding;
use crate::kube::object::State;
use crate::kube::{Object, World, template};
use crate::source::Span;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if object.state != State::Template || !world.is_first_template(object) {
        return;
    }
    let Some(source) = world.source(object) else { return };
    let Some((syntax, offset)) = template::syntax(source.slice(object.span)) else { return };
    let start = object.span.start + u32::try_from(offset).unwrap_or(0);
    let line = source.line_span(source.line_of(start));
    let (what, help) = match syntax {
        template::Syntax::Braces => ("`{{ … }}`", "check what it renders to: `helm template . | svclint check -`"),
        template::Syntax::Percent => ("`{% … %}`", "render it and pipe the result in: `… | svclint check -`"),
        template::Syntax::Ytt => ("`#@ …`", "check what it renders to: `ytt -f . | svclint check -`"),
        template::Syntax::At => ("`@NAME@`", "fill the values in and pipe the result in: `sed … | svclint check -`"),
    };
    out.push(
        Finding::possible(format!("a template that something has yet to render ({what}): documents like this one are not checked"))
            .label(Span { start, ..line }, "here, and perhaps in other files of this package")
            .help(help),
    );
}
