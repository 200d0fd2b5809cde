//! What clients of a route see where a backend of it does not resolve. Knows no rule.

/// As the Gateway API has it for each kind of route: the kind knows which answer its clients can read.
#[must_use]
pub fn clients(kind: &str) -> &'static str {
    match kind {
        "GRPCRoute" => "clients get `UNAVAILABLE`",
        "TCPRoute" | "TLSRoute" => "connections are closed",
        "UDPRoute" => "packets are dropped",
        _ => "clients get a 500",
    }
}
