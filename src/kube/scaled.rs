//! What autoscalers scale: HorizontalPodAutoscalers of both versions, and KEDA's ScaledObjects. Knows no rule.

use super::meant::{self, Meant, Name};
use super::object::Object;
use super::typed::Typed;
use super::world::World;
use super::{apis, template};
use crate::yaml::Value;

/// What can be scaled, and by which group.
pub const SCALED: [(&str, &str); 4] =
    [("apps", "Deployment"), ("apps", "StatefulSet"), ("apps", "ReplicaSet"), ("", "ReplicationController")];

/// The workload that an autoscaler names.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Target<'o> {
    /// Its group.
    pub group: &'static str,
    /// Its kind.
    pub kind: &'o str,
    /// Its name.
    pub name: &'o str,
}

impl<'o> Target<'o> {
    /// Of an autoscaler; none where it scales what svclint doesn't know, or is yet to be filled in.
    #[must_use]
    pub fn of(object: &'o Object<'_>) -> Option<Self> {
        let (api_version, kind, name) = match &object.typed {
            Some(Typed::HorizontalPodAutoscaler(it)) => {
                let target = &it.spec.scale_target_ref;
                (target.api_version.as_deref(), target.kind.as_str(), target.name.as_str())
            }
            Some(Typed::HorizontalPodAutoscalerV1(it)) => {
                let target = &it.spec.scale_target_ref;
                (target.api_version.as_deref(), target.kind.as_str(), target.name.as_str())
            }
            Some(Typed::Other(_)) if object.kind() == "ScaledObject" && apis::group(&object.reference.api_version) == "keda.sh" => {
                let target = object.value()?.get("spec")?.follow().get("scaleTargetRef")?.follow();
                let text = |key: &str| target.get(key).and_then(Value::as_str);
                (text("apiVersion"), text("kind").unwrap_or("Deployment"), text("name")?)
            }
            _ => return None,
        };
        let group = apis::group(api_version.unwrap_or_default());
        let (of, _) = SCALED.iter().find(|(of, known)| *known == kind && (group == *of || group.is_empty()))?;
        (!name.is_empty() && !template::is_placeholder(name)).then_some(Self { group: of, kind, name })
    }

    /// The workload in the files.
    #[must_use]
    pub fn meant<'w, 's>(&self, world: &'w World<'s>, from: &Object<'_>) -> Meant<'w, 's> {
        meant::meant(world, from, Name { group: self.group, kind: self.kind, namespace: None, name: self.name })
    }
}
