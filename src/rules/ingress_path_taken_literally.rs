//! A wildcard or a regular expression in an Ingress path whose type takes it letter for letter.

use crate::finding::{Confidence, Finding};
use crate::kube::typed::Typed;
use crate::kube::world::title;
use crate::kube::{Object, World, template};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(Typed::Ingress(ingress)) = &object.typed else { return };
    let annotations = ingress.metadata.annotations.as_ref();
    let annotated = |name: &str| annotations.is_some_and(|it| it.keys().any(|key| key.ends_with(name)));
    // Some controllers go by their own annotations whatever the type says.
    let read_otherwise = annotated("/use-regex") || annotated("/rewrite-target") || annotated("/path-regex");
    for (rule, it) in ingress.spec.iter().flat_map(|spec| spec.rules.iter().flatten()).enumerate() {
        for (index, it) in it.http.iter().flat_map(|http| &http.paths).enumerate() {
            let path = it.path.as_deref().unwrap_or_default();
            if !matches!(it.path_type.as_str(), "Prefix" | "Exact") || !is_pattern(path) || template::is_placeholder(path) {
                continue;
            }
            let sure = if read_otherwise || world.changed_later(object) { Confidence::Possible } else { Confidence::Likely };
            let field = format!("spec.rules[{rule}].http.paths[{index}].path");
            let place = object.at(&field);
            let help = match path.strip_suffix("/*") {
                Some(start) if it.path_type == "Prefix" && !is_pattern(start) => {
                    format!("write `{}`: a prefix takes all below it", if start.is_empty() { "/" } else { start })
                }
                _ => "write `pathType: ImplementationSpecific` if the controller knows patterns, or the plain path".to_owned(),
            };
            let what = title(&object.reference);
            let finding = match read_otherwise {
                true => Finding::new(sure, format!("`{path}` of {what} is a pattern, though its type is {}", it.path_type))
                    .label(place.span(), "a pattern only to the controller that reads the Ingress' annotation; letter for letter to all others")
                    .help("write `pathType: ImplementationSpecific`"),
                false => Finding::new(sure, format!("{what} takes `{path}` letter for letter"))
                    .label(place.span(), format!("`pathType: {}` knows no patterns", it.path_type))
                    .help(help),
            };
            out.push(finding.field(field));
        }
    }
}

fn is_pattern(path: &str) -> bool {
    path.contains('*') || path.contains(['(', '[', '|', '^', '\\']) || path.ends_with('$')
}
