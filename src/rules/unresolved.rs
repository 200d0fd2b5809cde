//! What clients of a route see where a backend of it does not resolve. Knows no rule.

const COPIES: &str = "the copies of requests are lost";

/// As the Gateway API has it for each kind of route, whose clients can read one answer and not another; of copies they
/// see nothing.
#[must_use]
pub fn clients(kind: &str, field: &str) -> &'static str {
    match kind {
        _ if field.contains(".requestMirror.") => COPIES,
        "GRPCRoute" => "clients get `UNAVAILABLE`",
        "TCPRoute" | "TLSRoute" => "connections are closed",
        "UDPRoute" => "packets are dropped",
        _ => "clients get a 500",
    }
}

/// The same for the kinds that proxies bring: by the kind, and the field that names the Service.
#[must_use]
pub fn clients_of_proxy(kind: &str, field: &str) -> &'static str {
    match kind {
        "VirtualService" if field.contains(".mirror.") => COPIES,
        "IngressRouteUDP" => "packets are dropped",
        "IngressRouteTCP" => "connections are closed",
        "VirtualService" if field.starts_with("spec.tcp") || field.starts_with("spec.tls") => "connections are closed",
        "HTTPProxy" if field.starts_with("spec.tcpproxy") => "connections are closed",
        // Traefik leaves out the route, Envoy and nginx answer for it.
        "IngressRoute" => "clients get a 404",
        _ => "clients get a 503",
    }
}
