//! Metadata as rules ask of it. What an object calls itself is its reference. Knows no kind.

use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;

use super::object::Labels;

/// What of `metadata` is asked for again.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Metadata {
    /// `labels`
    pub labels: Option<Labels>,
    /// `annotations`
    pub annotations: Option<Labels>,
    /// `uid`
    pub uid: Option<Box<str>>,
    /// Whether a field is written that only the server writes.
    pub is_stored: bool,
}

impl Metadata {
    /// What of decoded metadata is asked for again.
    #[must_use]
    pub fn of(metadata: &ObjectMeta) -> Self {
        Self {
            labels: metadata.labels.clone(),
            annotations: metadata.annotations.clone(),
            uid: metadata.uid.as_deref().map(Box::from),
            is_stored: is_stored(metadata),
        }
    }
}

impl From<ObjectMeta> for Metadata {
    fn from(metadata: ObjectMeta) -> Self {
        let is_stored = is_stored(&metadata);
        Self { labels: metadata.labels, annotations: metadata.annotations, uid: metadata.uid.map(String::into_boxed_str), is_stored }
    }
}

/// Whether a field is written that only the server writes.
#[must_use]
pub fn is_stored(metadata: &ObjectMeta) -> bool {
    let ObjectMeta { resource_version, uid, self_link, managed_fields, .. } = metadata;
    resource_version.is_some() || uid.is_some() || self_link.is_some() || managed_fields.is_some()
}
