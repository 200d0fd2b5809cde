//! A kind that its group does not have, by a slip of the pen.

use super::consequences;
use crate::finding::{Edit, Finding, ServerSays};
use crate::kube::object::State;
use crate::kube::{Object, Typed, World, apis, near, place, repeats, template};
use crate::source::Span;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let (api_version, kind) = (object.reference.api_version.as_str(), object.kind());
    let place = || object.at("kind");
    let written_here = |written: &str| misspelt(written, kind, || place().span(), |meant| place().replace(meant));
    match object.state {
        State::Foreign if kind.is_empty() && !api_version.is_empty() && apis::is_built_in(apis::group(api_version)) => {
            out.extend(missing(object, world));
        }
        // A slip of the key, too: `apiVersioin: v1`.
        State::Foreign if !kind.is_empty() && api_version.is_empty() => {
            let written = repeats::nearly_in(object, "apiVersion").and_then(|entry| entry.value.follow().as_str());
            out.extend(written.and_then(written_here));
        }
        State::Object if matches!(object.typed, Some(Typed::Other(_))) => {
            out.extend(written_here(api_version).map(|finding| consequences::told(world, object, finding)));
        }
        _ => {}
    }
    for lost in repeats::lost(object) {
        let Some(value) = lost.entry("kind").map(|entry| entry.value.follow()) else { continue };
        let api_version = lost.entry("apiVersion").or_else(|| lost.nearly("apiVersion")).and_then(|entry| entry.value.follow().as_str());
        let edit = |meant: &str| Some(place::rename(value, meant));
        out.extend(misspelt(api_version.unwrap_or_default(), lost.text("kind"), || value.span(), edit));
    }
}

fn misspelt(api_version: &str, kind: &str, span: impl Fn() -> Span, edit: impl Fn(&str) -> Option<Edit>) -> Option<Finding> {
    let group = apis::group(api_version);
    let known = kind.is_empty() || apis::home(kind).is_some() || apis::is_known(api_version, kind);
    if known || !apis::is_built_in(group) || template::is_to_be_filled_in(kind) {
        return None;
    }
    let server = ServerSays {
        field: "kind".into(),
        reason: "NotFound".into(),
        message: format!("no matches for kind \"{kind}\" in version \"{api_version}\""),
    };
    let Some(meant) = apis::kind_like(group, kind) else {
        // Configuration files of other programs, and platforms with kinds of their own, borrow `v1`.
        let finding = if group.is_empty() { Finding::possible } else { Finding::certain };
        return Some(
            finding(format!("Kubernetes has no kind `{kind}` in `{api_version}`"))
                .field("kind")
                .label(span(), "not a kind of this group")
                .help("look at the kind's spelling and at `apiVersion`; svclint checks nothing else here")
                .server(server),
        );
    };
    let why = if kind.eq_ignore_ascii_case(meant) { "kinds are case-sensitive" } else { "no such kind" };
    let finding = Finding::certain(format!("Kubernetes has no kind `{kind}`: nothing is created"))
        .field("kind")
        .label(span(), why)
        .help(format!("did you mean `{meant}`?"))
        .server(server);
    Some(match edit(meant) {
        Some(edit) if apis::has(group, meant) => finding.safe_fix(format!("write `{meant}`"), vec![edit]),
        _ => finding,
    })
}

/// An object of a built-in group that does not say its kind.
fn missing(object: &Object<'_>, world: &World<'_>) -> Option<Finding> {
    let root = object.value()?;
    let typo = root.entries().find(|entry| {
        let key = entry.key.text();
        near::did_you_mean(key, ["kind"]).is_some() && entry.value.follow().as_str().is_some_and(|value| apis::home(value).is_some())
    });
    if let Some(entry) = typo {
        let key = entry.key.span();
        return Some(
            Finding::certain(format!("no `kind`, but a key `{}`", entry.key.text()))
                .field("kind")
                .label(key, "kubectl looks for `kind`")
                .help("write `kind`")
                .safe_fix("write `kind`", vec![place::rename(entry.key, "kind")]),
        );
    }
    let plainly = root.get("metadata").is_some() && (root.get("spec").is_some() || root.get("data").is_some());
    let source = world.source(object)?;
    (plainly && !world.kustomize.may_complete(&source.path)).then(|| {
        let place = object.at("apiVersion").span();
        Finding::certain("no `kind`: kubectl can't tell what this is")
            .field("kind")
            .label(Span { ..place }, "an apiVersion without a kind")
            .help("say what it is: `kind: Service`, for example")
    })
}
