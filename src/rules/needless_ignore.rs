//! Requests to ignore a rule; the run takes out those that silenced a finding, so that what is left is in vain.

use crate::config::did_you_mean;
use crate::finding::Finding;
use crate::ignores;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(source) = world.source(object).filter(|source| source.addresses_svclint) else { return };
    let asked = ignores::of(object, source);
    for ignore in asked.ignores {
        let rule = &ignore.rule;
        out.push(if super::find(rule).is_some() {
            Finding::possible(format!("`{rule}` finds nothing here: the request to ignore it can go"))
                .label(ignore.span, "silences nothing")
                .help("take it out, so that it doesn't hide the next mistake")
        } else {
            let near = did_you_mean(rule, super::all().iter().map(|rule| rule.name));
            let near = if near.is_empty() { "; `svclint rules` lists them".to_owned() } else { near };
            Finding::certain(format!("there is no rule `{rule}` to ignore{near}")).label(ignore.span, "silences nothing")
        });
    }
    for comment in asked.garbled {
        out.push(
            Finding::certain("svclint does not understand this comment")
                .label(comment, "silences nothing")
                .help("write `# svclint: ignore[rule-name] reason`; several rules stand between commas"),
        );
    }
}
