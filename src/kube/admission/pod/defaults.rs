//! What the server fills into pods and pod templates: `pkg/apis/core/v1/defaults.go`. Judges nothing.

use k8s_openapi::api::core::v1::{
    Container, ContainerPort, DownwardAPIVolumeFile, EnvVar, EphemeralContainer, GRPCAction, HTTPGetAction, Lifecycle, Pod, PodSpec, Probe,
    ResourceFieldSelector, ResourceRequirements, Volume,
};
use k8s_openapi::apimachinery::pkg::api::resource::Quantity;

use super::resources::{canonical, round_up};
use super::{claim, image, pod_level_resources};
use crate::kube::Version;
use crate::kube::admission::Context;
use crate::kube::version::Change;

const GRACE_PERIOD: i64 = 30;
const FILE_MODE: i32 = 0o644;
const TOKEN_SECONDS: i64 = 3600;

/// Fills in a text that is absent or empty, which to the server is the same.
fn fill(text: &mut Option<String>, default: &str) {
    if text.as_deref().unwrap_or_default().is_empty() {
        *text = Some(default.into());
    }
}

fn fill_number(number: &mut Option<i32>, default: i32) {
    if number.unwrap_or_default() == 0 {
        *number = Some(default);
    }
}

/// The service account's name, under whichever of its two names it was given.
pub fn service_account_name(spec: &PodSpec) -> &str {
    let name = spec.service_account_name.as_deref().unwrap_or_default();
    if name.is_empty() { spec.service_account.as_deref().unwrap_or_default() } else { name }
}

/// `SetObjectDefaults_Pod`
pub fn default_pod(pod: &mut Pod, cx: &Context<'_>) {
    let spec = pod.spec.get_or_insert_default();
    for container in spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten()) {
        default_requests_to_limits(container);
    }
    if cx.has(Change::PodLevelResources) {
        pod_level_resources::default_pod_level_resources(spec);
    }
    spec.enable_service_links.get_or_insert(true);
    if spec.host_network == Some(true) {
        default_host_network_ports(spec);
    }
    default_pod_spec(spec, cx.version);
    // `Convert_v1_Pod_To_core_Pod`, which templates don't go through.
    spec.termination_grace_period_seconds = spec.termination_grace_period_seconds.map(|seconds| if seconds < 0 { 1 } else { seconds });
}

/// A pod's limits stand in for the requests that are missing; a template's don't.
fn default_requests_to_limits(container: &mut Container) {
    let Some(ResourceRequirements { limits: Some(limits), requests, .. }) = &mut container.resources else { return };
    let requests = requests.get_or_insert_default();
    for (name, amount) in limits.iter() {
        requests.entry(name.clone()).or_insert_with(|| amount.clone());
    }
}

/// `defaultHostNetworkPorts`
fn default_host_network_ports(spec: &mut PodSpec) {
    let containers = spec.containers.iter_mut().chain(spec.init_containers.iter_mut().flatten());
    for port in containers.flat_map(|container| container.ports.iter_mut().flatten()) {
        fill_number(&mut port.host_port, port.container_port);
    }
}

/// `SetDefaults_PodSpec`, and what the generated defaulters do below it.
pub fn default_pod_spec(spec: &mut PodSpec, version: Version) {
    fill(&mut spec.dns_policy, "ClusterFirst");
    fill(&mut spec.restart_policy, "Always");
    if spec.host_network == Some(true) && !version.has(Change::HostPortsLeftToPods) {
        default_host_network_ports(spec);
    }
    spec.security_context.get_or_insert_default();
    spec.termination_grace_period_seconds.get_or_insert(GRACE_PERIOD);
    fill(&mut spec.scheduler_name, "default-scheduler");
    let account = service_account_name(spec).to_owned();
    if !account.is_empty() {
        spec.service_account = Some(account.clone());
        spec.service_account_name = Some(account);
    }
    for volume in spec.volumes.iter_mut().flatten() {
        default_volume(volume, version);
    }
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        default_container(container);
    }
    for container in spec.ephemeral_containers.iter_mut().flatten() {
        default_ephemeral_container(container);
    }
    round_up(spec.overhead.as_mut());
    if let Some(resources) = &mut spec.resources {
        round_up(resources.limits.as_mut());
        round_up(resources.requests.as_mut());
    }
}

fn default_container(container: &mut Container) {
    let policy = image::default_pull_policy(container.image.as_deref().unwrap_or_default());
    fill(&mut container.image_pull_policy, policy);
    fill(&mut container.termination_message_path, "/dev/termination-log");
    fill(&mut container.termination_message_policy, "File");
    default_ports(container.ports.as_mut());
    default_env(container.env.as_mut());
    default_resources(container.resources.get_or_insert_default());
    for probe in [&mut container.liveness_probe, &mut container.readiness_probe, &mut container.startup_probe].into_iter().flatten() {
        default_probe(probe);
    }
    default_lifecycle(container.lifecycle.as_mut());
}

fn default_ephemeral_container(container: &mut EphemeralContainer) {
    let policy = image::default_pull_policy(container.image.as_deref().unwrap_or_default());
    fill(&mut container.image_pull_policy, policy);
    fill(&mut container.termination_message_path, "/dev/termination-log");
    fill(&mut container.termination_message_policy, "File");
    default_ports(container.ports.as_mut());
    default_env(container.env.as_mut());
    if let Some(resources) = &mut container.resources {
        default_resources(resources);
    }
    for probe in [&mut container.liveness_probe, &mut container.readiness_probe, &mut container.startup_probe].into_iter().flatten() {
        default_probe(probe);
    }
    default_lifecycle(container.lifecycle.as_mut());
}

fn default_ports(ports: Option<&mut Vec<ContainerPort>>) {
    for port in ports.into_iter().flatten() {
        fill(&mut port.protocol, "TCP");
    }
}

fn default_env(env: Option<&mut Vec<EnvVar>>) {
    for source in env.into_iter().flatten().filter_map(|var| var.value_from.as_mut()) {
        if let Some(field) = &mut source.field_ref {
            fill(&mut field.api_version, "v1");
        }
        default_resource_field(source.resource_field_ref.as_mut());
        if let Some(key) = &mut source.file_key_ref {
            key.optional.get_or_insert(false);
        }
    }
}

fn default_resources(resources: &mut ResourceRequirements) {
    round_up(resources.limits.as_mut());
    round_up(resources.requests.as_mut());
}

/// `SetDefaults_Probe`
fn default_probe(probe: &mut Probe) {
    fill_number(&mut probe.timeout_seconds, 1);
    fill_number(&mut probe.period_seconds, 10);
    fill_number(&mut probe.success_threshold, 1);
    fill_number(&mut probe.failure_threshold, 3);
    default_http_get(probe.http_get.as_mut());
    if let Some(GRPCAction { service, .. }) = &mut probe.grpc {
        service.get_or_insert_default();
    }
}

fn default_lifecycle(lifecycle: Option<&mut Lifecycle>) {
    let Some(lifecycle) = lifecycle else { return };
    for hook in [&mut lifecycle.post_start, &mut lifecycle.pre_stop].into_iter().flatten() {
        default_http_get(hook.http_get.as_mut());
    }
}

/// `SetDefaults_HTTPGetAction`
fn default_http_get(http: Option<&mut HTTPGetAction>) {
    if let Some(http) = http {
        fill(&mut http.path, "/");
        fill(&mut http.scheme, "HTTP");
    }
}

/// `SetDefaults_Volume`, and each source's own.
fn default_volume(volume: &mut Volume, version: Version) {
    if is_sourceless(volume, version) {
        volume.empty_dir = Some(Default::default());
    }
    if let Some(image) = volume.image.as_mut().filter(|_| version.has(Change::ImageVolumes)) {
        let policy = image::default_pull_policy(image.reference.as_deref().unwrap_or_default());
        fill(&mut image.pull_policy, policy);
    }
    if let Some(limit) = volume.empty_dir.as_mut().and_then(|empty_dir| empty_dir.size_limit.as_mut()) {
        canonical(limit);
    }
    if let Some(host_path) = &mut volume.host_path {
        host_path.type_.get_or_insert_default();
    }
    if let Some(secret) = &mut volume.secret {
        secret.default_mode.get_or_insert(FILE_MODE);
    }
    if let Some(config) = &mut volume.config_map {
        config.default_mode.get_or_insert(FILE_MODE);
    }
    if let Some(downward) = &mut volume.downward_api {
        downward.default_mode.get_or_insert(FILE_MODE);
        default_downward_api_files(downward.items.as_mut());
    }
    if let Some(projected) = &mut volume.projected {
        projected.default_mode.get_or_insert(FILE_MODE);
        for source in projected.sources.iter_mut().flatten() {
            default_downward_api_files(source.downward_api.as_mut().and_then(|downward| downward.items.as_mut()));
            if let Some(token) = &mut source.service_account_token {
                token.expiration_seconds.get_or_insert(TOKEN_SECONDS);
            }
        }
    }
    if let Some(template) = volume.ephemeral.as_mut().and_then(|ephemeral| ephemeral.volume_claim_template.as_mut()) {
        claim::default_claim(&mut template.spec);
    }
    default_disk(volume);
}

fn default_disk(volume: &mut Volume) {
    if let Some(iscsi) = &mut volume.iscsi {
        fill(&mut iscsi.iscsi_interface, "default");
    }
    if let Some(rbd) = &mut volume.rbd {
        fill(&mut rbd.pool, "rbd");
        fill(&mut rbd.user, "admin");
        fill(&mut rbd.keyring, "/etc/ceph/keyring");
    }
    if let Some(disk) = &mut volume.azure_disk {
        disk.caching_mode.get_or_insert_with(|| "ReadWrite".into());
        disk.fs_type.get_or_insert_with(|| "ext4".into());
        disk.read_only.get_or_insert(false);
        disk.kind.get_or_insert_with(|| "Shared".into());
    }
    if let Some(scale_io) = &mut volume.scale_io {
        fill(&mut scale_io.storage_mode, "ThinProvisioned");
        fill(&mut scale_io.fs_type, "xfs");
    }
}

fn default_downward_api_files(files: Option<&mut Vec<DownwardAPIVolumeFile>>) {
    for file in files.into_iter().flatten() {
        if let Some(field) = &mut file.field_ref {
            fill(&mut field.api_version, "v1");
        }
        default_resource_field(file.resource_field_ref.as_mut());
    }
}

/// A divisor that is not given is stored as zero.
fn default_resource_field(field: Option<&mut ResourceFieldSelector>) {
    let Some(field) = field else { return };
    match &mut field.divisor {
        Some(divisor) => canonical(divisor),
        divisor => *divisor = Some(Quantity("0".into())),
    }
}

/// Whether a volume says nothing of where it comes from; a version that does not know a source reads a volume with it as empty.
fn is_sourceless(volume: &Volume, version: Version) -> bool {
    let image = volume.image.is_some() && version.has(Change::ImageVolumeField);
    !image && Volume { name: volume.name.clone(), image: volume.image.clone(), ..Volume::default() } == *volume
}
