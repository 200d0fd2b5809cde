//! The endpoints that the controllers would build. Knows Services and pods, and no rule.

use k8s_openapi::api::core::v1::Service;

use super::object::Labels;

/// The selector in force: an empty one is none, and an ExternalName Service has none
/// (`pkg/controller/endpointslice/endpointslice_controller.go:syncService`).
#[must_use]
pub fn selector(service: &Service) -> Option<&Labels> {
    let spec = service.spec.as_ref()?;
    let external = spec.type_.as_deref() == Some("ExternalName");
    spec.selector.as_ref().filter(|selector| !external && !selector.is_empty())
}
