//! What the files say a pod listens on, beside the ports it declares. Knows no Service.

use k8s_openapi::api::core::v1::{Container, LifecycleHandler, Probe};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;

use super::Typed;
use super::images;
use super::object::{Object, Template};
use super::ports::{self, Placed, Role};
use super::world::{Namespaces, World};

/// A place that names a number as one the program listens on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// The number.
    pub number: i32,
    /// Who says so: "the readiness probe", "`--port=8080`".
    pub says: String,
    /// Where, within the object.
    pub field: String,
}

/// The signs of all containers that run while the pod serves.
#[must_use]
pub fn signs(template: &Template<'_>) -> Vec<Sign> {
    let mut signs = Vec::new();
    for placed in template.spec.into_iter().flat_map(ports::containers).filter(|placed| placed.role != Role::Init) {
        let at = Within { field: template.field(&placed.field()), container: placed.container };
        at.probes(&mut signs);
        at.environment(&mut signs);
        at.arguments(&mut signs);
        at.image(&mut signs);
    }
    signs
}

struct Within<'p> {
    field: String,
    container: &'p Container,
}

impl Within<'_> {
    fn sign(&self, number: i32, says: String, field: &str) -> Sign {
        Sign { number, says, field: format!("{}.{field}", self.field) }
    }

    fn probes(&self, signs: &mut Vec<Sign>) {
        for (name, probe) in probes(self.container) {
            for (field, port) in probe_ports(probe) {
                if let IntOrString::Int(number) = port {
                    signs.push(self.sign(number, format!("the {} probe", name.trim_end_matches("Probe")), &format!("{name}.{field}")));
                }
            }
        }
    }

    /// Variables that by their names say where the program itself listens; `DB_PORT` is somebody else's.
    fn environment(&self, signs: &mut Vec<Sign>) {
        const OWN: [&str; 16] = [
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
        ];
        for (index, variable) in self.container.env.iter().flatten().enumerate() {
            let value = variable.value.as_deref().unwrap_or_default();
            if let (true, Some(number)) = (OWN.contains(&variable.name.as_str()), trailing_port(value)) {
                signs.push(self.sign(number, format!("`{}={value}`", variable.name), &format!("env[{index}].value")));
            }
        }
    }

    fn arguments(&self, signs: &mut Vec<Sign>) {
        const FLAGS: [&str; 14] = [
            "port",
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
        let told = it.command.is_some() || it.args.is_some() || it.volume_mounts.as_ref().is_some_and(|mounts| !mounts.is_empty());
        if told || it.env_from.is_some() {
            return;
        }
        for number in images::ports(image).unwrap_or_default() {
            signs.push(self.sign(*number, format!("the image `{image}`"), "image"));
        }
    }
}

/// The probes of a container.
pub fn probes(container: &Container) -> impl Iterator<Item = (&'static str, &Probe)> {
    let named = [
        ("readinessProbe", &container.readiness_probe),
        ("livenessProbe", &container.liveness_probe),
        ("startupProbe", &container.startup_probe),
    ];
    named.into_iter().filter_map(|(name, probe)| Some((name, probe.as_ref()?)))
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
    let Some(spec) = template.spec else { return false };
    let number = number.to_string();
    let in_text = |text: &str| mentioned(text, &number);
    let annotated = object.metadata().and_then(|metadata| metadata.annotations.as_ref());
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
        texts || values || known || asked(it).any(|port| port.to_string() == number)
    };
    ports::containers(spec).filter(|placed| placed.role != Role::Init).any(in_container)
        || config_maps(template).any(|name| {
            let maps = world.named("ConfigMap", name, object);
            let nearest = maps.into_iter().find(|map| world.namespaces(object, map) != Namespaces::Different);
            nearest.is_some_and(|map| match &map.typed {
                Some(Typed::ConfigMap(map)) => map.data.iter().flat_map(|data| data.values()).any(|text| in_text(text)),
                _ => false,
            })
        })
}

fn asked(container: &Container) -> impl Iterator<Item = i32> {
    let number = |port: IntOrString| match port {
        IntOrString::Int(number) => Some(number),
        IntOrString::String(_) => None,
    };
    probes(container).flat_map(|(_, probe)| probe_ports(probe)).chain(hook_ports(container)).filter_map(move |(_, port)| number(port))
}

fn config_maps<'t>(template: &'t Template<'_>) -> impl Iterator<Item = &'t str> {
    let spec = template.spec;
    let mounted = spec.into_iter().flat_map(|spec| spec.volumes.iter().flatten()).flat_map(|volume| {
        let alone = volume.config_map.as_ref().map(|map| map.name.as_str());
        let sources = volume.projected.iter().flat_map(|projected| projected.sources.iter().flatten());
        alone.into_iter().chain(sources.filter_map(|source| Some(source.config_map.as_ref()?.name.as_str())))
    });
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
fn trailing_port(value: &str) -> Option<i32> {
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
    }
}
