//! The cluster that manifests are judged for: version, ranges, defaults. Knows no object.

use super::Version;

/// An IP family.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum IpFamily {
    /// IPv4
    V4,
    /// IPv6
    V6,
}

/// What of a cluster decides how objects are judged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Profile {
    /// The API server's version.
    pub version: Version,
    /// First and last node port, both usable.
    pub node_ports: (u16, u16),
    /// Whether the node port range was given rather than assumed.
    pub node_ports_given: bool,
    /// `--service-cluster-ip-range`; empty: addresses are not judged by range.
    pub service_cidrs: Vec<String>,
    /// The cluster's families, the primary one first.
    pub ip_families: Vec<IpFamily>,
    /// Whether the families were given rather than assumed.
    pub ip_families_given: bool,
    /// Where objects without a namespace go.
    pub default_namespace: String,
    /// The cluster's DNS domain.
    pub domain: String,
    /// `--provider`, if given.
    pub provider: Option<String>,
    /// Which of the provider's controllers looks after Services, if given.
    pub controller: Option<String>,
    /// In how many zones its load balancers stand, if given.
    pub availability_zones: Option<u8>,
    /// Its region, if given.
    pub region: Option<String>,
}

impl Default for Profile {
    fn default() -> Self {
        Self {
            version: Version::DEFAULT,
            node_ports: (30000, 32767),
            node_ports_given: false,
            service_cidrs: Vec::new(),
            ip_families: vec![IpFamily::V4],
            ip_families_given: false,
            default_namespace: "default".into(),
            domain: "cluster.local".into(),
            provider: None,
            controller: None,
            availability_zones: None,
            region: None,
        }
    }
}

impl Profile {
    /// The same cluster, with both families where nobody said which it has: what only some clusters refuse is no fault
    /// of the files.
    #[must_use]
    pub fn lenient(&self) -> Self {
        let ip_families = if self.ip_families_given { self.ip_families.clone() } else { vec![IpFamily::V4, IpFamily::V6] };
        Self { ip_families, ..self.clone() }
    }
}
