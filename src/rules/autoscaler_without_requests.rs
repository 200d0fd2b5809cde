//! An autoscaler by utilization of what its pods don't request.

use crate::finding::{Confidence, Finding};
use crate::kube::meant::Meant;
use crate::kube::pod_spec::PodSpec;
use crate::kube::ports::{self, Role};
use crate::kube::scaled::Target;
use crate::kube::world::Distance;
use crate::kube::{Object, Typed, World};

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let Some(target) = Target::of(object).filter(|_| !world.kustomize.is_patch(object.span.file)) else { return };
    let Meant::There(workloads) = target.meant(world, object) else { return };
    let [workload] = workloads.as_slice() else { return };
    let Some(template) = workload.template() else { return };
    let Some(spec) = template.spec.filter(|spec| !ports::is_partial(spec) && !spec.has_resources) else { return };
    let defaults = ["LimitRange", "VerticalPodAutoscaler"].iter().any(|kind| !world.of_kind(kind, object, Distance::Near).is_empty());
    for (field, resource) in measured(object) {
        let Some((at, container)) = without(spec, &resource).filter(|_| !defaults) else { continue };
        let close = world.distance(object, workload) <= Distance::SameDirectory;
        let open = world.changed_later(workload) || !world.patches_of(workload).is_empty() || world.unrendered_beside(object) || world.among_alternatives(object);
        let field_there = template.field(&at);
        out.push(
            Finding::new(
                if close && !open { Confidence::Likely } else { Confidence::Possible },
                format!("HorizontalPodAutoscaler `{}` measures {resource} against requests that container `{container}` does not make", object.name()),
            )
            .label(object.at(&field).span(), "per cent of nothing: the metric stays <unknown>, and nothing is scaled by it")
            .label(workload.at(&field_there).span(), format!("no `requests` for {resource} in {}", world.told(workload)))
            .help(format!("give every container of the pods `resources.requests.{resource}`"))
            .field(field),
        );
    }
}

/// The resources that are measured in per cent of what is requested, with their places.
fn measured(object: &Object<'_>) -> Vec<(String, String)> {
    match &object.typed {
        Some(Typed::HorizontalPodAutoscalerV1(it)) if it.spec.target_cpu_utilization_percentage.is_some() => {
            vec![("spec.targetCPUUtilizationPercentage".to_owned(), "cpu".to_owned())]
        }
        Some(Typed::HorizontalPodAutoscaler(it)) => {
            let metrics = it.spec.metrics.iter().flatten().enumerate();
            let resources = metrics.filter_map(|(index, metric)| Some((index, metric.resource.as_ref()?)));
            let percent = resources.filter(|(_, resource)| resource.target.average_utilization.is_some());
            percent.map(|(index, resource)| (format!("spec.metrics[{index}].resource.name"), resource.name.clone())).collect()
        }
        _ => Vec::new(),
    }
}

/// The first container that neither requests nor limits a resource: a limit alone is a request, too.
fn without<'p>(spec: &'p PodSpec, resource: &str) -> Option<(String, &'p str)> {
    let running = ports::containers(spec).filter(|placed| placed.role != Role::Init);
    let lacks = running.filter(|placed| {
        !placed.container.resources.iter().any(|named| named == resource)
    });
    lacks.map(|placed| (format!("{}.name", placed.field()), placed.container.name.as_str())).next()
}
