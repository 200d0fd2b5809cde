//! An apiVersion that does not have the kind: of another group, misspelt, or missing.

use super::consequences;
use crate::finding::{Finding, ServerSays};
use crate::kube::object::State;
use crate::kube::{Object, Typed, World, apis, decoded, near, place, repeats, template};
use crate::yaml::{Entry, Kind, Value};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    for lost in repeats::lost(object).iter().filter(|lost| lost.entry("apiVersion").is_none() && is_kind(lost.text("kind"))) {
        out.extend(lost.nearly("apiVersion").and_then(misspelt));
    }
    let (api_version, kind) = (object.reference.api_version.as_str(), object.kind());
    match object.state {
        State::Foreign if api_version.is_empty() => {
            let typo = if is_kind(kind) { repeats::nearly_in(object, "apiVersion").and_then(misspelt) } else { None };
            out.extend(typo.or_else(|| missing(object, world, apis::home(kind)?)));
        }
        State::Object if matches!(object.typed, Some(Typed::Other(_))) && !apis::is_known(api_version, kind) => {
            let home = apis::home(kind).filter(|home| is_slip(api_version, kind, home));
            out.extend(home.map(|home| consequences::told(world, object, wrong(object, home))));
        }
        _ => {}
    }
}

/// Whether it is a kind of Kubernetes' own, or was meant for one.
fn is_kind(kind: &str) -> bool {
    !kind.is_empty() && (apis::home(kind).is_some() || apis::kind_like("", kind).is_some())
}

/// Whether an apiVersion can only be a mistake: it is Kubernetes' own and lacks the kind, or nearly is.
fn is_slip(api_version: &str, kind: &str, home: &str) -> bool {
    let group = apis::group(api_version);
    if template::is_to_be_filled_in(api_version) {
        return false;
    }
    if apis::is_built_in(group) {
        // Alpha and beta versions come and go, and are off by default.
        let version = api_version.rsplit('/').next().unwrap_or("");
        let preview = version.starts_with('v') && (version.contains("alpha") || version.contains("beta"));
        return !(preview && apis::has(group, kind) && !group.is_empty());
    }
    // A group of somebody else's has a dot.
    !group.contains('.') || near::did_you_mean(group, [apis::group(home)]).is_some()
}

fn wrong(object: &Object<'_>, home: &str) -> Finding {
    let (api_version, kind) = (object.reference.api_version.as_str(), object.kind());
    let place = object.at("apiVersion");
    let finding = Finding::certain(format!("`{api_version}` has no kind `{kind}`: nothing is created"))
        .field("apiVersion")
        .label(place.span(), format!("{kind} is in `{home}`"))
        .help(format!("write `apiVersion: {home}`"))
        .server(ServerSays {
            field: "apiVersion".into(),
            reason: "NotFound".into(),
            message: format!("no matches for kind \"{kind}\" in version \"{api_version}\""),
        });
    match place.replace(home) {
        Some(edit) => finding.safe_fix(format!("write `{home}`"), vec![edit]),
        None => finding,
    }
}

fn misspelt(entry: Entry<'_, '_>) -> Option<Finding> {
    let key = entry.key.span();
    matches!(entry.value.follow().kind(), Kind::Scalar).then(|| {
        Finding::certain(format!("no `apiVersion`, but a key `{}`: kubectl can't tell what this is", entry.key.text()))
            .field("apiVersion")
            .label(key, "kubectl looks for `apiVersion`")
            .help("write `apiVersion`")
            .safe_fix("write `apiVersion`", vec![place::rename(entry.key, "apiVersion")])
    })
}

fn missing(object: &Object<'_>, world: &World<'_>, home: &str) -> Option<Finding> {
    let (root, source) = (object.value()?, world.source(object)?);
    if !is_plainly(object.kind(), home, root) || world.kustomize.may_complete(&source.path) {
        return None;
    }
    let place = object.at("kind");
    let finding = Finding::certain(format!("{} `{}` has no `apiVersion`: kubectl refuses it", object.kind(), object.name()))
        .field("apiVersion")
        .label(place.span(), format!("{} is in `{home}`", object.kind()))
        .help(format!("add `apiVersion: {home}`"));
    Some(match place.insert_before(source, &format!("apiVersion: {home}")) {
        Some(edit) => finding.unsafe_fix(format!("add `apiVersion: {home}`"), vec![edit]),
        None => finding,
    })
}

/// Whether a mapping with a kind is such an object for sure: named, and with the kind's own fields and no others.
fn is_plainly(kind: &str, home: &str, root: Value<'_, '_>) -> bool {
    let named = root.get("metadata").map(Value::follow).is_some_and(|it| it.kind() == Kind::Mapping && it.get("name").is_some());
    let fields = decoded::shape(home, kind, &[]);
    let body = root.entries().any(|entry| matches!(entry.key.text(), "spec" | "data" | "subsets" | "endpoints"));
    named && body && fields.is_none_or(|fields| root.entries().all(|entry| fields.contains(&entry.key.text())))
}
