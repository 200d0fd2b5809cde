//! The variables that the kubelet gives to containers for a Service (`pkg/kubelet/envvars/envvars.go`). Knows no container.

use super::addresses::with_port;
use super::model::{Port, Variable};
use crate::kube::variables::prefix;

/// The variables of a Service with this cluster IP.
#[must_use]
pub fn variables(name: &str, cluster_ip: &str, ports: &[Port]) -> Vec<Variable> {
    let Some(first) = ports.first() else { return Vec::new() };
    let name = prefix(name);
    let mut variables = Vec::new();
    let mut add = |name: String, value: String| variables.push(Variable { name, value });
    add(format!("{name}_SERVICE_HOST"), cluster_ip.to_owned());
    add(format!("{name}_SERVICE_PORT"), first.port.to_string());
    for port in ports {
        if let Some(port_name) = &port.name {
            add(format!("{name}_SERVICE_PORT_{}", prefix(port_name)), port.port.to_string());
        }
    }
    add(format!("{name}_PORT"), url(cluster_ip, first));
    for port in ports {
        let start = format!("{name}_PORT_{}_{}", port.port, port.protocol.to_uppercase());
        add(start.clone(), url(cluster_ip, port));
        add(format!("{start}_PROTO"), port.protocol.to_lowercase());
        add(format!("{start}_PORT"), port.port.to_string());
        add(format!("{start}_ADDR"), cluster_ip.to_owned());
    }
    variables
}

/// `tcp://192.0.2.10:80`
#[must_use]
pub fn url(cluster_ip: &str, port: &Port) -> String {
    format!("{}://{}", port.protocol.to_lowercase(), with_port(cluster_ip, port.port))
}
