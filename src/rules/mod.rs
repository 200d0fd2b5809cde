//! The rules: for each a page in `rules/` and a function here. Knows no file system, no report and no settings.
//!
//! A new rule is a page, a module, and a line in the list below.

mod consequences;
mod load_balancer;
mod page;
pub mod refusals;
mod service_port;
mod slice_of_endpoints;
mod unresolved;

use crate::finding::{Confidence, Finding, Safety, Severity};
use crate::kube::object::State;
use crate::kube::{Object, World};

pub use page::{Head, Kinds};

/// A rule: its page, and the function that looks for it.
pub struct Rule {
    /// Its name in reports, kebab-case.
    pub name: &'static str,
    /// Its page, Markdown with a head.
    pub page: &'static str,
    /// Finds it in one object. Leaves `rule` and `severity` of the finding to the run.
    pub check: fn(&Object<'_>, &World<'_>, &mut Vec<Finding>),
    head: std::sync::OnceLock<Head>,
}

macro_rules! rules {
    ($($module:ident => $name:literal,)*) => {
        $(mod $module;)*
        static ALL: [Rule; [$($name),*].len()] = [$(Rule {
            name: $name,
            page: include_str!(concat!("../../rules/", $name, ".md")),
            check: $module::check,
            head: std::sync::OnceLock::new(),
        }),*];
    };
}

rules! {
    annotation_misspelled => "annotation-misspelled",
    annotation_no_longer_read => "annotation-no-longer-read",
    app_protocol_not_standard => "app-protocol-not-standard",
    autoscaled_twice => "autoscaled-twice",
    autoscaler_target_missing => "autoscaler-target-missing",
    autoscaler_without_requests => "autoscaler-without-requests",
    called_pod_missing => "called-pod-missing",
    called_port_missing => "called-port-missing",
    called_service_missing => "called-service-missing",
    code_fence_pasted => "code-fence-pasted",
    custom_route_port_missing => "custom-route-port-missing",
    custom_route_service_missing => "custom-route-service-missing",
    disruption_budget_allows_none => "disruption-budget-allows-none",
    disruption_budget_selects_nothing => "disruption-budget-selects-nothing",
    disruption_budgets_overlap => "disruption-budgets-overlap",
    duplicate_key => "duplicate-key",
    duplicate_object => "duplicate-object",
    duplicate_port => "duplicate-port",
    endpoints_for_service_with_selector => "endpoints-for-service-with-selector",
    endpoints_lead_to_service => "endpoints-lead-to-service",
    endpoints_match_no_service => "endpoints-match-no-service",
    exported_object => "exported-object",
    external_name_is_address => "external-name-is-address",
    external_name_not_resolved => "external-name-not-resolved",
    external_name_ports_ignored => "external-name-ports-ignored",
    external_name_selector_ignored => "external-name-selector-ignored",
    field_not_for_this_type => "field-not-for-this-type",
    gateway_api_channel => "gateway-api-channel",
    headless_port_not_remapped => "headless-port-not-remapped",
    host_network_without_cluster_dns => "host-network-without-cluster-dns",
    ingress_action_missing => "ingress-action-missing",
    ingress_backend_missing => "ingress-backend-missing",
    ingress_class_misspelled => "ingress-class-misspelled",
    ingress_needs_node_port => "ingress-needs-node-port",
    ingress_path_taken_literally => "ingress-path-taken-literally",
    ingress_path_taken_twice => "ingress-path-taken-twice",
    ingress_port_missing => "ingress-port-missing",
    ingress_secret_elsewhere => "ingress-secret-elsewhere",
    invalid_address => "invalid-address",
    invalid_field => "invalid-field",
    invalid_ingress => "invalid-ingress",
    invalid_label => "invalid-label",
    invalid_name => "invalid-name",
    invalid_port_name => "invalid-port-name",
    ip_family_may_be_missing => "ip-family-may-be-missing",
    listener_protocol_unknown => "listener-protocol-unknown",
    listeners_conflict => "listeners-conflict",
    listens_on_loopback => "listens-on-loopback",
    load_balancer_annotation_ignored => "load-balancer-annotation-ignored",
    load_balancer_annotation_misread => "load-balancer-annotation-misread",
    load_balancer_cannot_work => "load-balancer-cannot-work",
    load_balancer_clash => "load-balancer-clash",
    load_balancer_internal_by_default => "load-balancer-internal-by-default",
    load_balancer_key_deprecated => "load-balancer-key-deprecated",
    load_balancer_on_local_cluster => "load-balancer-on-local-cluster",
    load_balancer_port_dropped => "load-balancer-port-dropped",
    local_traffic_policy => "local-traffic-policy",
    missing_document_separator => "missing-document-separator",
    monitor_not_selected => "monitor-not-selected",
    monitor_port_missing => "monitor-port-missing",
    monitor_selects_nothing => "monitor-selects-nothing",
    needless_ignore => "needless-ignore",
    node_port_out_of_range => "node-port-out-of-range",
    node_port_taken_twice => "node-port-taken-twice",
    node_port_without_type => "node-port-without-type",
    pods_in_other_namespace => "pods-in-other-namespace",
    policy_blocks_call => "policy-blocks-call",
    policy_blocks_dns => "policy-blocks-dns",
    policy_closes_port => "policy-closes-port",
    policy_denies_nothing => "policy-denies-nothing",
    policy_exception_reopened => "policy-exception-reopened",
    policy_namespace_label_missing => "policy-namespace-label-missing",
    policy_peer_elsewhere => "policy-peer-elsewhere",
    policy_port_matches_nothing => "policy-port-matches-nothing",
    policy_section_not_in_effect => "policy-section-not-in-effect",
    policy_selects_nothing => "policy-selects-nothing",
    port_out_of_range => "port-out-of-range",
    ports_without_names => "ports-without-names",
    probe_asks_service_port => "probe-asks-service-port",
    probe_names_no_port => "probe-names-no-port",
    reference_not_granted => "reference-not-granted",
    removed_api_version => "removed-api-version",
    replicas_beside_autoscaler => "replicas-beside-autoscaler",
    required_field_missing => "required-field-missing",
    route_backend_kind => "route-backend-kind",
    route_backend_missing => "route-backend-missing",
    route_match_taken_twice => "route-match-taken-twice",
    route_not_attached => "route-not-attached",
    route_parent_missing => "route-parent-missing",
    route_port_missing => "route-port-missing",
    route_protocol_mismatch => "route-protocol-mismatch",
    route_shares_listener => "route-shares-listener",
    route_to_external_name => "route-to-external-name",
    same_port_tcp_and_udp => "same-port-tcp-and-udp",
    selector_matches_job_pods => "selector-matches-job-pods",
    selector_matches_nothing => "selector-matches-nothing",
    selector_matches_several_workloads => "selector-matches-several-workloads",
    server_warning => "server-warning",
    service_is_load_balancer => "service-is-load-balancer",
    service_variable_collision => "service-variable-collision",
    service_variable_missing => "service-variable-missing",
    service_without_selector_or_endpoints => "service-without-selector-or-endpoints",
    stateful_set_service_name => "stateful-set-service-name",
    subdomain_without_service => "subdomain-without-service",
    target_port_for_other_protocol => "target-port-for-other-protocol",
    target_port_missing_in_some => "target-port-missing-in-some",
    target_port_names_nothing => "target-port-names-nothing",
    target_port_not_declared => "target-port-not-declared",
    text_after_document_end => "text-after-document-end",
    tls_policy_target_missing => "tls-policy-target-missing",
    unknown_api_version => "unknown-api-version",
    unknown_field => "unknown-field",
    unknown_kind => "unknown-kind",
    unrendered_template => "unrendered-template",
    unsupported_value => "unsupported-value",
    volume_mount_without_volume => "volume-mount-without-volume",
    workload_not_in_files => "workload-not-in-files",
    workload_selector_mismatch => "workload-selector-mismatch",
    wrong_type => "wrong-type",
    yaml_syntax_error => "yaml-syntax-error",
}

/// All rules, in the order of the list.
#[must_use]
pub fn all() -> &'static [Rule] {
    &ALL
}

/// A rule by its name.
#[must_use]
pub fn find(name: &str) -> Option<&'static Rule> {
    ALL.iter().find(|rule| rule.name == name)
}

impl Rule {
    /// What the page's head says.
    #[must_use]
    pub fn head(&self) -> &Head {
        self.head.get_or_init(|| Head::read(self.page))
    }

    /// Whether the rule looks at such an object.
    #[must_use]
    pub fn looks_at(&self, object: &Object<'_>) -> bool {
        match &self.head().kinds {
            Kinds::Documents => true,
            Kinds::Objects => object.state == State::Object,
            Kinds::Workloads => object.template().is_some(),
            Kinds::Named(kinds) => object.state == State::Object && kinds.contains(&object.kind()),
        }
    }

    /// The severity of a finding of this rule: certain = the page's, likely = a warning at most, possible = info.
    #[must_use]
    pub fn severity(&self, confidence: Confidence) -> Severity {
        let highest = self.head().severity;
        match confidence {
            Confidence::Certain => highest,
            Confidence::Likely => highest.min(Severity::Warning),
            Confidence::Possible => Severity::Info,
        }
    }

    /// Whether it offers a fix.
    #[must_use]
    pub fn fix(&self) -> Option<Safety> {
        self.head().fix
    }
}
