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

/// Kubernetes' own kinds that make pods or lead to them and can't be scaled.
const UNSCALED: [&str; 5] = ["DaemonSet", "Job", "CronJob", "Pod", "Service"];

/// Why nothing can be scaled by what an autoscaler names, whatever the cluster holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unscalable {
    /// A kind without a number of replicas.
    Kind,
    /// A group of Kubernetes' own that does not have the kind.
    Group(&'static str),
}

/// Of a HorizontalPodAutoscaler, which looks up group and kind and leaves the version to the server
/// (`pkg/controller/podautoscaler/horizontal.go`).
#[must_use]
pub fn unscalable(object: &Object<'_>) -> Option<Unscalable> {
    let (api_version, kind) = match &object.typed {
        Some(Typed::HorizontalPodAutoscaler(it)) => (&it.spec.scale_target_ref.api_version, it.spec.scale_target_ref.kind.as_str()),
        Some(Typed::HorizontalPodAutoscalerV1(it)) => (&it.spec.scale_target_ref.api_version, it.spec.scale_target_ref.kind.as_str()),
        _ => return None,
    };
    let group = apis::group(api_version.as_deref().unwrap_or_default());
    let (home, own) = (apis::home(kind)?, || apis::is_built_in(group));
    if UNSCALED.contains(&kind) && (group == apis::group(home) || group.is_empty()) {
        return Some(Unscalable::Kind);
    }
    let known = SCALED.iter().any(|(_, known)| *known == kind) && !template::is_placeholder(api_version.as_deref().unwrap_or_default());
    (known && own() && group != apis::group(home)).then_some(Unscalable::Group(home))
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
