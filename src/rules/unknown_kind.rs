//! A kind that its group does not have, by a slip of the pen.

use crate::finding::{Finding, ServerSays};
use crate::kube::object::State;
use crate::kube::{Object, Typed, World, apis, near, place, template};
use crate::source::Span;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let (api_version, kind) = (object.reference.api_version.as_str(), object.kind());
    let group = apis::group(api_version);
    let by_type = !matches!(object.typed, None | Some(Typed::Other(_)));
    if by_type || !apis::is_built_in(group) {
        return;
    }
    let unknown = match object.state {
        State::Foreign => kind.is_empty() && !api_version.is_empty(),
        State::Object => apis::home(kind).is_none() && !apis::is_known(api_version, kind),
        _ => false,
    };
    if !unknown || template::is_to_be_filled_in(kind) {
        return;
    }
    match object.state {
        State::Foreign => out.extend(missing(object, world)),
        State::Object => out.extend(misspelt(object, group)),
        _ => {}
    }
}

fn misspelt(object: &Object<'_>, group: &str) -> Option<Finding> {
    let (api_version, kind) = (object.reference.api_version.as_str(), object.kind());
    let place = object.at("kind");
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
                .label(place.span(), "not a kind of this group")
                .help("look at the kind's spelling and at `apiVersion`; svclint checks nothing else here")
                .server(server),
        );
    };
    let why = if kind.eq_ignore_ascii_case(meant) { "kinds are case-sensitive" } else { "no such kind" };
    let finding = Finding::certain(format!("Kubernetes has no kind `{kind}`: nothing is created"))
        .field("kind")
        .label(place.span(), why)
        .help(format!("did you mean `{meant}`?"))
        .server(server);
    Some(match place.replace(meant) {
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
