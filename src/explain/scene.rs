//! What all Services of a run share: policies, addresses, the Ingresses that name them. Knows no Service in particular.

use std::collections::HashMap;

use super::addresses::{For, nth};
use super::fronts::{self, Sending};
use crate::kube::object::{Object, ObjectId};
use crate::kube::policy::Policies;
use crate::kube::profile::IpFamily;
use crate::kube::{Typed, World, backends};

/// Addresses set aside for each workload: as many as one slice holds.
const SET_ASIDE: u32 = 100;

/// The files as one cluster.
pub struct Scene<'w, 's> {
    /// The files.
    pub world: &'w World<'s>,
    /// All NetworkPolicies.
    pub policies: Policies<'w>,
    sendings: HashMap<(&'w str, &'w str), Vec<Sending<'w, 's>>>,
    /// The Ingresses that name a Service, by namespace and name.
    ingresses: HashMap<(&'w str, &'w str), Vec<&'w Object<'s>>>,
    services: HashMap<ObjectId, u32>,
    workloads: HashMap<ObjectId, u32>,
}

impl<'w, 's> Scene<'w, 's> {
    /// Looks at all objects once.
    #[must_use]
    pub fn new(world: &'w World<'s>) -> Self {
        let (mut services, mut workloads, mut ingresses) = (HashMap::new(), HashMap::new(), HashMap::<_, Vec<_>>::new());
        let mut sendings = HashMap::<_, Vec<Sending<'w, 's>>>::new();
        let mut pods = 0;
        for object in world.objects() {
            if object.service().is_some() {
                services.insert(object.id, u32::try_from(services.len()).unwrap_or(u32::MAX));
            }
            if object.template().is_some() {
                workloads.insert(object.id, pods);
                pods += if object.kind() == "Pod" { 1 } else { replicas(object).min(SET_ASIDE) };
            }
            for sending in fronts::of(world, object) {
                sendings.entry((sending.namespace, sending.service)).or_default().push(sending);
            }
            if let Some(Typed::Ingress(ingress)) = &object.typed {
                for backend in backends::of(ingress) {
                    let behind = ingresses.entry((world.namespace(object), backend.service)).or_default();
                    if behind.last().is_none_or(|last: &&Object<'_>| last.id != object.id) {
                        behind.push(object);
                    }
                }
            }
        }
        Self { world, policies: Policies::new(world), sendings, ingresses, services, workloads }
    }

    /// The Ingresses that name a Service.
    #[must_use]
    pub fn ingresses(&self, service: &'w Object<'s>) -> &[&'w Object<'s>] {
        self.ingresses.get(&(self.world.namespace(service), service.name())).map_or(&[], Vec::as_slice)
    }

    /// What of Ingresses and routes sends to a Service.
    #[must_use]
    pub fn sendings(&self, service: &'w Object<'s>) -> &[Sending<'w, 's>] {
        self.sendings.get(&(self.world.namespace(service), service.name())).map_or(&[], Vec::as_slice)
    }

    /// The made-up cluster IP of a Service.
    #[must_use]
    pub fn cluster_ip(&self, service: &Object<'_>, family: IpFamily) -> String {
        nth(For::Service, self.services.get(&service.id).copied().unwrap_or(0), family)
    }

    /// The made-up address of the `n`th pod of a workload.
    #[must_use]
    pub fn pod_ip(&self, made_from: &Object<'_>, n: u32, family: IpFamily) -> String {
        let first = self.workloads.get(&made_from.id).copied().unwrap_or(0);
        nth(For::Pod, first.saturating_add(n), family)
    }
}

fn replicas(object: &Object<'_>) -> u32 {
    let written = match &object.typed {
        Some(Typed::Deployment(it)) => it.spec.replicas,
        Some(Typed::StatefulSet(it)) => it.spec.replicas,
        Some(Typed::ReplicaSet(it)) => it.spec.replicas,
        Some(Typed::ReplicationController(it)) => it.spec.as_ref().and_then(|spec| spec.replicas),
        _ => None,
    };
    u32::try_from(written.unwrap_or(1)).unwrap_or(0).max(1)
}
