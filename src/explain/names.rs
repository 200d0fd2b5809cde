//! The names that the cluster's DNS has for a Service (`kubernetes/dns` specification 1.1.0). Knows no client.

use super::model::{Address, Asked, Endpoint, Name, Port, Slice};

/// What of a Service its names depend on.
pub struct Named<'n> {
    /// Its name.
    pub name: &'n str,
    /// Its namespace.
    pub namespace: &'n str,
    /// The cluster's domain.
    pub domain: &'n str,
    /// The target of an ExternalName Service.
    pub external: Option<&'n str>,
    /// Its cluster IPs; none where it is headless.
    pub cluster_ips: &'n [Address],
    /// Its ports.
    pub ports: &'n [Port],
    /// Its slices.
    pub slices: &'n [Slice],
}

impl Named<'_> {
    /// `api.shop.svc.cluster.local`
    #[must_use]
    pub fn whole(&self) -> String {
        format!("{}.{}.svc.{}", self.name, self.namespace, self.domain)
    }

    /// What a pod of its namespace tries behind a name of fewer than five dots.
    #[must_use]
    pub fn search_path(&self) -> Vec<String> {
        vec![format!("{}.svc.{}", self.namespace, self.domain), format!("svc.{}", self.domain), self.domain.to_owned()]
    }

    /// Who may ask by which name, and what comes back.
    #[must_use]
    pub fn asked(&self) -> Vec<Asked> {
        let (name, namespace) = (self.name, self.namespace);
        let leads = self.names().first().is_none_or(|own| !own.answer.contains("NXDOMAIN"));
        let answer = if leads { "the Service" } else { "no such name (NXDOMAIN)" };
        let asked = |name: String, by: &str, resolves: bool, answer: &str| Asked { name, by: by.into(), resolves, answer: answer.into() };
        let not = "no such name (NXDOMAIN), or a Service of that name over there";
        vec![
            asked(name.to_owned(), &format!("pods of namespace {namespace}"), leads, answer),
            asked(format!("{name}.{namespace}"), "pods of any namespace", leads, answer),
            asked(self.whole(), "pods of any namespace", leads, answer),
            asked(name.to_owned(), "pods of other namespaces", false, not),
            asked(self.whole(), "nodes, laptops, browsers", false, "nothing: they ask another DNS server, which knows no Service"),
        ]
    }

    /// All names, the Service's own first.
    #[must_use]
    pub fn names(&self) -> Vec<Name> {
        let whole = self.whole();
        if let Some(target) = self.external {
            return vec![alias(whole, target)];
        }
        if !self.cluster_ips.is_empty() {
            return self.with_cluster_ip(whole);
        }
        let mut names = self.families().map(|type_| Name { name: whole.clone(), type_, answer: self.who_answers() }).collect::<Vec<_>>();
        if names.is_empty() {
            names.push(Name { name: whole, type_: "A", answer: "no such name (NXDOMAIN): no endpoint is ready".into() });
            return names;
        }
        for endpoint in self.slices.iter().flat_map(|slice| &slice.endpoints) {
            let Some(hostname) = &endpoint.hostname else { continue };
            let name = format!("{hostname}.{}", self.whole());
            if !names.iter().any(|known| known.name == name) {
                names.push(Name { name, type_: "A", answer: "the address of that pod".into() });
            }
        }
        for slice in self.slices {
            for port in slice.ports.iter().filter(|port| !port.name.is_empty()) {
                let name = format!("_{}._{}.{}", port.name, port.protocol.to_lowercase(), self.whole());
                let number = port.port.unwrap_or(0);
                if !names.iter().any(|known| known.name == name) {
                    names.push(Name { name, type_: "SRV", answer: format!("port {number} (the pod's) at each ready pod's own name") });
                }
            }
        }
        names
    }

    fn with_cluster_ip(&self, whole: String) -> Vec<Name> {
        let of = |address: &Address| if address.address.contains(':') { "AAAA" } else { "A" };
        let mut names: Vec<_> = self
            .cluster_ips
            .iter()
            .map(|address| Name { name: whole.clone(), type_: of(address), answer: format!("the cluster IP, {}", address.address) })
            .collect();
        for port in self.ports {
            let Some(name) = &port.name else { continue };
            let name = format!("_{name}._{}.{whole}", port.protocol.to_lowercase());
            names.push(Name { name, type_: "SRV", answer: format!("port {} at {whole}", port.port) });
        }
        let hostnames = self.slices.iter().flat_map(|slice| &slice.endpoints).filter_map(|endpoint| endpoint.hostname.as_deref());
        for hostname in hostnames {
            let name = format!("{hostname}.{whole}");
            if !names.iter().any(|known| known.name == name) {
                let answer = "that pod, by CoreDNS; the specification has such names for a headless Service only (clusterIP: None)";
                names.push(Name { name, type_: "A", answer: answer.into() });
            }
        }
        for address in self.cluster_ips.iter().filter(|address| !address.made_up) {
            names.push(Name { name: address.address.clone(), type_: "PTR", answer: whole.clone() });
        }
        names
    }

    /// The types of the family of each slice that somebody is in.
    fn families(&self) -> impl Iterator<Item = &'static str> {
        let has = |family: &str| {
            let ready = |slice: &&Slice| slice.endpoints.iter().any(Endpoint::serves);
            self.slices.iter().filter(ready).any(|slice| slice.address_type == family)
        };
        [("IPv4", "A"), ("IPv6", "AAAA")].into_iter().filter(move |(family, _)| has(family)).map(|(_, type_)| type_)
    }

    fn who_answers(&self) -> String {
        let written = self.slices.iter().flat_map(|slice| &slice.endpoints).any(|it| it.address.is_some());
        if written {
            "the addresses of the ready endpoints, in any order".into()
        } else {
            "the addresses of the ready pods, in any order".into()
        }
    }
}

fn alias(whole: String, target: &str) -> Name {
    let bare = target.trim_end_matches('.');
    // CoreDNS makes no CNAME of what reads as an address.
    let answer = if bare.parse::<std::net::IpAddr>().is_ok() {
        format!("no such name (NXDOMAIN): `{target}` is an address, and an alias needs a name")
    } else {
        format!("{bare}.")
    };
    Name { name: whole, type_: "CNAME", answer }
}
