//! Two route rules for the same requests, of which only the older is ever asked.

use crate::finding::{Confidence, Finding};
use crate::kube::admission::gateway::Json;
use crate::kube::routes::{self, hostnames, items};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};

/// The most routes around one that are compared with it.
const MOST: usize = 32;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    if !matches!(object.kind(), "HTTPRoute" | "GRPCRoute") || world.kustomize.is_patch(object.span.file) {
        return;
    }
    let Some(spec) = routes::spec(object) else { return };
    let beside = world.of_kind(object.kind(), object, Distance::SameFile).into_iter();
    let beside = beside.filter(|it| it.id < object.id && world.namespaces(object, it) == Namespaces::Same);
    let others: Vec<_> = beside.filter_map(|it| Some((it, routes::spec(it)?))).filter(|(_, it)| alike(spec, it)).take(MOST).collect();
    for (index, rule) in items(spec, "rules").iter().enumerate() {
        let mut all = others.iter().flat_map(|(other, it)| items(it, "rules").iter().enumerate().map(move |(at, it)| (*other, at, it)));
        let own = items(spec, "rules").iter().take(index).enumerate().map(|(at, it)| (object, at, it));
        let twice = all.find(|(.., it)| same(rule, it)).or_else(|| own.into_iter().find(|(.., it)| same(rule, it)));
        if let Some((other, at, _)) = twice {
            let field = format!("spec.rules[{index}]");
            let written = |object: &Object<'_>, field: &str| {
                let matches = object.at(&format!("{field}.matches"));
                if matches.found { matches.span() } else { object.at(field).span() }
            };
            let finding = Finding::new(Confidence::Likely, format!("a rule of {} `{}` is for the same requests as another", object.kind(), object.name()))
                .label(written(object, &field), "never asked: of equal matches the older route or the earlier rule wins")
                .label(written(other, &format!("spec.rules[{at}]")), format!("the same in {}", world.told(other)))
                .help("put the backends into one rule with weights, or tell the rules apart");
            out.push(finding.field(format!("{field}.matches")));
        }
    }
}

/// Whether two routes hang on the same parents for the same hosts.
fn alike(a: &Json, b: &Json) -> bool {
    a.get("parentRefs") == b.get("parentRefs") && hostnames(a) == hostnames(b)
}

/// Whether two rules take the same requests and do not do the same with them.
fn same(a: &Json, b: &Json) -> bool {
    a.get("matches") == b.get("matches") && (a.get("backendRefs") != b.get("backendRefs") || a.get("filters") != b.get("filters"))
}
