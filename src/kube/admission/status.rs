//! The Status that an API server answers with, and the words kubectl makes of it. Knows no object.

use super::{Cause, Verdict};

fn refused(code: u16, reason: &str, message: String) -> Verdict {
    Verdict { code: Some(code), reason: reason.into(), message, ..Verdict::default() }
}

/// 400, of which kubectl itself knows.
#[must_use]
pub fn bad_request(message: &str) -> Verdict {
    refused(400, "BadRequest", message.into())
}

/// 400: a body that cannot be decoded.
#[must_use]
pub fn cannot_be_handled(kind: &str, api_version: &str, error: &str) -> Verdict {
    // The server names the version without its group.
    let version = api_version.split_once('/').map_or(api_version, |(_, version)| version);
    refused(400, "BadRequest", format!("{kind} in version \"{version}\" cannot be handled as a {kind}: {error}"))
}

/// 404: a kind that is not served, in kubectl's words.
#[must_use]
pub fn no_match(kind: &str, api_version: &str) -> Verdict {
    refused(404, "NotFound", format!("no matches for kind \"{kind}\" in version \"{api_version}\""))
}

/// 404: an object that is not there.
#[must_use]
pub fn not_found(resource: &str, name: &str) -> Verdict {
    refused(404, "NotFound", format!("{resource} \"{name}\" not found"))
}

/// 409
#[must_use]
pub fn already_exists(resource: &str, name: &str) -> Verdict {
    refused(409, "AlreadyExists", format!("{resource} \"{name}\" already exists"))
}

/// 403 by an admission plugin.
#[must_use]
pub fn forbidden(resource: &str, name: &str, why: &str) -> Verdict {
    refused(403, "Forbidden", format!("{resource} \"{name}\" is forbidden: {why}"))
}

/// 500 with its one cause, which has neither reason nor field.
#[must_use]
pub fn internal(why: String) -> Verdict {
    let verdict = refused(500, "InternalError", format!("Internal error occurred: {why}"));
    Verdict { causes: vec![Cause { reason: "", field: String::new(), message: why }], ..verdict }
}

/// 500 of the storage, which gives no reason.
#[must_use]
pub fn resource_version_set() -> Verdict {
    refused(500, "", "resourceVersion should not be set on objects to be created".into())
}

/// 422
#[must_use]
pub fn invalid(kind: &str, group: &str, name: &str, causes: Vec<Cause>) -> Verdict {
    let mut lines = distinct(&causes);
    let errors = if lines.len() == 1 { lines.remove(0) } else { format!("[{}]", lines.join(", ")) };
    let dot = if group.is_empty() { "" } else { "." };
    let message = format!("{kind}{dot}{group} {} is invalid: {errors}", super::field::quote(name));
    Verdict { causes, ..refused(422, "Invalid", message) }
}

/// `field: message` of each cause, equal ones once.
fn distinct(causes: &[Cause]) -> Vec<String> {
    let mut seen = std::collections::HashSet::new();
    let lines = causes.iter().map(|cause| format!("{}: {}", cause.field, cause.message));
    lines.filter(|line| seen.insert(line.clone())).collect()
}

impl Verdict {
    /// Whether the object is refused.
    #[must_use]
    pub fn is_refused(&self) -> bool {
        self.code.is_some_and(|code| code != 201)
    }

    /// Whether it is more than that the object is accepted, or that nothing is predicted of it.
    #[must_use]
    pub fn says_something(&self) -> bool {
        self.is_refused() || !self.warnings.is_empty()
    }

    /// What `kubectl apply -f source` prints of a refusal, without the line end. `namespace` is the one written.
    #[must_use]
    pub fn kubectl_error(&self, kind: &str, name: &str, namespace: &str, source: &str) -> String {
        let quote = super::field::quote;
        if self.reason == "Invalid" {
            let lines = distinct(&self.causes);
            let start = format!("The {kind} {} is invalid: ", quote(name));
            return match lines.as_slice() {
                [only] => start + only,
                lines => lines.iter().fold(start, |text, line| format!("{text}\n* {line}")),
            };
        }
        if self.message.starts_with("no matches for kind") {
            return format!(
                "error: resource mapping not found for name: {} namespace: {} from {}: {}\nensure CRDs are installed first",
                quote(name),
                quote(namespace),
                quote(source),
                self.message
            );
        }
        if self.code == Some(400) && !self.message.contains("cannot be handled as a") {
            return format!("error: error parsing {}: {}", quote(source), self.message);
        }
        let reason = if self.reason.is_empty() { String::new() } else { format!(" ({})", self.reason) };
        format!("Error from server{reason}: error when creating {}: {}", quote(source), self.message)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cause(field: &str) -> Cause {
        Cause { reason: "FieldValueRequired", field: field.into(), message: "Required value".into() }
    }

    #[test]
    fn one_cause_and_several() {
        let one = invalid("Service", "", "web", vec![cause("a")]);
        assert_eq!(one.message, "Service \"web\" is invalid: a: Required value");
        assert_eq!(one.kubectl_error("Service", "web", "", "x.yaml"), "The Service \"web\" is invalid: a: Required value");
        let two = invalid("Ingress", "networking.k8s.io", "web", vec![cause("a"), cause("b"), cause("a")]);
        assert_eq!(two.message, "Ingress.networking.k8s.io \"web\" is invalid: [a: Required value, b: Required value]");
        let printed = "The Ingress \"web\" is invalid: \n* a: Required value\n* b: Required value";
        assert_eq!(two.kubectl_error("Ingress", "web", "", "x.yaml"), printed);
        assert_eq!(two.causes.len(), 3);
    }

    #[test]
    fn the_others() {
        let undecodable = cannot_be_handled("Deployment", "apps/v1", "json: x");
        assert_eq!(undecodable.message, "Deployment in version \"v1\" cannot be handled as a Deployment: json: x");
        let printed = undecodable.kubectl_error("Deployment", "web", "", "x.yaml");
        assert!(printed.starts_with("Error from server (BadRequest): error when creating \"x.yaml\": Deployment in version"));
        let exported = resource_version_set().kubectl_error("Service", "web", "", "x.yaml");
        assert!(exported.starts_with("Error from server: error when creating"));
        let unserved = no_match("Deployment", "v1").kubectl_error("Deployment", "web", "shop", "x.yaml");
        assert!(unserved.contains("namespace: \"shop\" from \"x.yaml\": no matches for kind \"Deployment\" in version \"v1\""));
    }
}
