//! The pods that a workload makes: how many, with which labels and names. Knows no Service.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::ops::Range;

use crate::kube::admission::Validate;
use crate::kube::object::{Labels, Object};
use crate::kube::pod_spec::PodSpec;
use crate::kube::{Profile, Typed, labels, verdict};

/// The label by which a pod of a StatefulSet carries its ordinal (1.28 and later).
const POD_INDEX: &str = "apps.kubernetes.io/pod-index";
/// The labels by which a pod of an Indexed Job carries its index.
const COMPLETION_INDEX: &str = "batch.kubernetes.io/job-completion-index";

/// Pods of one workload that are alike but for their ordinal.
#[derive(Clone, Debug)]
pub struct Pods<'w, 's> {
    /// What makes them: a workload, or the Pod itself.
    pub owner: &'w Object<'s>,
    /// The object that holds their template; another than the owner where a controller adopts bare Pods.
    pub made_from: &'w Object<'s>,
    /// Their spec.
    pub spec: &'w PodSpec,
    /// Labels of the template.
    pub labels: Cow<'w, Labels>,
    /// How many there are; none for a DaemonSet, which makes one a node.
    pub count: Option<u32>,
    /// Their ordinals, where each has its own name.
    pub ordinals: Option<Range<u32>>,
}

/// Why a workload of the files makes no pods.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Idle {
    /// Nothing of Kubernetes' own serves this apiVersion and kind.
    NotServed,
    /// The API server refuses it, with these words.
    Refused(String),
    /// Its template holds no containers that can be read.
    NoTemplate,
}

/// One pod of several, as far as its ordinal tells it apart.
#[derive(Clone, Debug)]
pub struct Member<'p> {
    /// Its name, where it is known before the pod is made.
    pub name: Option<String>,
    /// Its labels, those that its controller adds among them.
    pub labels: Cow<'p, Labels>,
}

impl<'w, 's> Pods<'w, 's> {
    /// The pods of an object of the files.
    ///
    /// # Errors
    /// Why there are none.
    pub fn of(object: &'w Object<'s>, profile: &Profile) -> Result<Self, Idle> {
        let typed = object.typed.as_ref().filter(|typed| !matches!(typed, Typed::Other(_))).ok_or(Idle::NotServed)?;
        let template = object.template().ok_or(Idle::NoTemplate)?;
        // What reading already knows is not asked again; the profile's families of addresses, which it leaves open, are no
        // matter of workloads.
        if !object.accepted {
            let answer = verdict::of(object, profile, Validate::Ignore, false).verdict;
            match answer.code {
                Some(201) => {}
                // A namespace that is yet to be filled in (`__NAMESPACE__`) says nothing of the pods.
                Some(404) if answer.message.starts_with("namespaces ") => {}
                None | Some(404) => return Err(Idle::NotServed),
                Some(_) => return Err(Idle::Refused(answer.message)),
            }
        }
        let spec = template.spec.ok_or(Idle::NoTemplate)?;
        let labels = template.labels.map_or_else(|| Cow::Owned(BTreeMap::new()), Cow::Borrowed);
        let labels = match (object.kind(), object.name()) {
            ("Job", name) => with(labels, &[("job-name", name), ("batch.kubernetes.io/job-name", name)]),
            _ => labels,
        };
        let count = count(typed);
        Ok(Self { owner: object, made_from: object, spec, labels, count, ordinals: ordinals(typed, count) })
    }

    /// Whether they use their node's network, so that their address is the node's.
    #[must_use]
    pub fn on_host_network(&self) -> bool {
        self.spec.host_network == Some(true)
    }

    /// The name that a pod of this ordinal has.
    fn name(&self, ordinal: u32) -> Option<String> {
        (self.owner.kind() == "StatefulSet").then(|| format!("{}-{ordinal}", self.owner.name()))
    }

    /// A pod of this ordinal.
    #[must_use]
    pub fn member(&self, ordinal: u32) -> Member<'_> {
        let name = self.name(ordinal);
        let index = ordinal.to_string();
        let labels = match &name {
            Some(name) => with(self.labels.clone(), &[(labels::POD_NAME, name), (POD_INDEX, &index)]),
            None => with(self.labels.clone(), &[(COMPLETION_INDEX, &index)]),
        };
        Member { name, labels }
    }

    /// Those of the pods that a Service's selector takes; none where it takes none of them.
    ///
    /// A label whose value only the running controller knows, a template's hash for one, is not taken: what a file says of it
    /// is made up.
    #[must_use]
    pub fn selected(mut self, selector: &Labels) -> Option<Self> {
        let missing: Vec<_> = selector.iter().filter(|(key, value)| self.labels.get(*key) != Some(*value)).collect();
        for (key, value) in missing {
            let ordinals = self.ordinals.clone()?;
            let ordinal = match key.as_str() {
                labels::POD_NAME => value.strip_prefix(self.owner.name())?.strip_prefix('-')?.parse().ok()?,
                POD_INDEX if self.owner.kind() == "StatefulSet" => value.parse().ok()?,
                COMPLETION_INDEX if self.owner.kind() == "Job" => value.parse().ok()?,
                _ => return None,
            };
            // "007" is no ordinal: the selector compares text.
            let member = self.member(ordinal);
            if !ordinals.contains(&ordinal) || member.labels.get(key) != Some(value) {
                return None;
            }
            self.ordinals = Some(ordinal..ordinal + 1);
            self.count = Some(1);
        }
        Some(self)
    }

    /// The name that DNS gives a pod of this ordinal under a headless Service, if it gives it one
    /// (`k8s.io/endpointslice/utils.go:podToEndpoint`: the pod's subdomain is the Service's name).
    #[must_use]
    pub fn hostname(&self, ordinal: Option<u32>, service: &str) -> Option<String> {
        let written = |text: &'w Option<String>| text.as_deref().filter(|text| !text.is_empty());
        match &self.owner.typed {
            Some(Typed::StatefulSet(set)) if self.made_from.id == self.owner.id => {
                let subdomain = set.service_name.as_deref().filter(|name| !name.is_empty()).or(written(&self.spec.subdomain));
                (subdomain == Some(service)).then(|| ordinal.and_then(|ordinal| self.name(ordinal))).flatten()
            }
            _ => (written(&self.spec.subdomain) == Some(service)).then(|| written(&self.spec.hostname).map(str::to_owned)).flatten(),
        }
    }
}

fn with<'w>(labels: Cow<'w, Labels>, added: &[(&str, &str)]) -> Cow<'w, Labels> {
    let mut labels = labels.into_owned();
    labels.extend(added.iter().map(|(key, value)| ((*key).to_owned(), (*value).to_owned())));
    Cow::Owned(labels)
}

/// How many pods run at a time; none for one a node.
fn count(typed: &Typed) -> Option<u32> {
    let number = |written: Option<i32>| Some(u32::try_from(written.unwrap_or(1)).unwrap_or(0));
    match typed {
        Typed::Deployment(it) if it.paused == Some(true) => Some(0),
        Typed::Deployment(it) => number(it.replicas),
        Typed::StatefulSet(it) => number(it.replicas),
        Typed::ReplicaSet(it) => number(it.replicas),
        Typed::ReplicationController(it) => number(it.replicas),
        Typed::DaemonSet(_) => None,
        Typed::Job(it) => {
            let parallel = it.parallelism.unwrap_or(1);
            let wanted = it.completions.unwrap_or(parallel);
            if it.suspend == Some(true) { Some(0) } else { number(Some(parallel.min(wanted))) }
        }
        Typed::CronJob(_) => Some(0),
        _ => Some(1),
    }
}

/// The ordinals of pods that have one.
fn ordinals(typed: &Typed, count: Option<u32>) -> Option<Range<u32>> {
    match typed {
        Typed::StatefulSet(it) => {
            let start = it.first_ordinal.unwrap_or(0);
            let start = u32::try_from(start).unwrap_or(0);
            Some(start..start.saturating_add(count.unwrap_or(0)))
        }
        Typed::Job(it) => {
            let indexed = it.completion_mode.as_deref() == Some("Indexed");
            indexed.then(|| 0..u32::try_from(it.completions.unwrap_or(0)).unwrap_or(0))
        }
        _ => None,
    }
}
