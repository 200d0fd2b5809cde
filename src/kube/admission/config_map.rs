//! ConfigMaps as the API server validates them. Knows no consumer.

use super::Context;
use super::field::Path;
use super::metadata::{name_is_dns_subdomain, validate_object_meta};
use super::syntax;
use crate::kube::config_map::Whole;
use crate::kube::texts::Texts;

const MAX_SIZE: usize = 1024 * 1024;

/// Judges a ConfigMap on create, with the metadata that the server filled in: `ValidateConfigMap`.
pub fn admit(map: &Whole, cx: &mut Context<'_>) {
    validate_object_meta(&map.metadata, true, name_is_dns_subdomain, cx);
    let data = map.data.iter().flat_map(Texts::iter).map(|(key, value)| ("data", key, value.len()));
    let binary = map.binary_data.iter().flatten().map(|(key, value)| ("binaryData", key.as_str(), value.0.len()));
    let mut size = 0;
    for (field, key, length) in data.chain(binary) {
        size += length;
        let path = Path::root(field);
        cx.errors.invalid_each(&path.key(key), key, &syntax::config_map_key(key));
        let in_both = field == "data" && map.binary_data.as_ref().is_some_and(|binary| binary.contains_key(key));
        if in_both {
            cx.errors.invalid(&path.key(key), key, "duplicate of key present in binaryData");
        }
    }
    if size > MAX_SIZE {
        cx.errors.too_long(&Path::root(""), MAX_SIZE);
    }
}
