//! A NetworkPolicy that looks for namespaces by a label they don't get by themselves.

use crate::finding::{Confidence, Finding};
use crate::kube::labels;
use crate::kube::policy::NAMESPACE_NAME;
use crate::kube::world::Distance;
use crate::kube::{Object, World, isolation, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(spec) = isolation::spec(world, object) else { return };
    for rule in isolation::rules(spec) {
        for (index, peer) in rule.peers.iter().enumerate() {
            let Some(selector) = &peer.namespace_selector else { continue };
            let Some(name) = selector.match_labels.as_ref().and_then(|labels| labels.get("name")) else { continue };
            let namespaces = world.of_kind("Namespace", object, Distance::Near);
            let own = |it: &&Object<'_>| labels::selects(selector, it.labels());
            if template::is_placeholder(name) || namespaces.iter().any(own) {
                continue;
            }
            let named = namespaces.iter().find(|it| it.name() == name);
            let sure = if named.is_some_and(|it| !world.changed_later(it)) && !world.changed_later(object) { Confidence::Likely } else { Confidence::Possible };
            let field = format!("{}.{}[{index}].namespaceSelector.matchLabels.name", rule.field, rule.peers_field);
            let mut finding = Finding::new(sure, format!("NetworkPolicy `{}` looks for a namespace with label `name: {name}`, and none here has it", object.name()))
                .label(object.at(&field).span(), "a namespace has this label only if somebody puts it there");
            if let Some(named) = named {
                finding = finding.label(named.title(), format!("{} has no such label: none of its pods is meant", world.told(named)));
            }
            let finding = finding.help(format!("write `{NAMESPACE_NAME}: {name}`, which every namespace has"));
            let edit = object.at(&field).rename(NAMESPACE_NAME);
            let finding = match edit {
                Some(edit) => finding.unsafe_fix(format!("select by `{NAMESPACE_NAME}`"), vec![edit]),
                None => finding,
            };
            out.push(finding.field(field));
        }
    }
}
