//! A LoadBalancer Service on a cluster where nothing makes one without help: kind, minikube, k3d, kubeadm.

use super::load_balancer::asked;
use crate::cost::Provider;
use crate::finding::{Confidence, Finding};
use crate::kube::{Object, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(asked) = asked(object, world) else { return };
    let k3d = || world.profile.provider.as_deref().is_some_and(|name| name.eq_ignore_ascii_case("k3d"));
    let pending = "the Service stays `<pending>`; its node port works";
    let (what, label, help) = match asked.provider {
        Some(Provider::Kind) => ("needs cloud-provider-kind", pending, "run `cloud-provider-kind` beside the cluster, or use `kubectl port-forward`"),
        Some(Provider::Minikube) => ("needs `minikube tunnel`", pending, "run `minikube tunnel` in a second terminal, or use `minikube service`"),
        Some(Provider::Kubeadm) => ("has nobody who makes its load balancer", pending, "install MetalLB or another controller, or make it a NodePort Service"),
        Some(Provider::K3s) if k3d() => {
            let label = "its address is on Docker's network: the host reaches only the ports mapped when the cluster was made";
            ("needs a mapped port", label, "make the cluster with `k3d cluster create -p 8081:80@loadbalancer`, the host's port before the Service's")
        }
        _ => return,
    };
    let message = format!("Service `{}` {what}", object.name());
    out.push(asked.at(Confidence::Possible, "spec.type", message, label).help(help));
}
