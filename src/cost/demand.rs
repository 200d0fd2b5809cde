//! What an object asks of a load balancer: ports, annotations, class, addresses. Knows neither providers nor prices.

use std::collections::BTreeMap;

use k8s_openapi::api::core::v1::Service;

use crate::kube::object::Labels;

/// A transport protocol.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Protocol {
    /// TCP
    Tcp,
    /// UDP
    Udp,
    /// SCTP
    Sctp,
}

impl Protocol {
    /// As `ports[].protocol` names it; absent is TCP, anything else the API server refuses.
    #[must_use]
    pub fn read(text: Option<&str>) -> Self {
        match text {
            Some("UDP") => Self::Udp,
            Some("SCTP") => Self::Sctp,
            _ => Self::Tcp,
        }
    }

    /// `TCP`, `UDP` or `SCTP`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Tcp => "TCP",
            Self::Udp => "UDP",
            Self::Sctp => "SCTP",
        }
    }
}

/// A port that clients connect to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Port {
    /// Its protocol.
    pub protocol: Protocol,
    /// Its number.
    pub number: i32,
    /// Whether HTTP or TLS is spoken there, as far as its name and number tell.
    pub is_http: bool,
}

/// What an object asks for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Demand {
    /// `metadata.annotations`
    pub annotations: Labels,
    /// `metadata.labels`
    pub labels: Labels,
    /// `spec.loadBalancerClass`
    pub class: Option<String>,
    /// `status.loadBalancer.ingress[].hostname`
    pub hostnames: Vec<String>,
    /// The ports.
    pub ports: Vec<Port>,
    /// How many IP families it has.
    pub families: u32,
    /// `spec.loadBalancerIP`
    pub address: Option<String>,
    /// `spec.loadBalancerSourceRanges`, in order.
    pub source_ranges: Vec<String>,
}

impl Demand {
    /// What a Service asks for; none where it is of another type.
    #[must_use]
    pub fn of_service(service: &Service) -> Option<Self> {
        let spec = service.spec.as_ref().filter(|spec| spec.type_.as_deref() == Some("LoadBalancer"))?;
        let ports = spec.ports.iter().flatten().map(|port| {
            let protocol = Protocol::read(port.protocol.as_deref());
            Port {
                protocol,
                number: port.port,
                is_http: is_http(protocol, port.port, [port.app_protocol.as_deref(), port.name.as_deref()]),
            }
        });
        let status = service.status.as_ref().and_then(|status| status.load_balancer.as_ref());
        let mut source_ranges = spec.load_balancer_source_ranges.clone().unwrap_or_default();
        source_ranges.sort();
        Some(Self {
            annotations: service.metadata.annotations.clone().unwrap_or_default(),
            labels: service.metadata.labels.clone().unwrap_or_default(),
            class: spec.load_balancer_class.clone().filter(|class| !class.is_empty()),
            hostnames: status.and_then(|it| it.ingress.as_ref()).into_iter().flatten().filter_map(|it| it.hostname.clone()).collect(),
            ports: ports.collect(),
            families: match spec.ip_families.as_ref().map_or(0, Vec::len) {
                0 if spec.ip_family_policy.as_deref() == Some("RequireDualStack") => 2,
                0 | 1 => 1,
                _ => 2,
            },
            address: spec.load_balancer_ip.clone().filter(|address| !address.is_empty()),
            source_ranges,
        })
    }

    /// One that asks for HTTP and HTTPS and nothing else, as an ingress controller's Service does.
    #[must_use]
    pub fn of_controller(annotations: Labels) -> Self {
        let ports = [80, 443].map(|number| Port { protocol: Protocol::Tcp, number, is_http: true });
        Self { annotations, ports: ports.to_vec(), families: 1, ..Self::default() }
    }

    /// The value of an annotation.
    #[must_use]
    pub fn annotation(&self, key: &str) -> Option<&str> {
        self.annotations.get(key).map(String::as_str)
    }

    /// How many different protocols its ports have; one where there is no port.
    #[must_use]
    pub fn protocols(&self) -> u32 {
        let mut protocols: Vec<_> = self.ports.iter().map(|port| port.protocol).collect();
        protocols.sort_unstable();
        protocols.dedup();
        u32::try_from(protocols.len()).unwrap_or(u32::MAX).max(1)
    }

    /// Whether an HTTP proxy could stand in front of all its ports.
    #[must_use]
    pub fn is_http(&self) -> bool {
        !self.ports.is_empty() && self.ports.iter().all(|port| port.is_http)
    }

    /// The annotations that start so, for one to be made like it.
    #[must_use]
    pub fn annotations_of(&self, keys: &[&str]) -> Labels {
        let kept = self.annotations.iter().filter(|(key, _)| keys.contains(&key.as_str()));
        kept.map(|(key, value)| (key.clone(), value.clone())).collect::<BTreeMap<_, _>>()
    }
}

fn is_http(protocol: Protocol, number: i32, names: [Option<&str>; 2]) -> bool {
    const NAMES: [&str; 8] = ["http", "https", "web", "websecure", "grpc", "ws", "wss", "h2c"];
    let word = |name: &str| {
        let name = name.rsplit('/').next().unwrap_or(name);
        NAMES.contains(&name.split(['-', '2']).next().unwrap_or(name)) || NAMES.contains(&name)
    };
    protocol == Protocol::Tcp && (matches!(number, 80 | 443 | 8000 | 8080 | 8443 | 3000 | 5000) || names.into_iter().flatten().any(word))
}
