//! The addresses that containers are told to call: `api:8080` in an environment variable or an argument. Knows no rule.

use std::ops::Range;

use super::configured;
use super::maps::Map;
use super::object::{Object, ObjectId};
use super::pod_spec::Container;
use super::ports;
use super::typed::Typed;
use super::world::{Distance, World};

/// A place that names a Service's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Call {
    /// The workload that is told.
    pub by: ObjectId,
    /// The field that tells it: `spec.template.spec.containers[0].env[1].value`.
    pub field: String,
    /// The ConfigMap that says so, and where in it; none where the workload does.
    pub config_map: Option<(ObjectId, String)>,
    /// The host as written: `api.shop.svc`.
    pub host: String,
    /// The namespace in the address, if one is.
    pub namespace: Option<String>,
    /// The port in the address.
    pub port: i32,
    /// Whether it can't be anything else than an address: a scheme stands before it, the variable's name says so
    /// (`DB_HOST`), or host and port have variables of their own.
    pub plain: bool,
}

impl Call {
    /// The first label of the host, which is a Service's name if it is one's.
    #[must_use]
    pub fn name(&self) -> &str {
        self.host.split('.').next().unwrap_or_default()
    }

    /// Whether the host is written as a Service's: by its name alone, or up to `svc`.
    #[must_use]
    pub fn is_of_cluster(&self) -> bool {
        is_of_cluster(&self.host)
    }
}

/// Whether a host is written as a Service's: by its name alone, or up to `svc`.
#[must_use]
pub fn is_of_cluster(host: &str) -> bool {
    let mut labels = host.split('.').skip(1);
    labels.next().is_none() || labels.next() == Some("svc")
}

/// The hosts that variables name without a port, each with its field: `DB_HOST=postgres`.
#[must_use]
pub fn hosts(object: &Object<'_>) -> Vec<(String, String)> {
    let mut found = Vec::new();
    let Some(template) = object.template() else { return found };
    for placed in template.spec.into_iter().flat_map(ports::containers) {
        for (index, variable) in placed.container.env.iter().flatten().enumerate() {
            let host = variable.value.as_deref().unwrap_or_default();
            if names_a_host(&variable.name) && is_host(host) {
                found.push((format!("{}.env[{index}].value", template.field(&placed.field())), host.to_owned()));
            }
        }
    }
    found
}

/// Whether a variable by its name holds somebody else's host; `HOST` on its own is where the program itself listens.
fn names_a_host(variable: &str) -> bool {
    let what = ["_HOST", "_HOSTNAME", "_SERVER", "DBHOST", "PGHOST"].iter().find_map(|end| variable.strip_suffix(end));
    what.is_some_and(|what| {
        !matches!(what, "VIRTUAL" | "SERVER" | "APP" | "LISTEN" | "BIND" | "NODE" | "POD" | "HTTP" | "PUBLIC" | "EXTERNAL" | "INGRESS")
    })
}

fn is_host(text: &str) -> bool {
    let label = |label: &str| !label.is_empty() && label.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'-');
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.split('.').all(label)
}

/// All of a run.
#[derive(Debug, Default)]
pub struct Calls {
    /// Those of one workload follow one another.
    all: Vec<Call>,
    by: Map<ObjectId, Range<usize>>,
    to: Map<String, Vec<usize>>,
}

impl Calls {
    /// Those that name this Service.
    pub fn to(&self, service: &str) -> impl Iterator<Item = &Call> {
        self.to.get(service).into_iter().flatten().filter_map(|at| self.all.get(*at))
    }

    /// Those of one workload: what it says itself, then what ConfigMaps put into its variables.
    #[must_use]
    pub fn by(&self, workload: ObjectId) -> &[Call] {
        self.by.get(&workload).and_then(|range| self.all.get(range.clone())).unwrap_or_default()
    }
}

/// Reads the environment, commands and arguments of all containers.
#[must_use]
pub fn gather(world: &World<'_>) -> Calls {
    let mut calls = Calls::default();
    for object in world.objects() {
        let first = calls.all.len();
        calls.all.append(&mut of(object));
        calls.all.append(&mut configured(world, object));
        if calls.all.len() > first {
            calls.by.insert(object.id, first..calls.all.len());
        }
    }
    for (at, call) in calls.all.iter().enumerate() {
        calls.to.entry(call.name().to_owned()).or_default().push(at);
    }
    calls
}

/// What one workload says itself.
fn of(object: &Object<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    let Some(template) = object.template() else { return calls };
    for placed in template.spec.into_iter().flat_map(ports::containers) {
        let within = || template.field(&placed.field());
        for (index, variable) in placed.container.env.iter().flatten().enumerate() {
            let value = variable.value.as_deref().unwrap_or_default();
            // `IMAGE=redis:7` is no address.
            if value.contains(':') && !variable.name.contains("IMAGE") {
                let field = || format!("{}.env[{index}].value", within());
                note(&mut calls, object, value, is_address(&variable.name), field);
            }
        }
        pairs(&mut calls, object, placed.container, &within);
        for (list, texts) in [("command", &placed.container.command), ("args", &placed.container.args)] {
            for (index, text) in texts.iter().flatten().enumerate() {
                note(&mut calls, object, text, false, || format!("{}.{list}[{index}]", within()));
            }
        }
    }
    calls
}

/// Variables of one container that are looked at in ConfigMaps, and the longest value: a file is no address.
const MOST_GIVEN: usize = 512;
const LONGEST: usize = 1024;

/// Those of one workload that ConfigMaps of the files put into its variables.
fn configured(world: &World<'_>, object: &Object<'_>) -> Vec<Call> {
    let mut calls = Vec::new();
    let Some(template) = object.template() else { return calls };
    for placed in template.spec.into_iter().flat_map(ports::containers) {
        let mut all = configured::given(world, object, placed.container);
        all.retain(|it| it.value.len() <= LONGEST);
        all.truncate(MOST_GIVEN);
        let named: Map<&str, &str> = all.iter().map(|it| (it.name.as_str(), it.value)).collect();
        for it in all.iter().filter(|it| !it.name.contains("IMAGE")) {
            let before = calls.len();
            let field = || format!("{}.{}", template.field(&placed.field()), it.field);
            note(&mut calls, object, it.value, is_address(&it.name), field);
            let port = it.name.strip_suffix("_HOST").and_then(|start| named.get(format!("{start}_PORT").as_str()));
            let port = port.and_then(|port| port.trim().parse().ok()).filter(|port| (1..=65535).contains(port));
            if let Some(port) = port.filter(|_| is_host(it.value)) {
                let namespace = it.value.split('.').nth(1).map(str::to_owned);
                calls.push(Call {
                    by: object.id,
                    field: field(),
                    config_map: None,
                    host: it.value.to_owned(),
                    namespace,
                    port,
                    plain: true,
                });
            }
            for call in calls.iter_mut().skip(before) {
                call.config_map = Some((it.map.id, format!("data[{}]", it.key)));
            }
        }
    }
    calls
}

/// Whether a variable by its name holds the address of somebody else: `DB_HOST`, `KAFKA_BROKERS`.
fn is_address(variable: &str) -> bool {
    const ENDS: [&str; 11] =
        ["_ADDR", "_ADDRESS", "_BROKER", "_BROKERS", "_ENDPOINT", "_HOST", "_HOSTS", "_SERVER", "_SERVERS", "_URI", "_URL"];
    ENDS.iter().any(|end| variable.ends_with(end))
}

/// The StatefulSet whose pod this may be, with its governing Service: `db-0` is one of `db`.
#[must_use]
pub fn stateful_set<'w, 's>(world: &'w World<'s>, object: &Object<'_>, pod: &str) -> Option<(&'w Object<'s>, &'w str)> {
    let (name, ordinal) = pod.rsplit_once('-')?;
    if ordinal.is_empty() || !ordinal.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    let mut found = world.named("StatefulSet", name, object);
    found.retain(|it| world.distance(object, it) < Distance::Far);
    let set = found.first().copied()?;
    let Some(Typed::StatefulSet(it)) = &set.typed else { return None };
    let governs = it.service_name.as_deref().filter(|name| !name.is_empty())?;
    // A Service of the pod's own name makes it a name.
    world.named("Service", pod, object).is_empty().then_some((set, governs))
}

fn note(calls: &mut Vec<Call>, by: &Object<'_>, text: &str, is_address: bool, field: impl Fn() -> String) {
    for (host, port, led) in addresses(text) {
        // Of a list only what stands first is the whole value's.
        let plain = led || is_address && text.starts_with(host);
        let namespace = host.split('.').nth(1).map(str::to_owned);
        calls.push(Call { by: by.id, field: field(), config_map: None, host: host.to_owned(), namespace, port, plain });
    }
}

/// `DB_HOST` and `DB_PORT` of one container.
fn pairs(calls: &mut Vec<Call>, by: &Object<'_>, container: &Container, within: &dyn Fn() -> String) {
    if !container.env.iter().flatten().any(|variable| variable.name.ends_with("PORT")) {
        return;
    }
    let variables: Map<&str, &str> =
        container.env.iter().flatten().filter_map(|variable| Some((variable.name.as_str(), variable.value.as_deref()?))).collect();
    for (index, variable) in container.env.iter().flatten().enumerate() {
        let Some(start) = variable.name.strip_suffix("PORT").filter(|start| !start.is_empty()) else { continue };
        let Some(port) = variable.value.as_deref().and_then(|value| value.trim().parse().ok()) else { continue };
        let host = ["HOST", "HOSTNAME", "SERVER", "ADDR", "ADDRESS"].iter().find_map(|end| variables.get(format!("{start}{end}").as_str()));
        if let Some(host) = host.filter(|host| is_host(host) && (1..=65535).contains(&port)) {
            let namespace = host.split('.').nth(1).map(str::to_owned);
            let field = format!("{}.env[{index}].value", within());
            calls.push(Call { by: by.id, field, config_map: None, host: (*host).to_owned(), namespace, port, plain: true });
        }
    }
}

/// Every `host:port` of a text, and whether a scheme or a user (`://`, `@`) stands before it.
fn addresses(text: &str) -> impl Iterator<Item = (&str, i32, bool)> {
    text.match_indices(':').filter_map(|(at, _)| {
        let (before, after) = (text.get(..at)?, text.get(at + 1..)?);
        let start =
            before.rfind(|c: char| !(c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '.'))).map_or(0, |at| at + 1);
        let digits = after.bytes().take_while(u8::is_ascii_digit).count();
        let host = before.get(start..)?;
        let port = after.get(..digits)?.parse().ok().filter(|port| (1..=65535).contains(port))?;
        let led = before.get(..start).unwrap_or_default();
        let plain = led.ends_with("://") || led.ends_with('@') && led.contains("://");
        host.starts_with(|c: char| c.is_ascii_lowercase()).then_some((host, port, plain))
    })
}

#[cfg(test)]
mod tests {
    use super::addresses;

    #[test]
    fn hosts_with_ports_are_found_in_any_text() {
        let found: Vec<_> = addresses("http://api.shop.svc:8080/x,db:5432 127.0.0.1:80 :9000 image:v2 amqp://me:pw@mq:5672").collect();
        assert_eq!(found, [("api.shop.svc", 8080, true), ("db", 5432, false), ("mq", 5672, true)]);
    }
}
