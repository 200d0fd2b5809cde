//! An Ingress whose certificate is in another namespace, or is no certificate.

use crate::finding::{Confidence, Finding};
use crate::kube::meant::{self, Meant, Name};
use crate::kube::world::{Distance, title};
use crate::kube::{Object, Typed, World, template};
use crate::yaml::Value;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::Ingress(ingress)) = &object.typed else { return };
    let Some(spec) = ingress.spec.as_ref().filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    // cert-manager and the like make the Secret where it is wanted.
    let made = ingress.metadata.annotations.iter().flatten().any(|(key, _)| key.contains("cert-manager.io/") || key.contains("acme"));
    for (index, tls) in spec.tls.iter().flatten().enumerate().filter(|_| !made) {
        let Some(name) = tls.secret_name.as_deref().filter(|name| !name.is_empty() && !template::is_placeholder(name)) else { continue };
        let field = format!("spec.tls[{index}].secretName");
        let finding = match meant::meant(world, object, Name { group: "", kind: "Secret", namespace: None, name }) {
            Meant::Elsewhere(secret) if !is_copied(secret) => elsewhere(object, world, &field, secret),
            Meant::There(secrets) => match secrets.as_slice() {
                [secret] if has_keys(secret) == Some(false) => no_certificate(object, world, &field, secret),
                _ => continue,
            },
            _ => continue,
        };
        out.push(finding.field(field));
    }
}

/// Whether something copies it into other namespaces.
fn is_copied(secret: &Object<'_>) -> bool {
    let annotations = secret.annotations();
    annotations.is_some_and(|all| all.keys().any(|key| ["reflector", "replicat", "sync", "copy"].iter().any(|word| key.contains(word))))
}

/// Whether it holds a certificate and its key; none where its content isn't in the file.
fn has_keys(secret: &Object<'_>) -> Option<bool> {
    let value = secret.value()?;
    let lists: Vec<_> = ["data", "stringData"].iter().filter_map(|key| value.get(key).map(Value::follow)).filter(|it| it.is_mapping()).collect();
    let encrypted = value.get("sops").is_some() || !matches!(secret.reference.api_version.as_str(), "v1");
    let has = |key: &str| lists.iter().any(|list| list.get(key).is_some());
    (!lists.is_empty() && !encrypted).then(|| has("tls.crt") && has("tls.key"))
}

fn elsewhere(object: &Object<'_>, world: &World<'_>, field: &str, secret: &Object<'_>) -> Finding {
    let close = world.distance(object, secret) <= Distance::SameDirectory && !world.changed_later(object) && !world.changed_later(secret);
    let (mine, theirs) = (world.namespace(object), world.namespace(secret));
    let message = format!("{} is in namespace `{mine}`, its certificate `{}` is in `{theirs}`", title(&object.reference), secret.name());
    Finding::new(if close { Confidence::Likely } else { Confidence::Possible }, message)
        .label(object.at(field).span(), "a Secret is looked up in the Ingress' own namespace: clients get the controller's default certificate, or none")
        .label(secret.title(), format!("{} is in `{theirs}`", world.told(secret)))
        .help(format!("make the Secret in `{mine}`, too"))
}

fn no_certificate(object: &Object<'_>, world: &World<'_>, field: &str, secret: &Object<'_>) -> Finding {
    let message = format!("Secret `{}` has no certificate for {}", secret.name(), title(&object.reference));
    Finding::new(meant::sure(world, object, None, secret).min(Confidence::Likely), message)
        .label(object.at(field).span(), "clients get the controller's default certificate, or none")
        .label(secret.title(), format!("{} lacks `tls.crt` or `tls.key`", world.told(secret)))
        .help("write a Secret of type `kubernetes.io/tls` with `tls.crt` and `tls.key`")
}
