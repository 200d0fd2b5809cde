//! What is applied together: which directories of a run make one unit, which stand beside it, and which are alternatives
//! to it. Knows the objects by kind and name only, and no rule.
//!
//! A unit is a tree of plain manifests, a kustomization's root with all that it takes, or a chart. Nothing in a folder says
//! so: what the folders hold does. Folders that hold the same Services or workloads again are alternatives (environments,
//! chapters of a tutorial, a mended copy), for applied together one would overwrite the other; so are folders that are named
//! for different environments. Folders that need each other (`services/`, `deployments/`) are layers of one unit. A folder
//! that both sides may build on (`base`, `common`) belongs to each of them.

use super::directory::{Directories, DirectoryId, Distance};
use super::kustomize::Kustomize;
use super::maps::{Map, Set};

/// How the units of two directories are related.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// They are one.
    Together,
    /// They are two, and may both be applied to one cluster.
    Beside,
    /// They are two, of which only one is applied.
    Alternative,
}

/// The Services and workloads of a run, as far as units are told by them.
#[derive(Debug, Default)]
pub struct Census<'o> {
    places: Map<(&'o str, Option<&'o str>, &'o str), Vec<DirectoryId>>,
}

impl<'o> Census<'o> {
    /// Counts an object: its kind, namespace and name.
    pub fn add(&mut self, kind: &'o str, namespace: Option<&'o str>, name: &'o str, directory: DirectoryId) {
        self.places.entry((kind, namespace, name)).or_default().push(directory);
    }
}

/// The units of a run.
#[derive(Debug, Default)]
pub struct Units {
    branches: Vec<Branch>,
}

/// What is known of a directory with all below it.
#[derive(Clone, Debug, Default)]
struct Branch {
    /// The environment it is named for.
    environment: Option<String>,
    /// It is one of many siblings that hold the same.
    one_of_many: bool,
    /// It holds again what stands in the directory above, Service and workload.
    repeats_above: bool,
    /// It is complete, and one of a numbered series or of a collection of examples.
    series: Option<String>,
    /// The chart it is part of.
    chart: Option<DirectoryId>,
    /// It holds but one half of an application.
    layer: Option<Layer>,
    /// Siblings after it of which most of the smaller one stands in the larger one again, in their order.
    twins: Vec<DirectoryId>,
    /// It holds the objects of one kind, and is named for it.
    of_a_kind: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Layer {
    Services,
    Workloads,
}

/// Siblings that hold one object are compared one by one up to so many; of more, each is one of many.
const FEW: usize = 8;

/// Folders whose name says that they belong to each of their siblings.
const SHARED: [&str; 7] = ["base", "bases", "common", "shared", "core", "global", "components"];

/// Folders that hold one environment in each of theirs.
const OF_ENVIRONMENTS: [&str; 11] =
    ["overlays", "overlay", "environments", "environment", "envs", "env", "clusters", "stages", "variants", "flavors", "flavours"];

/// Folders that hold one example in each of theirs.
const OF_EXAMPLES: [&str; 26] = [
    "example",
    "examples",
    "sample",
    "samples",
    "demo",
    "demos",
    "tutorial",
    "tutorials",
    "lab",
    "labs",
    "exercise",
    "exercises",
    "lesson",
    "lessons",
    "chapter",
    "chapters",
    "workshop",
    "training",
    "scenario",
    "scenarios",
    "recipes",
    "testdata",
    "fixtures",
    "test",
    "tests",
    "cases",
];

/// Folders that hold the objects of one kind, their signs left out, by what of an application they hold.
const OF_A_KIND: [(Option<Layer>, &[&str]); 3] = [
    (Some(Layer::Services), &["service", "services", "svc", "svcs"]),
    (
        Some(Layer::Workloads),
        &[
            "deployment",
            "deployments",
            "deploy",
            "deploys",
            "statefulset",
            "statefulsets",
            "sts",
            "daemonset",
            "daemonsets",
            "cronjob",
            "cronjobs",
            "job",
            "jobs",
            "workload",
            "workloads",
        ],
    ),
    (
        None,
        &[
            "horizontalpodautoscaler",
            "horizontalpodautoscalers",
            "poddisruptionbudget",
            "poddisruptionbudgets",
            "persistentvolumeclaims",
            "persistentvolumes",
            "grpcroutes",
            "tcproutes",
            "tlsroutes",
            "udproutes",
            "ingress",
            "ingresses",
            "ing",
            "networkpolicy",
            "networkpolicies",
            "netpol",
            "netpols",
            "hpa",
            "hpas",
            "autoscaler",
            "autoscalers",
            "pdb",
            "pdbs",
            "configmap",
            "configmaps",
            "cm",
            "secret",
            "secrets",
            "servicemonitor",
            "servicemonitors",
            "podmonitor",
            "podmonitors",
            "monitor",
            "monitors",
            "httproute",
            "httproutes",
            "route",
            "routes",
            "gateway",
            "gateways",
            "endpoint",
            "endpoints",
            "endpointslice",
            "endpointslices",
            "namespace",
            "namespaces",
            "rbac",
            "pvc",
            "pvcs",
            "pv",
            "volumes",
            "storage",
        ],
    ),
];

/// Folders of kinds that nobody writes by hand for an application: they tell a collection of examples, sorted by kind.
const OF_LESSONS: [&str; 6] = ["pod", "pods", "replicaset", "replicasets", "replicationcontroller", "replicationcontrollers"];

/// Words for an environment, each with the one it stands for. Words for releases that run side by side (`canary`, `blue`)
/// are none of them.
const ENVIRONMENTS: [(&str, &str); 34] = [
    ("dev", "dev"),
    ("develop", "dev"),
    ("development", "dev"),
    ("test", "test"),
    ("testing", "test"),
    ("tst", "test"),
    ("qa", "qa"),
    ("uat", "uat"),
    ("int", "int"),
    ("integration", "int"),
    ("stage", "staging"),
    ("staging", "staging"),
    ("stg", "staging"),
    ("preprod", "preprod"),
    ("prod", "prod"),
    ("production", "prod"),
    ("prd", "prod"),
    ("live", "prod"),
    ("sandbox", "sandbox"),
    ("local", "local"),
    ("minikube", "minikube"),
    ("kind", "kind"),
    ("k3s", "k3s"),
    ("k3d", "k3d"),
    ("microk8s", "microk8s"),
    ("eks", "aws"),
    ("aws", "aws"),
    ("gke", "gcp"),
    ("gcp", "gcp"),
    ("aks", "azure"),
    ("azure", "azure"),
    ("openshift", "openshift"),
    ("onprem", "onprem"),
    ("baremetal", "baremetal"),
];

impl Units {
    /// Tells the units of a run apart.
    #[must_use]
    pub fn find(directories: &Directories, census: &Census<'_>) -> Self {
        let counts = Counts::new(directories, census);
        let all = || (0..u32::try_from(directories.count()).unwrap_or(u32::MAX)).map(DirectoryId);
        // A chart is all of the folder that holds its `templates`.
        let charts: Set<DirectoryId> =
            all().filter(|at| directories.name(*at) == "templates").filter_map(|at| directories.parent(at)).collect();
        let is_of_lessons = |at: &DirectoryId| OF_LESSONS.contains(&bare(directories.name(*at)).as_str());
        let lessons: Set<DirectoryId> = all().filter(is_of_lessons).filter_map(|at| directories.parent(at)).collect();
        let mut branches: Vec<Branch> = Vec::with_capacity(directories.count());
        for at in all() {
            let (name, parent) = (directories.name(at), directories.parent(at));
            let above = parent.map_or("", |parent| directories.name(parent));
            let (own, held) = (counts.own(at), counts.within(directories, at));
            let shared = SHARED.contains(&name);
            let chart = parent.and_then(|parent| branches.get(parent.0 as usize)).and_then(|parent| parent.chart);
            let layer = match (held.services > 0, held.workloads > 0) {
                (true, false) => Some(Layer::Services),
                (false, true) => Some(Layer::Workloads),
                _ => None,
            };
            branches.push(Branch {
                environment: if shared { None } else { environment(name, above) },
                one_of_many: !shared && own.repeated_by_many * 2 > held.all(),
                repeats_above: !shared
                    && own.services_above > 0
                    && own.workloads_above > 0
                    && (own.services_above + own.workloads_above) * 2 > held.all(),
                series: if held.services > 0 && held.workloads > 0 { series(name, above) } else { None },
                chart: chart.or(charts.contains(&at).then_some(at)),
                layer,
                of_a_kind: (layer.is_some() || held.all() == 0)
                    && is_named_for_a_kind(name, layer)
                    && !OF_EXAMPLES.contains(&above.to_lowercase().as_str())
                    && parent.is_none_or(|parent| !lessons.contains(&parent)),
                twins: Vec::new(),
            });
        }
        let held = |of: DirectoryId| counts.within(directories, of).all();
        let shared = |of: DirectoryId| SHARED.contains(&directories.name(of));
        let of_most =
            counts.pairs.iter().filter(|((a, b), count)| i64::from(**count) * 2 > held(*a).min(held(*b)) && !shared(*a) && !shared(*b));
        for ((a, b), _) in of_most {
            if let Some(branch) = branches.get_mut(a.0 as usize) {
                branch.twins.push(*b);
            }
        }
        branches.iter_mut().for_each(|branch| branch.twins.sort_unstable());
        Self { branches }
    }

    fn branch(&self, of: DirectoryId) -> Option<&Branch> {
        self.branches.get(of.0 as usize)
    }

    /// How the units of two directories are related.
    #[must_use]
    pub fn relation(&self, directories: &Directories, kustomize: &Kustomize, a: DirectoryId, b: DirectoryId) -> Relation {
        if a == b {
            return Relation::Together;
        }
        let (_, to_a, to_b) = directories.fork(a, b);
        let beside = match (to_a, to_b) {
            (Some(a), Some(b)) if self.are_alternatives(a, b) => return Relation::Alternative,
            (Some(a), Some(b)) => self.are_of_a_series(a, b),
            (None, Some(below)) | (Some(below), None) if self.branch(below).is_some_and(|it| it.repeats_above) => {
                return Relation::Alternative;
            }
            _ => false,
        };
        let chart = |of: DirectoryId| self.branch(of).and_then(|it| it.chart);
        if beside || chart(a) != chart(b) || kustomize.are_built_apart(a, b) { Relation::Beside } else { Relation::Together }
    }

    /// How far apart two directories stand.
    #[must_use]
    pub fn distance(&self, directories: &Directories, kustomize: &Kustomize, a: DirectoryId, b: DirectoryId) -> Distance {
        if a == b {
            return Distance::SameDirectory;
        }
        match self.relation(directories, kustomize, a, b) {
            Relation::Alternative => Distance::Apart,
            Relation::Together if self.are_of_kinds(directories, a, b) => Distance::SameDirectory,
            Relation::Together if directories.are_close(a, b) || self.are_layers(directories, a, b) => Distance::Near,
            _ => Distance::Far,
        }
    }

    fn are_alternatives(&self, a: DirectoryId, b: DirectoryId) -> bool {
        let (Some(it), Some(other)) = (self.branch(a), self.branch(b)) else { return false };
        let environments = it.environment.is_some() && other.environment.is_some() && it.environment != other.environment;
        let (first, second) = if a <= b { (it, b) } else { (other, a) };
        environments || it.one_of_many && other.one_of_many || first.twins.binary_search(&second).is_ok()
    }

    /// Whether the one comes from a branch of Services and the other from one of the workloads behind them.
    fn are_layers(&self, directories: &Directories, a: DirectoryId, b: DirectoryId) -> bool {
        let (_, Some(a), Some(b)) = directories.fork(a, b) else { return false };
        let (Some(a), Some(b)) = (self.branch(a), self.branch(b)) else { return false };
        a.layer.is_some() && b.layer.is_some() && a.layer != b.layer
    }

    /// Whether what lies two levels around a directory and not close to it may be another layer of its unit.
    #[must_use]
    pub fn may_have_layers(&self, directories: &Directories, directory: DirectoryId) -> bool {
        let ways = [Some(directory), directories.parent(directory)];
        ways.into_iter().flatten().any(|way| self.branch(way).is_some_and(|it| it.layer.is_some()))
    }

    /// Whether a directory holds the objects of one kind, those of the others lying beside it: `services/`, `deployments/`.
    #[must_use]
    pub fn is_of_a_kind(&self, directory: DirectoryId) -> bool {
        self.branch(directory).is_some_and(|it| it.of_a_kind)
    }

    /// Whether two directories are folders of kinds beside each other: one folder, sorted.
    fn are_of_kinds(&self, directories: &Directories, a: DirectoryId, b: DirectoryId) -> bool {
        self.is_of_a_kind(a) && self.is_of_a_kind(b) && directories.parent(a).is_some() && directories.parent(a) == directories.parent(b)
    }

    fn are_of_a_series(&self, a: DirectoryId, b: DirectoryId) -> bool {
        let (Some(it), Some(other)) = (self.branch(a), self.branch(b)) else { return false };
        it.series.is_some() && it.series == other.series
    }
}

/// The environment a folder is named for: by its own name, or as one of a folder of environments.
fn environment(name: &str, above: &str) -> Option<String> {
    if OF_ENVIRONMENTS.contains(&above) {
        return Some(name.to_lowercase());
    }
    let lower = name.to_lowercase();
    let words: Vec<&str> = lower.split(|c: char| !c.is_ascii_alphanumeric()).collect();
    let meant = words.iter().filter_map(|word| ENVIRONMENTS.iter().find(|(written, _)| written == word));
    let meant: Vec<&str> = meant.map(|(_, environment)| *environment).collect();
    (!meant.is_empty()).then(|| meant.join(" "))
}

/// Whether a folder is named for a kind of which it may hold objects.
fn is_named_for_a_kind(name: &str, layer: Option<Layer>) -> bool {
    let bare = bare(name);
    OF_A_KIND.iter().any(|(holds, names)| *holds == layer && names.contains(&bare.as_str()))
}

/// A folder's name without signs and capitals.
fn bare(name: &str) -> String {
    if name.is_ascii() {
        return name.bytes().filter(u8::is_ascii_alphanumeric).map(|c| char::from(c.to_ascii_lowercase())).collect();
    }
    name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

/// The series a folder is one of: that of the folder's examples, or that of its own name without the number.
fn series(name: &str, above: &str) -> Option<String> {
    if OF_EXAMPLES.contains(&above.to_lowercase().as_str()) {
        return Some(String::new());
    }
    if name.starts_with(|c: char| c.is_ascii_digit()) {
        return Some("0".to_owned());
    }
    let bare = name.trim_end_matches(|c: char| c.is_ascii_digit());
    (bare.len() < name.len()).then(|| bare.to_lowercase())
}

/// What each directory holds, and what it holds again.
struct Counts {
    own: Vec<Count>,
    /// Of all directories before one: what the branches hold is the difference of two.
    before: Vec<Held>,
    /// How many objects two siblings both hold.
    pairs: Map<(DirectoryId, DirectoryId), u32>,
}

/// What one directory adds.
#[derive(Clone, Copy, Default)]
struct Count {
    held: Held,
    /// Objects that many siblings of it hold too.
    repeated_by_many: i64,
    /// Services and workloads that the directory above holds too.
    services_above: i64,
    workloads_above: i64,
}

/// Different Services and workloads.
#[derive(Clone, Copy, Default)]
struct Held {
    services: i64,
    workloads: i64,
}

impl Held {
    fn add(&mut self, is_service: bool, count: i64) {
        *(if is_service { &mut self.services } else { &mut self.workloads }) += count;
    }

    fn all(self) -> i64 {
        self.services + self.workloads
    }
}

impl Counts {
    fn new(directories: &Directories, census: &Census<'_>) -> Self {
        let mut it = Self { own: vec![Count::default(); directories.count()], before: Vec::new(), pairs: Map::default() };
        for ((kind, ..), places) in &census.places {
            it.count(directories, *kind == "Service", places.clone());
        }
        let mut sum = Held::default();
        it.before.push(sum);
        for own in &it.own {
            sum = Held { services: sum.services + own.held.services, workloads: sum.workloads + own.held.workloads };
            it.before.push(sum);
        }
        it
    }

    /// Counts one object in each of the directories that hold it. Where the ways to two of them part it was counted twice.
    fn count(&mut self, directories: &Directories, is_service: bool, mut places: Vec<DirectoryId>) {
        places.sort_unstable();
        places.dedup();
        for place in &places {
            self.change(*place, |count| count.held.add(is_service, 1));
        }
        let mut forks: Vec<(DirectoryId, DirectoryId)> = Vec::new();
        for (a, b) in places.iter().zip(places.iter().skip(1)) {
            let (fork, to_a, to_b) = directories.fork(*a, *b);
            self.change(fork, |count| count.held.add(is_service, -1));
            forks.extend(to_a.into_iter().chain(to_b).map(|branch| (fork, branch)));
        }
        forks.sort_unstable();
        forks.dedup();
        for siblings in forks.chunk_by(|a, b| a.0 == b.0) {
            let above = siblings.first().is_some_and(|(fork, _)| places.binary_search(fork).is_ok());
            let many = siblings.len() > FEW;
            for (index, (_, branch)) in siblings.iter().enumerate() {
                self.change(*branch, |count| {
                    count.repeated_by_many += i64::from(many);
                    *(if is_service { &mut count.services_above } else { &mut count.workloads_above }) += i64::from(above);
                });
                for (_, other) in siblings.iter().skip(index + 1).filter(|_| !many) {
                    *self.pairs.entry((*branch, *other)).or_default() += 1;
                }
            }
        }
    }

    fn change(&mut self, at: DirectoryId, how: impl FnOnce(&mut Count)) {
        if let Some(count) = self.own.get_mut(at.0 as usize) {
            how(count);
        }
    }

    fn own(&self, of: DirectoryId) -> Count {
        self.own.get(of.0 as usize).copied().unwrap_or_default()
    }

    /// What a directory holds with all below it.
    fn within(&self, directories: &Directories, of: DirectoryId) -> Held {
        let before = |at: DirectoryId| self.before.get(at.0 as usize).copied().unwrap_or_default();
        let (start, end) = (before(of), before(directories.end(of)));
        Held { services: end.services - start.services, workloads: end.workloads - start.workloads }
    }
}
