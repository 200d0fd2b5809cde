//! A ConfigMap: whole as the API server judges it, and what of it is kept for those who ask what it configures.
//! Knows no consumer.

use std::collections::BTreeMap;
use std::sync::OnceLock;

use k8s_openapi::ByteString;
use k8s_openapi::apimachinery::pkg::apis::meta::v1::ObjectMeta;
use serde::Deserialize;
use serde::ser::{Serialize, SerializeStruct, Serializer};

use super::metadata::Metadata;
use super::object::{Labels, Object};
use super::texts::Texts;
use crate::yaml;

/// `v1` ConfigMap: k8s-openapi's, with its texts held in little room.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(from = "Written")]
pub struct Whole {
    /// `binaryData`
    pub binary_data: Option<BTreeMap<String, ByteString>>,
    /// `data`
    pub data: Option<Texts>,
    /// `immutable`
    pub immutable: Option<bool>,
    /// `metadata`
    pub metadata: ObjectMeta,
}

#[derive(Deserialize)]
#[serde(rename = "ConfigMap", rename_all = "camelCase")]
struct Written {
    #[serde(rename = "apiVersion")]
    _api_version: Option<String>,
    #[serde(rename = "kind")]
    _kind: Option<String>,
    binary_data: Option<BTreeMap<String, ByteString>>,
    data: Option<Texts>,
    immutable: Option<bool>,
    metadata: Option<ObjectMeta>,
}

impl From<Written> for Whole {
    fn from(written: Written) -> Self {
        let Written { binary_data, data, immutable, metadata, .. } = written;
        Self { binary_data, data, immutable, metadata: metadata.unwrap_or_default() }
    }
}

impl Serialize for Whole {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut fields = serializer.serialize_struct("ConfigMap", 6)?;
        fields.serialize_field("apiVersion", "v1")?;
        fields.serialize_field("kind", "ConfigMap")?;
        match &self.binary_data {
            Some(data) => fields.serialize_field("binaryData", data)?,
            None => fields.skip_field("binaryData")?,
        }
        match &self.data {
            Some(data) => fields.serialize_field("data", data)?,
            None => fields.skip_field("data")?,
        }
        match &self.immutable {
            Some(immutable) => fields.serialize_field("immutable", immutable)?,
            None => fields.skip_field("immutable")?,
        }
        fields.serialize_field("metadata", &self.metadata)?;
        fields.end()
    }
}

/// What of it is kept: its texts are read again by whom they configure, which few are.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct ConfigMap {
    /// `metadata`
    pub metadata: Metadata,
    data: OnceLock<Option<Labels>>,
}

impl ConfigMap {
    /// Of a whole one.
    #[must_use]
    pub fn of(whole: &Whole) -> Self {
        Self { metadata: Metadata::of(&whole.metadata), data: OnceLock::new() }
    }

    /// Its texts by their keys; `object` is the one that it is the content of.
    pub fn data(&self, object: &Object<'_>) -> Option<&Labels> {
        let read = || yaml::from_value(object.at("data").value()?.follow(), &mut Vec::new());
        self.data.get_or_init(read).as_ref()
    }
}
