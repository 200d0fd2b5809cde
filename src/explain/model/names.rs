//! By which names and addresses a Service is found. Knows no packet.

use serde::Serialize;

/// An address.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Address {
    /// The address.
    pub address: String,
    /// Whether it is made up.
    pub made_up: bool,
}

/// A DNS name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Name {
    /// The name, whole.
    pub name: String,
    /// `A`, `AAAA`, `CNAME`, `SRV`, `PTR`.
    #[serde(rename = "type")]
    pub type_: &'static str,
    /// What it answers, in words.
    pub answer: String,
}

impl Name {
    /// The address that an alias names in place of a name, which leads nowhere.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        let text = self.answer.split('`').nth(1).filter(|_| self.type_ == "CNAME")?;
        text.trim_end_matches('.').parse::<std::net::IpAddr>().is_ok().then_some(text)
    }
}

/// A name by which somebody asks for a Service, and what comes back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Asked {
    /// As a client writes it.
    pub name: String,
    /// Who asks.
    pub by: String,
    /// Whether it leads to the Service.
    pub resolves: bool,
    /// What comes back.
    pub answer: String,
}

/// An environment variable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Variable {
    /// Its name.
    pub name: String,
    /// Its value.
    pub value: String,
}

/// A container of the files that is told to call a Service.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Caller {
    /// `NS/KIND/NAME`, as `--from` takes it.
    pub workload: String,
    /// The field that tells it.
    pub field: String,
    /// The port it calls.
    pub port: i32,
    /// Whether the Service has that port; for a headless one, whether its pods do.
    pub port_fits: bool,
}
