//! How pods and templates are written back: Go leaves most fields out where they hold the zero value. Judges nothing.

use k8s_openapi::api::core::v1::{
    Affinity, Container, ContainerPort, EnvFromSource, EnvVar, EphemeralContainer, HTTPGetAction, LifecycleHandler, NodeSelectorTerm,
    PodAffinityTerm, PodDNSConfig, PodSecurityContext, PodSpec, Probe, ResourceRequirements, SELinuxOptions, SecurityContext, Toleration,
    Volume, VolumeMount,
};

/// Leaves a field out that holds the zero value.
pub fn omit<T: Default + PartialEq>(field: &mut Option<T>) {
    field.take_if(|value| *value == T::default());
}

macro_rules! omit_each {
    ($of:ident: $($field:ident),+ $(,)?) => { $(omit(&mut $of.$field);)+ };
}

/// Leaves out what a stored pod spec does not say.
pub fn omit_empty(spec: &mut PodSpec) {
    omit_each!(spec: host_network, host_pid, host_ipc, node_name, hostname, subdomain, priority_class_name, service_account_name,
        service_account, volumes, init_containers, ephemeral_containers, image_pull_secrets, tolerations, host_aliases, readiness_gates,
        topology_spread_constraints, scheduling_gates, resource_claims, node_selector, overhead);
    for container in spec.init_containers.iter_mut().flatten().chain(&mut spec.containers) {
        omit_container(container);
    }
    for container in spec.ephemeral_containers.iter_mut().flatten() {
        omit_ephemeral_container(container);
    }
    for volume in spec.volumes.iter_mut().flatten() {
        omit_volume(volume);
        omit_disk(volume);
    }
    for alias in spec.host_aliases.iter_mut().flatten() {
        omit(&mut alias.hostnames);
    }
    for toleration in spec.tolerations.iter_mut().flatten() {
        omit_toleration(toleration);
    }
    for constraint in spec.topology_spread_constraints.iter_mut().flatten() {
        omit(&mut constraint.match_label_keys);
    }
    if let Some(config) = &mut spec.dns_config {
        omit_dns(config);
    }
    if let Some(context) = &mut spec.security_context {
        omit_pod_security(context);
    }
    if let Some(affinity) = &mut spec.affinity {
        omit_affinity(affinity);
    }
    omit_resources(spec.resources.as_mut());
}

fn omit_container(container: &mut Container) {
    omit_each!(container: image, working_dir, stdin, stdin_once, tty, command, args, ports, env, env_from, volume_mounts, volume_devices,
        resize_policy, restart_policy_rules);
    container.ports.iter_mut().flatten().for_each(omit_port);
    container.env.iter_mut().flatten().for_each(omit_env);
    container.env_from.iter_mut().flatten().for_each(omit_env_from);
    container.volume_mounts.iter_mut().flatten().for_each(omit_mount);
    omit_resources(container.resources.as_mut());
    for probe in [&mut container.liveness_probe, &mut container.readiness_probe, &mut container.startup_probe].into_iter().flatten() {
        omit_probe(probe);
    }
    if let Some(lifecycle) = &mut container.lifecycle {
        [&mut lifecycle.post_start, &mut lifecycle.pre_stop].into_iter().flatten().for_each(omit_hook);
    }
    if let Some(context) = &mut container.security_context {
        omit_security(context);
    }
}

fn omit_ephemeral_container(container: &mut EphemeralContainer) {
    omit_each!(container: image, working_dir, stdin, stdin_once, tty, command, args, ports, env, env_from, volume_mounts, volume_devices,
        resize_policy, restart_policy_rules, target_container_name);
    container.env.iter_mut().flatten().for_each(omit_env);
    container.env_from.iter_mut().flatten().for_each(omit_env_from);
    container.volume_mounts.iter_mut().flatten().for_each(omit_mount);
    omit_resources(container.resources.as_mut());
    if let Some(context) = &mut container.security_context {
        omit_security(context);
    }
}

fn omit_port(port: &mut ContainerPort) {
    omit_each!(port: name, host_port, host_ip);
}

fn omit_env(var: &mut EnvVar) {
    omit(&mut var.value);
    if let Some(field) = var.value_from.as_mut().and_then(|source| source.resource_field_ref.as_mut()) {
        omit(&mut field.container_name);
    }
}

fn omit_env_from(source: &mut EnvFromSource) {
    omit(&mut source.prefix);
}

fn omit_mount(mount: &mut VolumeMount) {
    omit_each!(mount: read_only, sub_path, sub_path_expr);
}

fn omit_resources(resources: Option<&mut ResourceRequirements>) {
    if let Some(resources) = resources {
        omit_each!(resources: limits, requests, claims);
        for claim in resources.claims.iter_mut().flatten() {
            omit(&mut claim.request);
        }
    }
}

fn omit_probe(probe: &mut Probe) {
    omit(&mut probe.initial_delay_seconds);
    omit_http_get(probe.http_get.as_mut());
    if let Some(socket) = &mut probe.tcp_socket {
        omit(&mut socket.host);
    }
    if let Some(exec) = &mut probe.exec {
        omit(&mut exec.command);
    }
}

fn omit_hook(hook: &mut LifecycleHandler) {
    omit_http_get(hook.http_get.as_mut());
    if let Some(socket) = &mut hook.tcp_socket {
        omit(&mut socket.host);
    }
    if let Some(exec) = &mut hook.exec {
        omit(&mut exec.command);
    }
}

fn omit_http_get(http: Option<&mut HTTPGetAction>) {
    if let Some(http) = http {
        omit_each!(http: host, http_headers);
    }
}

fn omit_security(context: &mut SecurityContext) {
    if let Some(capabilities) = &mut context.capabilities {
        omit_each!(capabilities: add, drop);
    }
    omit_se_linux(context.se_linux_options.as_mut());
}

fn omit_pod_security(context: &mut PodSecurityContext) {
    omit_each!(context: supplemental_groups, sysctls);
    omit_se_linux(context.se_linux_options.as_mut());
}

fn omit_se_linux(options: Option<&mut SELinuxOptions>) {
    if let Some(options) = options {
        omit_each!(options: user, role, type_, level);
    }
}

fn omit_toleration(toleration: &mut Toleration) {
    omit_each!(toleration: key, operator, value, effect);
}

fn omit_dns(config: &mut PodDNSConfig) {
    omit_each!(config: nameservers, searches, options);
    for option in config.options.iter_mut().flatten() {
        omit(&mut option.name);
    }
}

fn omit_affinity(affinity: &mut Affinity) {
    if let Some(node) = &mut affinity.node_affinity {
        omit(&mut node.preferred_during_scheduling_ignored_during_execution);
        let preferred = node.preferred_during_scheduling_ignored_during_execution.iter_mut().flatten().map(|term| &mut term.preference);
        let required = node.required_during_scheduling_ignored_during_execution.iter_mut().flat_map(|node| &mut node.node_selector_terms);
        preferred.chain(required).for_each(omit_node_term);
    }
    if let Some(pods) = &mut affinity.pod_affinity {
        omit_each!(pods: preferred_during_scheduling_ignored_during_execution, required_during_scheduling_ignored_during_execution);
        let preferred = pods.preferred_during_scheduling_ignored_during_execution.iter_mut().flatten().map(|it| &mut it.pod_affinity_term);
        let required = pods.required_during_scheduling_ignored_during_execution.iter_mut().flatten();
        preferred.chain(required).for_each(omit_pod_term);
    }
    if let Some(pods) = &mut affinity.pod_anti_affinity {
        omit_each!(pods: preferred_during_scheduling_ignored_during_execution, required_during_scheduling_ignored_during_execution);
        let preferred = pods.preferred_during_scheduling_ignored_during_execution.iter_mut().flatten().map(|it| &mut it.pod_affinity_term);
        let required = pods.required_during_scheduling_ignored_during_execution.iter_mut().flatten();
        preferred.chain(required).for_each(omit_pod_term);
    }
}

fn omit_node_term(term: &mut NodeSelectorTerm) {
    omit_each!(term: match_expressions, match_fields);
}

fn omit_pod_term(term: &mut PodAffinityTerm) {
    omit_each!(term: namespaces, match_label_keys, mismatch_label_keys);
}

fn omit_volume(volume: &mut Volume) {
    if let Some(empty_dir) = &mut volume.empty_dir {
        omit(&mut empty_dir.medium);
    }
    if let Some(secret) = &mut volume.secret {
        omit_each!(secret: secret_name, items);
    }
    if let Some(config) = &mut volume.config_map {
        omit(&mut config.items);
    }
    if let Some(claim) = &mut volume.persistent_volume_claim {
        omit(&mut claim.read_only);
    }
    if let Some(nfs) = &mut volume.nfs {
        omit(&mut nfs.read_only);
    }
    if let Some(image) = &mut volume.image {
        omit_each!(image: reference, pull_policy);
    }
    if let Some(csi) = &mut volume.csi {
        omit(&mut csi.volume_attributes);
    }
    for source in volume.projected.iter_mut().flat_map(|projected| projected.sources.iter_mut().flatten()) {
        if let Some(secret) = &mut source.secret {
            omit(&mut secret.items);
        }
        if let Some(config) = &mut source.config_map {
            omit(&mut config.items);
        }
        if let Some(token) = &mut source.service_account_token {
            omit(&mut token.audience);
        }
    }
    if let Some(template) = volume.ephemeral.as_mut().and_then(|ephemeral| ephemeral.volume_claim_template.as_mut()) {
        let claim = &mut template.spec;
        omit_each!(claim: access_modes, volume_name);
    }
}

fn omit_disk(volume: &mut Volume) {
    if let Some(disk) = &mut volume.gce_persistent_disk {
        omit_each!(disk: fs_type, partition, read_only);
    }
    if let Some(disk) = &mut volume.aws_elastic_block_store {
        omit_each!(disk: fs_type, partition, read_only);
    }
    if let Some(git) = &mut volume.git_repo {
        omit_each!(git: revision, directory);
    }
    if let Some(iscsi) = &mut volume.iscsi {
        omit_each!(iscsi: fs_type, read_only, chap_auth_discovery, chap_auth_session, portals);
    }
    if let Some(gluster) = &mut volume.glusterfs {
        omit(&mut gluster.read_only);
    }
    if let Some(rbd) = &mut volume.rbd {
        omit_each!(rbd: fs_type, read_only);
    }
    if let Some(flex) = &mut volume.flex_volume {
        omit_each!(flex: fs_type, read_only, options);
    }
    if let Some(cinder) = &mut volume.cinder {
        omit_each!(cinder: fs_type, read_only);
    }
    if let Some(ceph) = &mut volume.cephfs {
        omit_each!(ceph: path, user, secret_file, read_only);
    }
    if let Some(flocker) = &mut volume.flocker {
        omit_each!(flocker: dataset_name, dataset_uuid);
    }
    if let Some(channel) = &mut volume.fc {
        omit_each!(channel: fs_type, read_only, target_wwns, wwids);
    }
    if let Some(file) = &mut volume.azure_file {
        omit(&mut file.read_only);
    }
    if let Some(disk) = &mut volume.vsphere_volume {
        omit_each!(disk: fs_type, storage_policy_name, storage_policy_id);
    }
    if let Some(quobyte) = &mut volume.quobyte {
        omit_each!(quobyte: read_only, user, group, tenant);
    }
    if let Some(disk) = &mut volume.photon_persistent_disk {
        omit(&mut disk.fs_type);
    }
    if let Some(portworx) = &mut volume.portworx_volume {
        omit_each!(portworx: fs_type, read_only);
    }
    if let Some(scale_io) = &mut volume.scale_io {
        omit_each!(scale_io: ssl_enabled, protection_domain, storage_pool, volume_name, read_only);
    }
    if let Some(storage) = &mut volume.storageos {
        omit_each!(storage: volume_name, volume_namespace, fs_type, read_only);
    }
}
