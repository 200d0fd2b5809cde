//! A numeric target port that no container declares: legal, and wrong where the files name another number.

use k8s_openapi::api::core::v1::ServicePort;

use crate::finding::{Confidence, Finding};
use crate::kube::listens::{self, Sign};
use crate::kube::ports::{self, Role};
use crate::kube::targets::{self, Backend};
use crate::kube::world::{Distance, Namespaces};
use crate::kube::{Object, World};
use crate::source::Span;

pub fn check(object: &Object<'_>, world: &World<'_>, out: &mut Vec<Finding>) {
    let backends = targets::backends(world, object);
    let mut hinted = false;
    for (index, port, number) in targets::numbered_targets(object) {
        let known = |backend: &Backend<'_, '_>| {
            backend.declared().any(|declared| declared == number) || listens::mentions(world, backend.found.object, &backend.found.template, number)
        };
        let target = Target { object, world, index, port, number };
        if let Some(finding) = target.other_protocol(&backends) {
            out.push(finding);
            continue;
        }
        if backends.is_empty() || backends.iter().any(known) || backends.iter().any(Backend::ports_in_doubt) {
            continue;
        }
        let judged: Vec<_> = backends.iter().filter_map(|backend| target.judge(backend)).collect();
        let worst = judged.into_iter().reduce(|best, next| if next.confidence > best.confidence { next } else { best });
        // One hint is enough: a Service of many ports is told once that declarations are incomplete.
        out.extend(worst.filter(|finding| finding.confidence > Confidence::Possible || !std::mem::replace(&mut hinted, true)));
    }
}

struct Target<'o, 's> {
    object: &'o Object<'s>,
    world: &'o World<'s>,
    index: usize,
    port: &'o ServicePort,
    number: i32,
}

impl Target<'_, '_> {
    /// What the pods of one workload say against the number.
    fn judge(&self, backend: &Backend<'_, '_>) -> Option<Finding> {
        let declared: Vec<i32> = unique(backend.declared());
        let signs = listens::signs(self.world, backend.found.object, &backend.found.template);
        if let Some((port, span)) = self.host_port(backend) {
            let says = format!("{} is the `hostPort`, the container itself listens on {port}", self.number);
            return Some(self.finding(backend, self.likely(backend), port, vec![(span, says)]));
        }
        // A number that another port of the Service sends to is spoken for.
        let others = targets::service_ports(self.object).filter(|(index, _)| *index != self.index);
        let taken: Vec<i32> = others.filter_map(|(_, port)| self.reached(backend, port)).collect();
        let free: Vec<i32> = declared.iter().copied().filter(|port| !taken.contains(port)).collect();
        let against = |port: i32| signs.iter().filter(move |sign| sign.number == port);
        let single = backend.spec.containers.len() == 1;
        if let Some(meant) = free.iter().copied().find(|port| is_slip(self.number, *port)) {
            let says = vec![(declaration(backend, meant), format!("container port {meant} is declared, of nearly the same digits"))];
            return Some(self.finding(backend, if single { self.likely(backend) } else { Confidence::Possible }, meant, says));
        }
        if let [only] = free[..] {
            let at = declaration(backend, only);
            let mut says = vec![(at, format!("container port {only} is the one that is declared"))];
            let elsewhere = self.other_service(backend, only);
            // Where a port of another name goes there, this one may well be for another program of the pods.
            let spare = elsewhere.is_none_or(|(_, port)| self.is_alike(port));
            if let Some(sign) = against(only).next() {
                says.push((self.span(backend, sign), format!("{} says {only} too", sign.says)));
                // What an image listens on by default is known of the image, not of these files.
                let told = single && spare && against(only).any(|sign| !sign.field.ends_with(".image"));
                return Some(self.finding(backend, if told { self.likely(backend) } else { Confidence::Possible }, only, says));
            }
            if let Some((service, _)) = elsewhere.filter(|_| single && spare) {
                says.push((service.title(), format!("{} sends to {only} of the same pods", self.world.told(service))));
                return Some(self.finding(backend, self.likely(backend), only, says));
            }
            if self.port.port == only && single {
                says.push((self.object.at(&format!("spec.ports[{}].port", self.index)).span(), format!("the Service's own `port` says {only} too")));
                return Some(self.finding(backend, self.likely(backend), only, says));
            }
            if single && spare && self.is_left_out(only) {
                return Some(self.finding(backend, self.likely(backend), only, says));
            }
        }
        if declared.is_empty() {
            return self.undeclared(backend, &signs, &taken);
        }
        let port = *free.first()?;
        let says = vec![(declaration(backend, port), format!("the pods declare {}, which is no proof: a declaration is only a note", list(&declared)))];
        Some(self.finding(backend, Confidence::Possible, port, says))
    }

    /// Nothing is declared: only what two signs agree on counts for more than a hint, or what the program is told in words
    /// that mean nothing else.
    fn undeclared(&self, backend: &Backend<'_, '_>, signs: &[Sign], taken: &[i32]) -> Option<Finding> {
        let number = signs.first()?.number;
        let agreed: Vec<_> = signs.iter().filter(|sign| sign.number == number).collect();
        if signs.len() != agreed.len() || backend.spec.containers.len() != 1 || taken.contains(&number) {
            return None;
        }
        let told = unique_by(&agreed) > 1 && agreed.iter().all(|sign| !sign.field.ends_with(".image")) || agreed.iter().any(|sign| sign.is_plain());
        let spare = self.other_service(backend, number).is_none_or(|(_, port)| self.is_alike(port));
        let confidence = if told && spare { self.likely(backend) } else { Confidence::Possible };
        let says = agreed.iter().take(2).map(|sign| (self.span(backend, sign), format!("{} says {number}", sign.says))).collect();
        Some(self.finding(backend, confidence, number, says))
    }

    /// Where a port of a Service leads in these pods.
    fn reached(&self, backend: &Backend<'_, '_>, port: &ServicePort) -> Option<i32> {
        ports::find(backend.spec, &ports::target(port), ports::protocol(port.protocol.as_deref()), self.world.profile.version)
    }

    /// Another Service that sends to this port of the same pods.
    fn other_service(&self, backend: &Backend<'_, '_>, number: i32) -> Option<(&Object<'_>, &ServicePort)> {
        let others = self.world.services_taking(backend.found.object).into_iter().filter(|it| it.id != self.object.id);
        let to = |it| targets::service_ports(it).map(|(_, port)| port).find(|port| self.reached(backend, port) == Some(number));
        others.filter_map(|it| Some((it, to(it)?))).next()
    }

    /// Whether a port of another Service is the same by number or name, so that both were meant for one program.
    fn is_alike(&self, other: &ServicePort) -> bool {
        other.port == self.port.port || other.name.is_some() && other.name == self.port.name
    }

    /// Whether the number is only the Service's outer port, 80 or 443, taken for want of a `targetPort`, beside a program
    /// whose author wrote another down. A declared 80 proves less: it is copied from any example.
    fn is_left_out(&self, declared: i32) -> bool {
        let written = self.object.at(&format!("spec.ports[{}].targetPort", self.index)).found;
        let outer = |number: i32| matches!(number, 80 | 443);
        !written && outer(self.number) && !outer(declared) && targets::service_ports(self.object).count() == 1
    }

    /// The number is declared for UDP only, on purpose as TCP is the default, and the Service says TCP or nothing. The
    /// other way round a `protocol` was left out of a mere note.
    fn other_protocol(&self, backends: &[Backend<'_, '_>]) -> Option<Finding> {
        let [backend] = backends else { return None };
        let same = |it: &ServicePort| ports::protocol(it.protocol.as_deref()) == "UDP" && self.reached(backend, it) == Some(self.number);
        let served = |service: &Object<'_>| targets::service_ports(service).any(|(_, it)| same(it));
        let at: Vec<_> = ports::declared(backend.spec).filter(|(placed, _, it)| placed.role != Role::Init && it.container_port == self.number).collect();
        let (placed, index, _) = at.first().copied()?;
        let udp = at.iter().all(|(.., it)| it.protocol.as_deref() == Some("UDP"));
        if !udp || ports::protocol(self.port.protocol.as_deref()) != "TCP" || self.world.services_taking(backend.found.object).into_iter().any(served) {
            return None;
        }
        let field = backend.found.template.field(&format!("{}.ports[{index}].protocol", placed.field()));
        let number = self.number;
        let sure = if self.port.protocol.is_none() { self.likely(backend) } else { Confidence::Possible };
        let message = format!("Service `{}` sends to port {number} by TCP, which {} declares for UDP", self.object.name(), self.world.told(backend.found.object));
        let path = format!("spec.ports[{}]", self.index);
        let finding = Finding::new(sure, message)
            .label(self.object.at(&path).span(), "without a `protocol` it is TCP: UDP packets to the Service are dropped")
            .label(backend.found.object.at(&field).span(), format!("{number} is there for UDP"))
            .help("write `protocol: UDP` at the Service's port, or declare the port for TCP too if the program takes both");
        Some(finding.field(path))
    }

    fn host_port(&self, backend: &Backend<'_, '_>) -> Option<(i32, Span)> {
        let found = ports::declared(backend.spec).find(|(.., port)| port.host_port == Some(self.number) && port.container_port != self.number);
        let (placed, index, port) = found.filter(|_| backend.spec.host_network != Some(true))?;
        let path = backend.found.template.field(&format!("{}.ports[{index}].hostPort", placed.field()));
        Some((port.container_port, backend.found.object.at(&path).span()))
    }

    fn likely(&self, backend: &Backend<'_, '_>) -> Confidence {
        let it = backend.found;
        // A number that two Services agree on was hardly a slip.
        let agreed = self.other_service(backend, self.number).is_some();
        let close = it.distance <= Distance::SameDirectory && it.namespaces == Namespaces::Same && !agreed;
        let apart = it.distance > Distance::SameFile && self.world.among_alternatives(self.object);
        if close && !apart && !self.world.unrendered_beside(self.object) { Confidence::Likely } else { Confidence::Possible }
    }

    fn span(&self, backend: &Backend<'_, '_>, sign: &Sign) -> Span {
        let config_map = sign.config_map.and_then(|id| self.world.object(id));
        config_map.unwrap_or(backend.found.object).at(&sign.field).span()
    }

    fn finding(&self, backend: &Backend<'_, '_>, confidence: Confidence, instead: i32, says: Vec<(Span, String)>) -> Finding {
        let written = self.object.at(&format!("spec.ports[{}].targetPort", self.index));
        let field = if written.found { "targetPort" } else { "port" };
        let path = format!("spec.ports[{}].{field}", self.index);
        let place = self.object.at(&path);
        let (number, it) = (self.number, backend.found.object);
        let message = match confidence {
            Confidence::Possible => format!("target port {number} of Service `{}` is not declared by {}", self.object.name(), self.world.told(it)),
            _ => format!("Service `{}` sends to port {number}, but {} seems to listen on {instead}", self.object.name(), self.world.told(it)),
        };
        let own = if written.found { format!("nothing in the pods names {number}") } else { format!("without a `targetPort`, connections go to port {number} of the pods") };
        let mut finding = Finding::new(confidence, message).field(&path).label(place.span(), own);
        for (span, text) in says {
            finding = finding.label(span, text);
        }
        match confidence {
            Confidence::Possible => finding.help(format!("if the program listens on {number}, all is well: declare it to say so")),
            _ => finding.help(format!("set `targetPort: {instead}`, or declare {number} if the program does listen there")),
        }
    }
}

fn declaration(backend: &Backend<'_, '_>, number: i32) -> Span {
    let found = ports::declared(backend.spec).find(|(placed, _, port)| placed.role != Role::Init && port.container_port == number);
    let path = found.map_or_else(|| "spec.containers".to_owned(), |(placed, index, _)| format!("{}.ports[{index}].containerPort", placed.field()));
    backend.found.object.at(&backend.found.template.field(&path)).span()
}

/// Whether two neighbouring digits have changed places, or one was typed twice: 15762 for 15672, 33306 for 3306.
fn is_slip(written: i32, meant: i32) -> bool {
    let (written, meant) = (written.to_string().into_bytes(), meant.to_string().into_bytes());
    if written.len().min(meant.len()) < 4 {
        return false;
    }
    let mut swapped = (0..meant.len().saturating_sub(1)).map(|at| {
        let mut other = meant.clone();
        other.swap(at, at + 1);
        other
    });
    let mut doubled = (0..meant.len()).map(|at| {
        let mut other = meant.clone();
        other.insert(at, meant.get(at).copied().unwrap_or_default());
        other
    });
    written != meant && (swapped.any(|it| it == written) || doubled.any(|it| it == written))
}

fn unique(numbers: impl Iterator<Item = i32>) -> Vec<i32> {
    let mut all = Vec::new();
    for number in numbers {
        if !all.contains(&number) {
            all.push(number);
        }
    }
    all
}

/// How many different kinds of place agree: probes count as one.
fn unique_by(signs: &[&Sign]) -> usize {
    let kind = |sign: &Sign| if sign.field.contains("Probe.") { "probe".to_owned() } else { sign.says.clone() };
    signs.iter().map(|sign| kind(sign)).collect::<std::collections::BTreeSet<_>>().len()
}

fn list(numbers: &[i32]) -> String {
    numbers.iter().map(i32::to_string).collect::<Vec<_>>().join(", ")
}
