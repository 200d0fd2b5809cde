//! What the rules of load balancers ask: whose it is, which product, who makes it. Knows no rule.

use crate::cost::demand::Demand;
use crate::cost::detect::{self, Detected};
use crate::cost::{Controller, Options, Provider, placement};
use crate::finding::{Confidence, Finding};
use crate::kube::{Object, World, template};

pub const AWS: &str = "service.beta.kubernetes.io/aws-load-balancer-";
pub const AZURE: &str = "service.beta.kubernetes.io/azure-load-balancer-";
pub const DIGITALOCEAN: &str = "service.beta.kubernetes.io/do-loadbalancer-";
pub const HETZNER: &str = "load-balancer.hetzner.cloud/";

/// A Service that asks for a load balancer.
pub struct Asked<'o, 's> {
    pub object: &'o Object<'s>,
    pub demand: Demand,
    /// None where nothing tells, or several do.
    pub provider: Option<Provider>,
    /// The product's id in the price file.
    pub product: Option<&'static str>,
    options: Options,
}

/// The Service's demand; none for a patch, which is no whole Service.
pub fn asked<'o, 's>(object: &'o Object<'s>, world: &World<'_>) -> Option<Asked<'o, 's>> {
    if world.kustomize.is_patch(object.span.file) {
        return None;
    }
    let mut demand = Demand::of_service(object.service()?)?;
    // A value that is still to be filled in tells nothing.
    demand.annotations.retain(|_, value| !template::is_placeholder(value));
    demand.address = demand.address.filter(|address| !template::is_placeholder(address));
    let options = Options::of(&world.profile);
    let provider = match detect::provider(&demand, options.provider) {
        Detected::Provider { provider, .. } => Some(provider),
        _ => None,
    };
    let placement = provider.map(|provider| placement::of_service(provider, &demand, &options));
    let product = placement.and_then(|placement| placement.charges.first().map(|charge| charge.product));
    Some(Asked { object, demand, provider, product, options })
}

impl Asked<'_, '_> {
    /// Which of AWS's controllers looks after Services, as far as that was told.
    pub fn controller(&self) -> Option<Controller> {
        self.options.controller
    }

    pub fn annotation(&self, prefix: &str, name: &str) -> Option<&str> {
        let is_it = |key: &str| key.strip_prefix(prefix) == Some(name);
        self.demand.annotations.iter().find(|(key, _)| is_it(key)).map(|(_, value)| value.as_str())
    }

    /// How sure it is that AWS's cloud controller manager makes it; none where another does.
    pub fn by_ccm(&self) -> Option<Confidence> {
        let handed_over = match self.annotation(AWS, "type") {
            Some("nlb-ip" | "external") => true,
            _ => self.demand.class.is_some(),
        };
        match (self.provider, self.options.controller) {
            (Some(Provider::Aws), _) if handed_over => None,
            (Some(Provider::Aws), Some(Controller::Ccm)) => Some(Confidence::Certain),
            (Some(Provider::Aws), None) => Some(Confidence::Likely),
            _ => None,
        }
    }

    /// How sure it is that the AWS Load Balancer Controller makes it; none where another does, or where that is as likely.
    pub fn by_lbc(&self) -> Option<Confidence> {
        let by_type = match self.annotation(AWS, "type") {
            Some("nlb-ip") => true,
            Some("external") => matches!(self.annotation(AWS, "nlb-target-type"), Some("instance" | "ip")),
            _ => false,
        };
        let handed_over = by_type || self.demand.class.is_some();
        let given = matches!(self.options.controller, Some(Controller::Lbc | Controller::Auto));
        (self.provider == Some(Provider::Aws) && (handed_over || given)).then_some(Confidence::Certain)
    }

    /// A finding at an annotation.
    pub fn at_annotation(&self, confidence: Confidence, key: &str, message: String, label: impl Into<String>) -> Finding {
        self.at(confidence, &format!("metadata.annotations[{key}]"), message, label)
    }

    /// A finding at a field.
    pub fn at(&self, confidence: Confidence, field: &str, message: String, label: impl Into<String>) -> Finding {
        Finding::new(confidence, message).field(field).label(self.object.at(field).span(), label)
    }
}
