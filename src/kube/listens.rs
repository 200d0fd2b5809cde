//! What the files say a pod listens on, beside the ports it declares. Knows no Service.

use k8s_openapi::api::core::v1::{LifecycleHandler, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::configured;
use super::images;
use super::object::{Object, ObjectId, Template};
use super::pod_spec::Container;
use super::ports::{self, Placed, Role};
use super::world::World;

/// A place that names a number as one the program listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The number.
    pub number: i32,
    /// Who says so: "the readiness probe", "`--port=8080`".
    pub says: String,
    /// Where, within its object.
    pub field: String,
    /// The ConfigMap that says so; none for the workload itself.
    pub config_map: Option<ObjectId>,
}

impl Sign {
    /// Whether it can't be said of anything but the address that the program itself listens on: `--listen=:8080`.
    #[must_use]
    pub fn is_plain(&self) -> bool {
        const FLAGS: [&str; 11] = [
            "listen",
            "listen-address",
            "listen-addr",
            "listen-port",
            "http-listen-port",
            "http-listen-address",
            "web.listen-address",
            "bind",
            "bind-addr",
            "bind-address",
            "bind-port",
        ];
        let flag = self.says.strip_prefix("`-").map(|rest| rest.trim_start_matches('-'));
        flag.and_then(|rest| rest.split(['=', ' ']).next()).is_some_and(|flag| FLAGS.contains(&flag))
    }
}

/// Variables that by their names say where the program itself listens; `DB_PORT` is somebody else's.
const OWN: [&str; 20] = [
    "PORT",
    "HTTP_PORT",
    "SERVER_PORT",
    "APP_PORT",
    "LISTEN_PORT",
    "CONTAINER_PORT",
    "BIND_PORT",
    "WEB_PORT",
    "GRPC_PORT",
    "LISTEN_ADDR",
    "LISTEN_ADDRESS",
    "BIND_ADDR",
    "BIND_ADDRESS",
    "ASPNETCORE_URLS",
    "ASPNETCORE_HTTP_PORTS",
    "GF_SERVER_HTTP_PORT",
    "NODE_PORT",
    "SERVICE_PORT",
    "UVICORN_PORT",
    "FLASK_RUN_PORT",
];

/// Whether a variable by its name says where this container itself listens: `PORT`, or `WEB_PORT` in a container `web`.
#[must_use]
pub fn is_own(variable: &str, container: &str) -> bool {
    OWN.contains(&variable) || variable.strip_suffix("_PORT").is_some_and(|start| start == super::variables::prefix(container))
}

/// The signs of all containers that run while the pod serves.
#[must_use]
pub fn signs(world: &World<'_>, object: &Object<'_>, template: &Template<'_>) -> Vec<Sign> {
    let mut signs = configured::signs(world, object, template);
    for placed in template.spec.into_iter().flat_map(ports::containers).filter(|placed| placed.role != Role::Init) {
        let at = Within { field: template.field(&placed.field()), container: placed.container };
        at.probes(&mut signs);
        at.environment(&mut signs);
        at.arguments(&mut signs);
        at.image(&mut signs);
    }
    signs.extend(annotated(template));
    signs
}

/// Where Dapr's sidecar is told to find the program.
fn annotated(template: &Template<'_>) -> Option<Sign> {
    let key = "dapr.io/app-port";
    let value = template.annotations?.get(key)?;
    let number = value.parse().ok().filter(|port| (1..=65535).contains(port))?;
    let field = template.field(&format!("metadata.annotations[{key}]"));
    Some(Sign { number, says: format!("`{key}: {value}`"), field, config_map: None })
}

struct Within<'p> {
    field: String,
    container: &'p Container,
}

impl Within<'_> {
    fn sign(&self, number: i32, says: String, field: &str) -> Sign {
        Sign { number, says, field: format!("{}.{field}", self.field), config_map: None }
    }

    fn probes(&self, signs: &mut Vec<Sign>) {
        for (name, probe) in probes(self.container) {
            for (field, port) in probe_ports(probe) {
                if let IntOrString::Int(number) = port {
                    signs.push(self.sign(number, format!("the {} probe", name.trim_end_matches("Probe")), &format!("{name}.{field}")));
                }
            }
        }
        for (field, port) in hook_ports(self.container) {
            if let IntOrString::Int(number) = port {
                signs.push(self.sign(number, "the lifecycle hook".to_owned(), field));
            }
        }
    }

    fn environment(&self, signs: &mut Vec<Sign>) {
        for (index, variable) in self.container.env.iter().flatten().enumerate() {
            let value = variable.value.as_deref().unwrap_or_default();
            if let (true, Some(number)) = (is_own(&variable.name, &self.container.name), trailing_port(value)) {
                signs.push(self.sign(number, format!("`{}={value}`", variable.name), &format!("env[{index}].value")));
            }
        }
    }

    fn arguments(&self, signs: &mut Vec<Sign>) {
        const FLAGS: [&str; 20] = [
            "p",
            "port",
            "http-addr",
            "listen-addr",
            "bind-addr",
            "http-listen-port",
            "http-listen-address",
            "http-port",
            "server-port",
            "listen-port",
            "bind-port",
            "secure-port",
            "http.port",
            "server.port",
            "web.listen-address",
            "listen",
            "listen-address",
            "bind",
            "addr",
            "address",
        ];
        for (list, texts) in [("command", &self.container.command), ("args", &self.container.args)] {
            let texts = texts.as_deref().unwrap_or_default();
            for (index, text) in texts.iter().enumerate() {
                let mut previous = index.checked_sub(1).and_then(|before| texts.get(before)).map_or("", String::as_str);
                for word in text.split_whitespace() {
                    let flag = |text: &str| FLAGS.contains(&text.trim_start_matches('-')) && text.starts_with('-');
                    let number = match word.split_once('=') {
                        Some((name, value)) if flag(name) => trailing_port(value),
                        None if flag(previous) => trailing_port(word),
                        None => word.strip_prefix(':').or(word.strip_prefix("0.0.0.0:")).and_then(|port| port.parse().ok()),
                        Some(_) => None,
                    };
                    if let Some(number) = number.filter(|number| (1..=65535).contains(number)) {
                        let says = if flag(previous) { format!("`{previous} {word}`") } else { format!("`{word}`") };
                        signs.push(self.sign(number, says, &format!("{list}[{index}]")));
                    }
                    previous = word;
                }
            }
        }
    }

    /// The image's own port counts where nothing could have changed it: no command, no argument, no mounted file.
    fn image(&self, signs: &mut Vec<Sign>) {
        let it = self.container;
        let image = it.image.as_deref().unwrap_or_default();
        let told = it.command.is_some() || it.args.is_some() || it.mounts_volumes;
        if told || it.env_from.is_some() {
            return;
        }
        for number in images::ports(image).unwrap_or_default() {
            signs.push(self.sign(*number, format!("the image `{image}`"), "image"));
        }
    }
}

/// Where a program is told to listen on its pod's loopback address: `--listen=127.0.0.1:8080`, `runserver localhost:8000`,
/// `HOST=localhost` beside `PORT=8080`. The number is the one that is written with it, or the only one that the container declares.
#[must_use]
pub fn on_loopback(template: &Template<'_>) -> Vec<Sign> {
    const FLAGS: [&str; 14] = [
        "host",
        "bind",
        "bind-address",
        "bind_address",
        "bind-addr",
        "bind_ip",
        "listen",
        "listen-address",
        "listen-addr",
        "address",
        "addr",
        "http-addr",
        "http.address",
        "web.listen-address",
    ];
    const VARIABLES: [&str; 8] =
        ["HOST", "LISTEN_ADDR", "LISTEN_ADDRESS", "BIND_ADDR", "BIND_ADDRESS", "LISTEN_HOST", "BIND_HOST", "SERVER_ADDRESS"];
    /// Programs that serve, whatever is written after them.
    const SERVERS: [&str; 9] =
        ["daphne", "flask", "gunicorn", "hypercorn", "mongod", "redis-server", "runserver", "uvicorn", "waitress-serve"];
    let mut found = Vec::new();
    for placed in template.spec.into_iter().flat_map(ports::containers).filter(|placed| placed.role != Role::Init) {
        if !names_loopback(placed.container) {
            continue;
        }
        let at = Within { field: template.field(&placed.field()), container: placed.container };
        let mut declared = placed.container.ports.iter().flatten().map(|port| port.container_port);
        let only = declared.next().filter(|_| declared.next().is_none());
        let mut program = None;
        for (list, texts) in [("command", &placed.container.command), ("args", &placed.container.args)] {
            let mut previous = "";
            for (index, text) in texts.iter().flatten().enumerate() {
                for word in text.split_whitespace() {
                    let flag = |text: &str| text.starts_with('-') && FLAGS.contains(&text.trim_start_matches('-'));
                    // `manage.py runserver 127.0.0.1:8000`, `gunicorn -b localhost:8000`: no flags, or short ones that other programs use otherwise.
                    let server = previous == "runserver" || previous == "-b" && program == Some("gunicorn");
                    let value = match word.split_once('=') {
                        Some((name, value)) => value_of(flag(name), value),
                        None => value_of(flag(previous) || server, word),
                    };
                    program = program.or(SERVERS.iter().copied().find(|name| word.rsplit('/').next() == Some(*name)));
                    // In a script `--host 127.0.0.1` may be a client's.
                    let only = only.filter(|_| !text.contains(char::is_whitespace) || program.is_some());
                    if let Some(number) = value.and_then(|port| port.or(only)) {
                        let says = if word.starts_with('-') { format!("`{word}`") } else { format!("`{previous} {word}`") };
                        found.push(at.sign(number, says, &format!("{list}[{index}]")));
                    }
                    previous = word;
                }
            }
        }
        for (index, variable) in placed.container.env.iter().flatten().enumerate() {
            let value = variable.value.as_deref().unwrap_or_default();
            let number = value_of(VARIABLES.contains(&variable.name.as_str()), value);
            if let Some(number) = number.and_then(|port| port.or(only)) {
                found.push(at.sign(number, format!("`{}={value}`", variable.name), &format!("env[{index}].value")));
            }
        }
    }
    found
}

/// The host names of a pod's own loopback address.
const LOOPBACK: [&str; 2] = ["127.0.0.1", "localhost"];

/// Whether anything that a container is told speaks of its loopback address: of most containers nothing does.
fn names_loopback(container: &Container) -> bool {
    let told = container.command.iter().chain(&container.args).flatten();
    let given = container.env.iter().flatten().filter_map(|variable| variable.value.as_ref());
    told.chain(given).any(|text| LOOPBACK.iter().any(|host| text.contains(host)))
}

/// The port of a loopback address, if one is written with it; none where it is another address, or nothing says that it
/// is listened on.
fn value_of(is_address: bool, value: &str) -> Option<Option<i32>> {
    let (host, port) = value.rsplit_once(':').map_or((value, None), |(host, port)| (host, port.parse().ok()));
    (is_address && LOOPBACK.contains(&host)).then_some(port)
}

/// The probes of a container.
pub fn probes(container: &Container) -> impl Iterator<Item = (&'static str, &Probe)> {
    let named = [
        ("readinessProbe", &container.readiness_probe),
        ("livenessProbe", &container.liveness_probe),
        ("startupProbe", &container.startup_probe),
    ];
    named.into_iter().filter_map(|(name, probe)| Some((name, probe.as_deref()?)))
}

/// The ports a probe asks, with their paths.
pub fn probe_ports(probe: &Probe) -> impl Iterator<Item = (&'static str, IntOrString)> {
    let http = probe.http_get.as_ref().map(|get| ("httpGet.port", get.port.clone()));
    let tcp = probe.tcp_socket.as_ref().map(|socket| ("tcpSocket.port", socket.port.clone()));
    let grpc = probe.grpc.as_ref().map(|grpc| ("grpc.port", IntOrString::Int(grpc.port)));
    [http, tcp, grpc].into_iter().flatten()
}

/// The ports of a container's lifecycle hooks, with their paths.
pub fn hook_ports(container: &Container) -> impl Iterator<Item = (&'static str, IntOrString)> {
    fn of(
        name: (&'static str, &'static str),
        hook: Option<&LifecycleHandler>,
    ) -> impl Iterator<Item = (&'static str, IntOrString)> + use<> {
        let http = hook.and_then(|hook| hook.http_get.as_ref()).map(|get| (name.0, get.port.clone()));
        let tcp = hook.and_then(|hook| hook.tcp_socket.as_ref()).map(|socket| (name.1, socket.port.clone()));
        [http, tcp].into_iter().flatten()
    }
    let lifecycle = container.lifecycle.as_ref();
    let start = lifecycle.and_then(|lifecycle| lifecycle.post_start.as_ref());
    let stop = lifecycle.and_then(|lifecycle| lifecycle.pre_stop.as_ref());
    of(("lifecycle.postStart.httpGet.port", "lifecycle.postStart.tcpSocket.port"), start)
        .chain(of(("lifecycle.preStop.httpGet.port", "lifecycle.preStop.tcpSocket.port"), stop))
}

/// Whether anything in the pod, or in a ConfigMap it uses, mentions the number: then the program may well listen there.
#[must_use]
pub fn mentions(world: &World<'_>, object: &Object<'_>, template: &Template<'_>, number: i32) -> bool {
    let running = template.spec.into_iter().flat_map(ports::containers).filter(|placed| placed.role != Role::Init);
    running.flat_map(|placed| asked(placed.container)).any(|port| port == number) || writes(world, object, template, number)
}

/// The same without what probes and hooks ask for.
#[must_use]
pub fn writes(world: &World<'_>, object: &Object<'_>, template: &Template<'_>, number: i32) -> bool {
    let Some(spec) = template.spec else { return false };
    let number = number.to_string();
    let in_text = |text: &str| mentioned(text, &number);
    let annotated = object.annotations();
    let templated = template.annotations;
    if annotated.into_iter().chain(templated).flat_map(|all| all.values()).any(|value| in_text(value)) {
        return true;
    }
    let in_container = |placed: Placed<'_>| {
        let it = placed.container;
        let texts = it.command.iter().chain(&it.args).flatten().any(|text| in_text(text));
        let values = it.env.iter().flatten().filter_map(|variable| variable.value.as_deref()).any(in_text);
        let known =
            images::ports(it.image.as_deref().unwrap_or_default()).is_some_and(|ports| ports.iter().any(|port| port.to_string() == number));
        texts || values || known
    };
    ports::containers(spec).filter(|placed| placed.role != Role::Init).any(in_container)
        || config_maps(template).any(|name| {
            let data = configured::data(world, object, name);
            data.is_some_and(|(_, data)| data.values().any(|text| in_text(text)))
        })
}

fn asked(container: &Container) -> impl Iterator<Item = i32> + use<'_> {
    let number = |port: IntOrString| match port {
        IntOrString::Int(number) => Some(number),
        IntOrString::String(_) => None,
    };
    probes(container).flat_map(|(_, probe)| probe_ports(probe)).chain(hook_ports(container)).filter_map(move |(_, port)| number(port))
}

fn config_maps<'t>(template: &'t Template<'_>) -> impl Iterator<Item = &'t str> {
    let spec = template.spec;
    let mounted = spec
        .into_iter()
        .flat_map(|spec| spec.volumes.iter().flatten())
        .flat_map(|volume| volume.config_map.iter().chain(&volume.projected_config_maps).map(String::as_str));
    let read = spec.into_iter().flat_map(ports::containers).flat_map(|placed| {
        let whole = placed.container.env_from.iter().flatten().filter_map(|from| Some(from.config_map_ref.as_ref()?.name.as_str()));
        let keys = placed.container.env.iter().flatten();
        whole.chain(keys.filter_map(|variable| Some(variable.value_from.as_ref()?.config_map_key_ref.as_ref()?.name.as_str())))
    });
    mounted.chain(read)
}

/// Whether a text holds a number on its own: `8080` in `:8080/x`, not in `18080`.
fn mentioned(text: &str, number: &str) -> bool {
    memchr::memmem::find_iter(text.as_bytes(), number).any(|at| {
        let digit = |at: Option<usize>| at.and_then(|at| text.as_bytes().get(at)).is_some_and(u8::is_ascii_digit);
        !digit(at.checked_sub(1)) && !digit(Some(at + number.len()))
    })
}

/// The port at the end of `8080`, `:8080`, `0.0.0.0:8080`, `http://+:8080`.
pub(super) fn trailing_port(value: &str) -> Option<i32> {
    let digits = value.trim().trim_end_matches('/').rsplit(':').next()?;
    digits.parse().ok().filter(|port| (1..=65535).contains(port))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_itself_and_no_part_of_another() {
        assert!(mentioned("listen 0.0.0.0:8080;", "8080"));
        assert!(!mentioned("18080 80801", "8080"));
        assert_eq!(trailing_port("http://+:5000/"), Some(5000));
        assert_eq!(trailing_port("tcp://10.0.0.1"), None);
        assert_eq!(value_of(true, "127.0.0.1:80"), Some(Some(80)));
        assert_eq!(value_of(true, "localhost"), Some(None));
        assert_eq!(value_of(true, "0.0.0.0:80"), None);
        assert_eq!(value_of(false, "localhost"), None);
    }
}
