//! Pods as rules ask of them: the fields of a pod's spec that say something of its traffic, and no others. A decoded container
//! alone takes 2,336 bytes and a volume 3,280; thousands of them are held at a time. Knows no workload.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1 as api;
use k8s_openapi::api::core::v1::{ContainerPort, EnvFromSource, EnvVarSource, HostAlias, Lifecycle, PodDNSConfig, Probe};

use super::object::Labels;

/// `PodTemplateSpec`, or the like of a Pod's own metadata and spec.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodTemplateSpec {
    /// `metadata.labels`
    pub labels: Option<Labels>,
    /// `metadata.annotations`
    pub annotations: Option<Labels>,
    /// `spec`
    pub spec: Option<PodSpec>,
}

/// `PodSpec`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct PodSpec {
    /// `containers`
    pub containers: Vec<Container>,
    /// `initContainers`
    pub init_containers: Option<Vec<Container>>,
    /// `volumes`
    pub volumes: Option<Vec<Volume>>,
    /// `nodeSelector`
    pub node_selector: Option<BTreeMap<String, String>>,
    /// `hostAliases`
    pub host_aliases: Option<Vec<HostAlias>>,
    /// `dnsPolicy`
    pub dns_policy: Option<String>,
    /// `dnsConfig`
    pub dns_config: Option<Box<PodDNSConfig>>,
    /// `hostname`
    pub hostname: Option<String>,
    /// `subdomain`
    pub subdomain: Option<String>,
    /// `hostNetwork`
    pub host_network: Option<bool>,
    /// `enableServiceLinks`
    pub enable_service_links: Option<bool>,
    /// `nodeName`
    pub node_name: Option<String>,
    /// Whether `affinity` is written.
    pub has_affinity: bool,
    /// Whether `priorityClassName` is written.
    pub has_priority_class: bool,
    /// Whether `readinessGates` has any.
    pub has_readiness_gates: bool,
    /// Whether `resources` is written.
    pub has_resources: bool,
}

/// `Container`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Container {
    /// `name`
    pub name: String,
    /// `image`
    pub image: Option<String>,
    /// `command`
    pub command: Option<Vec<String>>,
    /// `args`
    pub args: Option<Vec<String>>,
    /// `env`
    pub env: Option<Vec<EnvVar>>,
    /// `envFrom`
    pub env_from: Option<Vec<EnvFromSource>>,
    /// `ports`
    pub ports: Option<Vec<ContainerPort>>,
    /// `restartPolicy`
    pub restart_policy: Option<String>,
    /// The resources that `resources` requests or limits.
    pub resources: Vec<String>,
    /// `readinessProbe`
    pub readiness_probe: Option<Box<Probe>>,
    /// `livenessProbe`
    pub liveness_probe: Option<Box<Probe>>,
    /// `startupProbe`
    pub startup_probe: Option<Box<Probe>>,
    /// `lifecycle`
    pub lifecycle: Option<Box<Lifecycle>>,
    /// Whether `volumeMounts` has any.
    pub mounts_volumes: bool,
}

/// `EnvVar`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct EnvVar {
    /// `name`
    pub name: String,
    /// `value`
    pub value: Option<String>,
    /// `valueFrom`
    pub value_from: Option<Box<EnvVarSource>>,
}

/// `Volume`
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Volume {
    /// `name`
    pub name: String,
    /// `configMap.name`
    pub config_map: Option<String>,
    /// `projected.sources[].configMap.name`
    pub projected_config_maps: Vec<String>,
}

impl PodTemplateSpec {
    /// What of a template is asked for again.
    #[must_use]
    pub fn of(template: &api::PodTemplateSpec) -> Self {
        let metadata = template.metadata.as_ref();
        Self {
            labels: metadata.and_then(|metadata| metadata.labels.clone()),
            annotations: metadata.and_then(|metadata| metadata.annotations.clone()),
            spec: template.spec.as_ref().map(PodSpec::of),
        }
    }
}

impl PodSpec {
    /// What of a spec is asked for again.
    #[must_use]
    pub fn of(spec: &api::PodSpec) -> Self {
        Self {
            containers: spec.containers.iter().map(Container::of).collect(),
            init_containers: spec.init_containers.as_ref().map(|all| all.iter().map(Container::of).collect()),
            volumes: spec.volumes.as_ref().map(|all| all.iter().map(Volume::of).collect()),
            node_selector: spec.node_selector.clone(),
            host_aliases: spec.host_aliases.clone(),
            dns_policy: spec.dns_policy.clone(),
            dns_config: spec.dns_config.clone().map(Box::new),
            hostname: spec.hostname.clone(),
            subdomain: spec.subdomain.clone(),
            host_network: spec.host_network,
            enable_service_links: spec.enable_service_links,
            node_name: spec.node_name.clone(),
            has_affinity: spec.affinity.is_some(),
            has_priority_class: spec.priority_class_name.is_some(),
            has_readiness_gates: spec.readiness_gates.as_ref().is_some_and(|gates| !gates.is_empty()),
            has_resources: spec.resources.is_some(),
        }
    }
}

impl Container {
    fn of(container: &api::Container) -> Self {
        let variable =
            |it: &api::EnvVar| EnvVar { name: it.name.clone(), value: it.value.clone(), value_from: it.value_from.clone().map(Box::new) };
        let resources = container.resources.as_ref();
        let amounts = resources.into_iter().flat_map(|it| [&it.requests, &it.limits]).flatten();
        let mut resources: Vec<String> = Vec::new();
        for name in amounts.flat_map(BTreeMap::keys) {
            if !resources.contains(name) {
                resources.push(name.clone());
            }
        }
        let probe = |probe: &Option<Probe>| probe.clone().map(Box::new);
        Self {
            name: container.name.clone(),
            image: container.image.clone(),
            command: container.command.clone(),
            args: container.args.clone(),
            env: container.env.as_ref().map(|all| all.iter().map(variable).collect()),
            env_from: container.env_from.clone(),
            ports: container.ports.clone(),
            restart_policy: container.restart_policy.clone(),
            resources,
            readiness_probe: probe(&container.readiness_probe),
            liveness_probe: probe(&container.liveness_probe),
            startup_probe: probe(&container.startup_probe),
            lifecycle: container.lifecycle.clone().map(Box::new),
            mounts_volumes: container.volume_mounts.as_ref().is_some_and(|mounts| !mounts.is_empty()),
        }
    }
}

impl Volume {
    fn of(volume: &api::Volume) -> Self {
        let sources = volume.projected.iter().flat_map(|projected| projected.sources.iter().flatten());
        Self {
            name: volume.name.clone(),
            config_map: volume.config_map.as_ref().map(|it| it.name.clone()),
            projected_config_maps: sources.filter_map(|source| Some(source.config_map.as_ref()?.name.clone())).collect(),
        }
    }
}
