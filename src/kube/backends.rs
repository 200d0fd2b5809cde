//! The Services that an Ingress names, and the ports it names of them. Knows no rule.

use k8s_openapi::api::networking::v1::{Ingress, IngressBackend};

/// A Service named by an Ingress.
#[derive(Clone, Debug)]
pub struct Backend<'i> {
    /// `spec.rules[0].http.paths[1].backend`
    pub field: String,
    /// The Service's name.
    pub service: &'i str,
    /// The port's name.
    pub port_name: Option<&'i str>,
    /// The port's number.
    pub port_number: Option<i32>,
}

/// The backends of an Ingress that are Services; the AWS controller's actions (`use-annotation`) and resources are not.
#[must_use]
pub fn of(ingress: &Ingress) -> Vec<Backend<'_>> {
    let Some(spec) = &ingress.spec else { return Vec::new() };
    let default = spec.default_backend.iter().map(|backend| ("spec.defaultBackend".to_owned(), backend));
    let rules = spec.rules.iter().flatten().enumerate().flat_map(|(rule, it)| {
        let paths = it.http.iter().flat_map(|http| http.paths.iter().enumerate());
        paths.map(move |(path, it)| (format!("spec.rules[{rule}].http.paths[{path}].backend"), &it.backend))
    });
    default.chain(rules).filter_map(|(field, backend)| read(field, backend)).collect()
}

fn read(field: String, backend: &IngressBackend) -> Option<Backend<'_>> {
    let service = backend.service.as_ref().filter(|service| !service.name.is_empty())?;
    let port = service.port.as_ref();
    let port_name = port.and_then(|port| port.name.as_deref()).filter(|name| !name.is_empty());
    let port_number = port.and_then(|port| port.number).filter(|number| *number != 0);
    (port_name != Some("use-annotation")).then_some(Backend { field, service: &service.name, port_name, port_number })
}
