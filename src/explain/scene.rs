//! What all Services of a run share: policies, addresses, the Ingresses and routes that name them. Knows no Service in particular.

use std::collections::HashMap;

use super::addresses::{For, nth};
use super::fronts::{self, Sending};
use crate::kube::object::{Object, ObjectId};
use crate::kube::policy::Policies;
use crate::kube::profile::IpFamily;
use crate::kube::{Typed, World};

/// Addresses set aside for each workload: as many as one slice holds.
const SET_ASIDE: u32 = 100;

/// The files as one cluster.
pub struct Scene<'w, 's> {
    /// The files.
    pub world: &'w World<'s>,
    /// All NetworkPolicies.
    pub policies: Policies<'w>,
    /// What Ingresses and routes send to a Service, by its namespace and name.
    fronts: HashMap<(&'w str, &'w str), Vec<Sending<'w, 's>>>,
    /// The StatefulSets that name a Service as theirs, by namespace and name.
    governed: HashMap<(&'w str, &'w str), Vec<ObjectId>>,
    services: HashMap<ObjectId, u32>,
    workloads: HashMap<ObjectId, u32>,
}

impl<'w, 's> Scene<'w, 's> {
    /// Looks at all objects once.
    #[must_use]
    pub fn new(world: &'w World<'s>) -> Self {
        let (mut services, mut workloads, mut fronts) = (HashMap::new(), HashMap::new(), HashMap::<_, Vec<_>>::new());
        let (mut pods, mut governed) = (0, HashMap::<_, Vec<_>>::new());
        for object in world.objects() {
            if object.service().is_some() {
                services.insert(object.id, u32::try_from(services.len()).unwrap_or(u32::MAX));
            }
            if object.template().is_some() {
                workloads.insert(object.id, pods);
                pods += if object.kind() == "Pod" { 1 } else { replicas(object).min(SET_ASIDE) };
            }
            if let Some(Typed::StatefulSet(set)) = &object.typed
                && let Some(name) = &set.service_name
            {
                governed.entry((world.namespace(object), name.as_str())).or_default().push(object.id);
            }
            for sending in fronts::of(world, object) {
                fronts.entry((sending.namespace, sending.service)).or_default().push(sending);
            }
        }
        Self { world, policies: Policies::new(world), fronts, governed, services, workloads }
    }

    /// What Ingresses and routes send to a Service.
    #[must_use]
    pub fn fronts(&self, service: &'w Object<'s>) -> &[Sending<'w, 's>] {
        self.fronts.get(&(self.world.namespace(service), service.name())).map_or(&[], Vec::as_slice)
    }

    /// The StatefulSets that name a Service as theirs.
    #[must_use]
    pub fn governed(&self, service: &'w Object<'s>) -> &[ObjectId] {
        self.governed.get(&(self.world.namespace(service), service.name())).map_or(&[], Vec::as_slice)
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
        Some(Typed::Deployment(it)) => it.replicas,
        Some(Typed::StatefulSet(it)) => it.replicas,
        Some(Typed::ReplicaSet(it)) => it.replicas,
        Some(Typed::ReplicationController(it)) => it.replicas,
        _ => None,
    };
    u32::try_from(written.unwrap_or(1)).unwrap_or(0).max(1)
}
