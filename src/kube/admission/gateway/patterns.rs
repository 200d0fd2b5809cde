//! The regular expressions of the Gateway API's schemas, each with what it means. Knows no field.

use super::schema::Pattern;

/// A group; empty for the core one.
pub static GROUP: Pattern = Pattern {
    text: r"^$|^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$",
    matches: |text| text.is_empty() || subdomain(text),
};

/// A kind.
pub static KIND: Pattern = Pattern {
    text: "^[a-zA-Z]([-a-zA-Z0-9]*[a-zA-Z0-9])?$",
    matches: |text| text.starts_with(|c: char| c.is_ascii_alphabetic()) && label(text, |byte| byte.is_ascii_alphanumeric()),
};

/// A namespace.
pub static NAMESPACE: Pattern = Pattern { text: "^[a-z0-9]([-a-z0-9]*[a-z0-9])?$", matches: |text| label(text, lower) };

/// A DNS subdomain: a section, a precise host name.
pub static SUBDOMAIN: Pattern = Pattern { text: r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", matches: subdomain };

/// A host name, with a wildcard for its first label or without.
pub static HOSTNAME: Pattern =
    Pattern { text: r"^(\*\.)?[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$", matches: hostname };

/// The name of a header or a query parameter.
pub static HEADER: Pattern = Pattern {
    text: r"^[A-Za-z0-9!#$%&'*+\-.^_\x60|~]+$",
    matches: |text| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&byte)),
};

/// A duration.
pub static DURATION: Pattern = Pattern { text: "^([0-9]{1,5}(h|m|s|ms)){1,4}$", matches: |text| milliseconds(text).is_some() };

/// The name of a controller.
pub static CONTROLLER: Pattern = Pattern {
    text: r"^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$",
    matches: |text| text.split_once('/').is_some_and(|(domain, path)| subdomain(domain) && !path.is_empty() && path.bytes().all(of_path)),
};

/// A listener's protocol. The second half of the expression is not bound to the start.
pub static PROTOCOL: Pattern = Pattern {
    text: r"^[a-zA-Z0-9]([-a-zA-Z0-9]*[a-zA-Z0-9])?$|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9]+$",
    matches: |text| {
        let owned = text.rsplit_once('/').is_some_and(|(domain, name)| {
            domain.bytes().last().is_some_and(lower) && !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric())
        });
        label(text, |byte| byte.is_ascii_alphanumeric()) || owned
    },
};

/// The type of an address. No half of the expression is bound to both ends.
pub static ADDRESS_TYPE: Pattern = Pattern {
    text: r"^Hostname|IPAddress|NamedAddress|[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*\/[A-Za-z0-9\/\-._~%!$&'()*+,;=:]+$",
    matches: |text| {
        let start = text.bytes().rposition(|byte| !of_path(byte)).map_or(0, |at| at + 1);
        let tail = text.as_bytes().get(start..).unwrap_or_default();
        let owned = tail.windows(3).any(|three| matches!(three, [before, b'/', _] if lower(*before)));
        text.starts_with("Hostname") || text.contains("IPAddress") || text.contains("NamedAddress") || owned
    },
};

/// The value of a label.
pub static LABEL_VALUE: Pattern =
    Pattern { text: "^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$", matches: |text| text.is_empty() || name_part(text) };

/// A set of certificates by name.
pub static WELL_KNOWN: Pattern = Pattern {
    text: r"^(System|([a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*/([A-Za-z0-9][-A-Za-z0-9_.]{0,61})?[A-Za-z0-9]))$",
    matches: |text| text == "System" || text.split_once('/').is_some_and(|(domain, name)| subdomain(domain) && short_name(name)),
};

/// An absolute URI.
pub static URI: Pattern = Pattern {
    text: r"^(([^:/?#]+):)(//([^/?#]*))([^?#]*)(\?([^#]*))?(#(.*))?",
    matches: |text| text.find([':', '/', '?', '#']).is_some_and(|at| at > 0 && text.get(at..).is_some_and(|rest| rest.starts_with("://"))),
};

/// The origin of a request to another site.
pub static ORIGIN: Pattern =
    Pattern { text: r"(^\*$)|(^(http(s)?):\/\/(((\*\.)?([a-zA-Z0-9\-]+\.)*[a-zA-Z0-9-]+|\*)(:([0-9]{1,5}))?)$)", matches: origin };

fn lower(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn of_path(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte)
}

/// Letters and digits at both ends, dashes between.
fn label(text: &str, is_end: fn(u8) -> bool) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()].into_iter().all(|end| end.copied().is_some_and(is_end));
    ends && bytes.iter().all(|byte| is_end(*byte) || *byte == b'-')
}

/// Labels of lower-case letters, digits and dashes, joined by dots.
#[must_use]
pub fn subdomain(text: &str) -> bool {
    text.split('.').all(|part| label(part, lower))
}

/// A subdomain, after a wildcard or on its own.
#[must_use]
pub fn hostname(text: &str) -> bool {
    subdomain(text.strip_prefix("*.").unwrap_or(text))
}

fn name_part(text: &str) -> bool {
    let bytes = text.as_bytes();
    let ends = [bytes.first(), bytes.last()].into_iter().all(|end| end.is_some_and(u8::is_ascii_alphanumeric));
    ends && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(byte))
}

fn short_name(text: &str) -> bool {
    text.len() <= 63 && name_part(text)
}

/// A key of a label or an annotation: a name, after a domain or on its own.
#[must_use]
pub fn label_key(key: &str) -> bool {
    key.split_once('/').map_or_else(|| short_name(key), |(domain, name)| subdomain(domain) && short_name(name))
}

/// How long a duration is, if it is one.
#[must_use]
pub fn milliseconds(text: &str) -> Option<u64> {
    let (mut rest, mut total) = (text, 0);
    for _ in 0..4 {
        let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
        let number: u64 = rest.get(..digits).filter(|_| (1..=5).contains(&digits))?.parse().ok()?;
        rest = rest.get(digits..)?;
        let (unit, length) = match rest.as_bytes() {
            [b'm', b's', ..] => (1, 2),
            [b'h', ..] => (3_600_000, 1),
            [b'm', ..] => (60_000, 1),
            [b's', ..] => (1_000, 1),
            _ => return None,
        };
        total += number * unit;
        rest = rest.get(length..)?;
        if rest.is_empty() {
            return Some(total);
        }
    }
    None
}

fn origin(text: &str) -> bool {
    let Some(rest) = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")) else { return text == "*" };
    let (host, port) = rest.split_once(':').map_or((rest, None), |(host, port)| (host, Some(port)));
    let port = port.is_none_or(|port| (1..=5).contains(&port.len()) && port.bytes().all(|byte| byte.is_ascii_digit()));
    let word = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    port && (host == "*" || host.strip_prefix("*.").unwrap_or(host).split('.').all(word))
}

/// A service of gRPC: `package.Service`.
#[must_use]
pub fn grpc_service(text: &str) -> bool {
    text.strip_prefix('.').unwrap_or(text).split('.').all(grpc_method)
}

/// A method of gRPC.
#[must_use]
pub fn grpc_method(text: &str) -> bool {
    let start = |byte: u8| byte.is_ascii_alphabetic() || byte == b'_';
    text.bytes().next().is_some_and(start) && text.bytes().all(|byte| start(byte) || byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_take_what_their_expressions_take() {
        let cases: [(&Pattern, &[&str], &[&str]); 9] = [
            (&GROUP, &["", "a", "a.b-c.d"], &["A", "a.", "-a", "a..b"]),
            (&KIND, &["Service", "service", "a-B1"], &["1a", "-a", "a-", ""]),
            (&HOSTNAME, &["*.a.b", "10.0.0.1", "a"], &["*", "a.*.b", "A.b", "a:80", "*.", ""]),
            (&DURATION, &["10s", "1h2m3s4ms", "99999ms"], &["10", "1.5s", "100000s", "1s1s1s1s1s", "", "s"]),
            (&PROTOCOL, &["HTTP", "grpc-web", "a.b/C", "-x/y"], &["", "-", "a/", "/b", "a b"]),
            (&ADDRESS_TYPE, &["IPAddress", "Hostname", "my.org/x", " a/x"], &["Name", "/x", "a/"]),
            (&URI, &["spiffe://a/b", "http://"], &["://a", "a:/b", "/a"]),
            (&ORIGIN, &["*", "http://*", "https://*.a.b:80", "http://a"], &["a", "ftp://a", "http://a:", "http://a/b", "http://"]),
            (&WELL_KNOWN, &["System", "a.b/c"], &["system", "a", "a/-b"]),
        ];
        for (pattern, good, bad) in cases {
            good.iter().for_each(|text| assert!((pattern.matches)(text), "{} {text:?}", pattern.text));
            bad.iter().for_each(|text| assert!(!(pattern.matches)(text), "{} {text:?}", pattern.text));
        }
        assert_eq!((milliseconds("1m500ms"), milliseconds("0s")), (Some(60_500), Some(0)));
        assert!(grpc_service(".a.B_1") && !grpc_service("a/b") && !grpc_service(""));
        assert!(label_key("a.b/c_d") && label_key("c") && !label_key("a/b/c") && !label_key(""));
    }
}
