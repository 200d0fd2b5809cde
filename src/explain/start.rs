//! Where traffic starts. Knows no Service.

use std::net::IpAddr;
use std::str::FromStr;

/// A start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Start {
    /// Any pod without policies of its own.
    Pod,
    /// A node.
    Node,
    /// A client outside of the cluster, at some address or this one.
    Outside(Option<IpAddr>),
    /// A workload of the files.
    Workload {
        /// Its namespace.
        namespace: String,
        /// Its kind.
        kind: String,
        /// Its name.
        name: String,
    },
}

impl FromStr for Start {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts: Vec<_> = text.split('/').collect();
        match parts.as_slice() {
            ["pod"] => Ok(Self::Pod),
            ["node"] => Ok(Self::Node),
            ["outside"] => Ok(Self::Outside(None)),
            ["outside", address] => {
                address.parse().map(|address| Self::Outside(Some(address))).map_err(|_| format!("`{address}` is no address"))
            }
            [namespace, kind, name] if !namespace.is_empty() && !kind.is_empty() && !name.is_empty() => {
                Ok(Self::Workload { namespace: (*namespace).to_owned(), kind: (*kind).to_owned(), name: (*name).to_owned() })
            }
            _ => Err("expected pod, node, outside, outside/ADDRESS or NAMESPACE/KIND/NAME, as in shop/Deployment/web".into()),
        }
    }
}

impl std::fmt::Display for Start {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Pod => f.write_str("pod"),
            Self::Node => f.write_str("node"),
            Self::Outside(None) => f.write_str("outside"),
            Self::Outside(Some(address)) => write!(f, "outside/{address}"),
            Self::Workload { namespace, kind, name } => write!(f, "{namespace}/{kind}/{name}"),
        }
    }
}
