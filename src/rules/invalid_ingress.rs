//! What the API server refuses in an Ingress' hosts, paths and backends.

use super::refusals::{self, Mistake, Refusal};
use crate::finding::Finding;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let all: Vec<_> = refusals::of(object, world, Mistake::InvalidIngress).collect();
    let untyped: Vec<_> = all.iter().filter(|refusal| refusal.last() == "pathType" && !object.at(refusal.field).found).collect();
    if let Some(first) = untyped.first() {
        out.push(without_path_type(object, world, first, &untyped));
    }
    for refusal in all.iter().filter(|refusal| refusal.last() != "pathType" || object.at(refusal.field).found) {
        let place = object.at(refusal.field);
        let text = refusals::text(&place).filter(|text| !text.is_empty()).or(refusal.quoted()).unwrap_or("");
        let why = refusal.why();
        out.push(match refusal.last() {
            "host" | "hosts" => refusal
                .finding(format!("`{text}` is no host that an Ingress can have"))
                .label(place.span(), why)
                .help("write the bare host name: no scheme, no port, no path; `*.` at the start stands for one label"),
            "path" => refusal
                .finding(match text {
                    "" => "an Ingress can't have an empty path".to_owned(),
                    _ => format!("`{text}` is no path that an Ingress can have"),
                })
                .label(place.span(), why)
                .help("begin the path with `/`"),
            "backend" | "defaultBackend" => refusal
                .finding(format!("this backend names neither one Service port nor one resource: {why}"))
                .label(place.span(), "sends nowhere")
                .help("write `service: {name: …, port: {number: …}}`"),
            last if why.is_empty() || why == "Required value" => {
                refusal.finding(format!("this Ingress lacks `{last}`")).label(place.span(), "required").help(format!("add `{last}`"))
            }
            last => refusal.finding(format!("`{last}` of this Ingress is refused: {why}")).label(place.span(), ""),
        });
    }
}

/// All paths without a type, told once.
fn without_path_type(object: &Object<'_>, world: &World<'_>, first: &Refusal<'_>, all: &[&Refusal<'_>]) -> Finding {
    let path_of = |refusal: &Refusal<'_>| refusal.field.rsplit_once('.').map_or(String::new(), |(path, _)| path.to_owned());
    let mut finding = first.finding(match all.len() {
        1 => "this path has no `pathType`".to_owned(),
        count => format!("{count} paths have no `pathType`"),
    });
    for refusal in all {
        finding = finding.label(object.at(&path_of(refusal)).span(), "exact, or everything below?");
    }
    let finding = finding.help("add `pathType: Prefix` for the path and all below it, or `pathType: Exact`");
    let edits: Option<Vec<_>> = all
        .iter()
        .map(|refusal| {
            let path = path_of(refusal);
            let first = object.at(&path).value()?.follow().entries().next()?;
            object.at(&format!("{path}.{}", first.key.text())).insert_before(world.source(object)?, "pathType: Prefix")
        })
        .collect();
    match edits {
        Some(edits) => finding.unsafe_fix("add `pathType: Prefix`", edits),
        None => finding,
    }
}
