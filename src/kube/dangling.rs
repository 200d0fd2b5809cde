//! Why a Service's selector finds no pod in its namespace, as far as the files tell. Knows no rule's wording.

use k8s_openapi::api::core::v1::ContainerPort;
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::endpoints;
use super::faults;
use super::labels;
use super::near::{self, NearMiss};
use super::object::{Labels, Object};
use super::ports;
use super::targets;
use super::template;
use super::typed::Typed;
use super::world::{Distance, Match, Namespaces, World};

/// What stands where the pods should be.
#[derive(Debug)]
pub enum Cause<'w, 's> {
    /// Workloads that miss the selector by a slip, the likest first.
    Slip(Vec<NearMiss<'w, 's>>),
    /// The workload that was meant, as far as its place and name tell; its pods have other labels.
    OtherLabels(&'w Object<'s>),
    /// The pods are there, in another namespace.
    OtherNamespace(Vec<Match<'w, 's>>),
    /// Nothing comes near it.
    Unseen,
}

/// A [`Cause`] without its particulars.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    /// [`Cause::Slip`]
    Slip,
    /// [`Cause::OtherLabels`]
    OtherLabels,
    /// [`Cause::OtherNamespace`]
    OtherNamespace,
    /// [`Cause::Unseen`]
    Unseen,
}

impl World<'_> {
    /// The sort of a Service's [`cause`], worked out once: each of them has a rule of its own.
    #[must_use]
    pub fn dangles(&self, service: &Object<'_>) -> Option<Sort> {
        let sort = || {
            cause(self, service).map(|cause| match cause {
                Cause::Slip(_) => Sort::Slip,
                Cause::OtherLabels(_) => Sort::OtherLabels,
                Cause::OtherNamespace(_) => Sort::OtherNamespace,
                Cause::Unseen => Sort::Unseen,
            })
        };
        *self.dangling.get(service.id.0 as usize)?.get_or_init(sort)
    }
}

/// Why the selector finds nothing; none where it finds something, or where nothing can be said.
#[must_use]
pub fn cause<'w, 's>(world: &'w World<'s>, object: &Object<'_>) -> Option<Cause<'w, 's>> {
    let selector = object.service().and_then(endpoints::selector)?;
    let unknown = selector.iter().any(|(key, value)| template::is_placeholder(key) || template::is_placeholder(value));
    if unknown || world.kustomize.is_patch(object.span.file) || faults::hides(object, "spec.selector") {
        return None;
    }
    let found = world.selected(object);
    let own = found.iter().find(|found| found.namespaces == Namespaces::Same).map(|found| found.distance);
    if let Some(own) = own.filter(|own| *own < Distance::Far) {
        return if own == Distance::Near { slip_at_home(world, object, selector, &found) } else { None };
    }
    let elsewhere = found.iter().filter(|found| found.namespaces != Namespaces::Same && found.distance < Distance::Far);
    let nearest = elsewhere.clone().map(|found| found.distance).min();
    let slips = near::workloads(world, object, selector);
    let slip = slips.first().filter(|slip| !slip.vague()).map(|slip| slip.distance);
    match (nearest, slip) {
        (Some(nearest), slip) if slip.is_none_or(|slip| nearest <= slip) => {
            return Some(Cause::OtherNamespace(elsewhere.copied().collect()));
        }
        // Pods whose labels don't read may have them.
        _ if slips.first().is_some_and(|slip| labels_hidden(slip.object)) => return None,
        (_, Some(slip)) if own.is_none() || slip <= Distance::SameDirectory => return Some(Cause::Slip(slips)),
        _ if own.is_none() && !slips.is_empty() => return Some(Cause::Slip(slips)),
        _ => {}
    }
    match meant(world, object, selector) {
        Some(workload) if labels_hidden(workload) => None,
        Some(workload) => Some(Cause::OtherLabels(workload)),
        None => Some(Cause::Unseen),
    }
}

/// A slip beside the Service, of a workload that nobody else takes, where the pods that it does take have a Service of their
/// own beside them: those of another application were hardly meant.
fn slip_at_home<'w, 's>(world: &'w World<'s>, object: &Object<'_>, selector: &Labels, found: &[Match<'w, 's>]) -> Option<Cause<'w, 's>> {
    let slips = near::workloads(world, object, selector);
    let first = slips.first().filter(|slip| !slip.vague() && slip.misses.len() == 1 && slip.distance <= Distance::SameDirectory)?;
    let served = |it: &Match<'_, '_>| {
        let beside = |service: &&Object<'_>| service.id != object.id && world.distance(service, it.object) <= Distance::SameDirectory;
        world.services_taking(it.object).iter().any(beside)
    };
    let foreign = found.iter().filter(|it| it.namespaces != Namespaces::Different).all(served);
    (foreign && world.services_taking(first.object).is_empty() && !labels_hidden(first.object)).then_some(Cause::Slip(slips))
}

fn labels_hidden(workload: &Object<'_>) -> bool {
    workload.template().is_some_and(|template| {
        faults::hides(workload, &template.field("metadata.labels")) || faults::hides(workload, &template.field("metadata"))
    })
}

/// The workload of the Service's own name beside it, or the only one in a file of one Service.
fn meant<'w, 's>(world: &'w World<'s>, object: &Object<'_>, selector: &Labels) -> Option<&'w Object<'s>> {
    if world.unrendered_beside(object) || selector.keys().any(|key| labels::added_by_any_controller(key)) {
        return None;
    }
    let mine = |it: &&Object<'_>| world.namespaces(object, it) == Namespaces::Same;
    let own = world.directories.of(object.span.file);
    let mut beside = world.workloads_near(object, Distance::SameDirectory);
    beside.retain(|it| world.directories.of(it.span.file) == own);
    if let Some(namesake) = beside.iter().find(|it| it.name() == object.name() && mine(it)) {
        return Some(namesake);
    }
    if let Some(namesake) = in_another_layer(world, object) {
        return Some(namesake);
    }
    let mut services = world.in_file(object.span.file).filter(|it| it.service().is_some_and(|it| endpoints::selector(it).is_some()));
    let mut is_alone = || services.by_ref().take(2).count() == 1;
    let mut workloads = beside.into_iter().take_while(|it| it.span.file == object.span.file);
    let (only, more) = (workloads.next()?, workloads.next());
    let free = world.services_taking(only).is_empty();
    let related = serves(object, only) || shares_a_word(object, selector, only);
    (more.is_none() && free && mine(&only) && is_alone() && related && !made_by_operator(world, object, selector)).then_some(only)
}

/// Whether the pods of a workload have a port that the Service sends to, or declare none: a stranger's would hardly fit.
fn serves(object: &Object<'_>, workload: &Object<'_>) -> bool {
    let Some(spec) = workload.template().and_then(|template| template.spec) else { return true };
    let mut declared = ports::declared(spec).peekable();
    let fits = |port: &ContainerPort| {
        targets::service_ports(object).any(|(_, it)| match ports::target(it) {
            IntOrString::Int(number) => number == port.container_port || it.port == port.container_port,
            IntOrString::String(name) => port.name.as_ref() == Some(&name),
        })
    };
    declared.peek().is_none() || declared.any(|(.., port)| fits(port))
}

/// Whether the Service's name or selector has a word in common with the workload's name or labels.
fn shares_a_word(object: &Object<'_>, selector: &Labels, workload: &Object<'_>) -> bool {
    let words = |text: &str| text.split(['-', '.', '_', '/']).filter(|word| word.len() > 2).map(str::to_lowercase).collect::<Vec<_>>();
    let labels = workload.template().and_then(|template| template.labels);
    let theirs: Vec<_> =
        labels.into_iter().flat_map(|labels| labels.values()).map(String::as_str).chain([workload.name()]).flat_map(words).collect();
    selector.values().map(String::as_str).chain([object.name()]).flat_map(words).any(|word| theirs.contains(&word))
}

/// The only workload of the Service's own name in the folders next to it, where no Service takes its pods: `services/db.yaml`
/// was hardly written for another than `deployments/db.yaml`.
fn in_another_layer<'w, 's>(world: &'w World<'s>, object: &Object<'_>) -> Option<&'w Object<'s>> {
    let near = world.workloads_near(object, Distance::Near);
    let mut named = near.into_iter().filter(|it| it.name() == object.name() && world.namespaces(object, it) == Namespaces::Same);
    let (only, more) = (named.next()?, named.next());
    (more.is_none() && world.services_taking(only).is_empty()).then_some(only)
}

/// Whether an object beside the Service, of a kind that Kubernetes does not bring, may make the pods: the selector
/// names it or its kind.
#[must_use]
pub fn made_by_operator(world: &World<'_>, object: &Object<'_>, selector: &Labels) -> bool {
    let names = |text: &str| {
        let text = text.to_lowercase();
        let said = |part: &String| part.to_lowercase().split(['/', '.']).any(|part| part == text);
        selector.iter().any(|(key, value)| said(key) || said(value))
    };
    world.custom_near(object).into_iter().any(|it| names(it.name()) || names(it.kind()))
}

/// Whether Kubernetes brings this kind itself, or it only describes kinds.
#[must_use]
pub fn is_custom(object: &Object<'_>) -> bool {
    let group = object.reference.api_version.split_once('/').map_or("", |(group, _)| group);
    let bundled = group.is_empty() || !group.contains('.') || group.ends_with(".k8s.io") || group.ends_with("kustomize.toolkit.fluxcd.io");
    matches!(object.typed, Some(Typed::Other(_))) && object.template().is_none() && !bundled
}
