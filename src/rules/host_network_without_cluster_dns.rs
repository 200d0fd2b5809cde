//! A pod in its node's network that is told to call a Service by name, and asks the node's resolver for it.

use crate::finding::{Confidence, Finding};
use crate::kube::calls;
use crate::kube::meant::{self, Meant, Name};
use crate::kube::world::Distance;
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(template) = object.template().filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let Some(spec) = template.spec.filter(|spec| spec.host_network == Some(true)) else { return };
    // `ClusterFirst` falls back to the node's resolver here (`pkg/kubelet/network/dns/dns.go:getPodDNSType`).
    let clusters = matches!(spec.dns_policy.as_deref(), None | Some("" | "ClusterFirst"));
    let given = spec.dns_config.as_ref().is_some_and(|config| config.nameservers.as_ref().is_some_and(|servers| !servers.is_empty()));
    if !clusters || given || spec.host_aliases.is_some() {
        return;
    }
    let called = world.calls_by(object).iter().filter(|call| call.config_map.is_none() && call.plain).map(|call| (call.field.clone(), call.host.clone()));
    for (field, host) in called.chain(calls::hosts(object)).filter(|(_, host)| calls::is_of_cluster(host)) {
        let mut labels = host.split('.');
        let name = Name { group: "", kind: "Service", name: labels.next().unwrap_or_default(), namespace: labels.next() };
        let Meant::There(services) = meant::meant(world, object, name) else { continue };
        let Some(service) = services.first() else { continue };
        let close = world.distance(object, service) <= Distance::SameDirectory && !world.changed_later(object) && !world.among_alternatives(object);
        let policy = template.field("spec.dnsPolicy");
        let at = if object.at(&policy).found { policy } else { template.field("spec.hostNetwork") };
        out.push(
            Finding::new(
                if close { Confidence::Likely } else { Confidence::Possible },
                format!("{} `{}` calls Service `{}` by name from its node's network, whose resolver does not know it", object.kind(), object.name(), service.name()),
            )
            .label(object.at(&at).span(), "with `hostNetwork` the policy `ClusterFirst`, the default, means the node's own resolver: \"unknown host\"")
            .label(object.at(&field).span(), format!("calls {}", world.told(service)))
            .help("write `dnsPolicy: ClusterFirstWithHostNet` beside `hostNetwork`")
            .field(at),
        );
        // The cause is one, however many names are asked for.
        return;
    }
}
