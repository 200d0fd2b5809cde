//! The syntax rules that kinds share, with the words of `k8s.io/apimachinery/pkg/util/validation`. Knows no field.

use std::borrow::Cow;

use crate::kube::Version;
use crate::kube::version::Change;

/// What is wrong with a value; empty when nothing is.
pub type Faults = Vec<Cow<'static, str>>;

const DNS1123_LABEL: &str = "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an \
     alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')";
const DNS1123_SUBDOMAIN: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and \
     end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
     '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const DNS1123_SUBDOMAIN_UNDERSCORE: &str = "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '_', '-' or '.', and must \
     start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is \
     '_?[a-z0-9]([-_a-z0-9]*[a-z0-9])?(\\._?[a-z0-9]([-_a-z0-9]*[a-z0-9])?)*')";
const DNS1035_LABEL: &str = "a DNS-1035 label must consist of lower case alphanumeric characters or '-', start with an alphabetic character, and end \
     with an alphanumeric character (e.g. 'my-name',  or 'abc-123', regex used for validation is '[a-z]([-a-z0-9]*[a-z0-9])?')";
const WILDCARD: &str = "a wildcard DNS-1123 subdomain must start with '*.', followed by a valid DNS subdomain, which must consist of lower case \
     alphanumeric characters, '-' or '.' and end with an alphanumeric character (e.g. '*.example.com', regex used for validation is \
     '\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";
const NAME_PART: &str = "must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. \
     'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')";
const LABEL_VALUE: &str = "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with \
     an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is \
     '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')";
const ENV_VAR: &str = "a valid environment variable name must consist of alphabetic characters, digits, '_', '-', or '.', and must not start with a \
     digit (e.g. 'my.env-name',  or 'MY_ENV.NAME',  or 'MyEnvName1', regex used for validation is '[-._a-zA-Z][-._a-zA-Z0-9]*')";
const RELAXED_ENV_VAR: &str = "a valid environment variable name must consist only of printable ASCII characters other than '='";
const CONFIG_KEY: &str = "a valid config key must consist of alphanumeric characters, '-', '_' or '.' (e.g. 'key.name',  or 'KEY_NAME',  or \
     'key-name', regex used for validation is '[-._a-zA-Z0-9]+')";
const PERCENT: &str = "a valid percent string must be a numeric string followed by an ending '%' (e.g. '1%',  or '93%', regex used for validation is \
     '[0-9]+%')";
const HTTP_HEADER: &str = "a valid HTTP header must consist of alphanumeric characters or '-' (e.g. 'X-Header-Name', regex used for validation is '[-A-Za-z0-9]+')";
const HTTP_PATH: &str = "Invalid path (regex used for validation is '[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')";
const PORT_RANGE: &str = "must be between 1 and 65535, inclusive";

fn is_lower_alphanumeric(byte: u8) -> bool {
    byte.is_ascii_lowercase() || byte.is_ascii_digit()
}

fn matches_dns1123_label(value: impl AsRef<[u8]>) -> bool {
    let bytes = value.as_ref();
    matches!((bytes.first(), bytes.last()), (Some(first), Some(last)) if is_lower_alphanumeric(*first) && is_lower_alphanumeric(*last))
        && bytes.iter().all(|byte| is_lower_alphanumeric(*byte) || *byte == b'-')
}

fn matches_dns1123_subdomain(value: &str) -> bool {
    value.as_bytes().split(|byte| *byte == b'.').all(matches_dns1123_label)
}

fn matches_name_part(value: &str) -> bool {
    let bytes = value.as_bytes();
    matches!((bytes.first(), bytes.last()), (Some(first), Some(last)) if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric())
        && bytes.iter().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.'))
}

fn too_long(value: &str, max: usize, faults: &mut Faults) {
    if value.len() > max {
        faults.push(format!("must be no more than {max} characters").into());
    }
}

/// `IsDNS1123Label`
#[must_use]
pub fn dns1123_label(value: &str) -> Faults {
    let mut faults = Faults::new();
    too_long(value, 63, &mut faults);
    if !matches_dns1123_label(value) {
        faults.push(if matches_dns1123_subdomain(value) { "must not contain dots" } else { DNS1123_LABEL }.into());
    }
    faults
}

/// `IsDNS1123Subdomain`
#[must_use]
pub fn dns1123_subdomain(value: &str) -> Faults {
    let mut faults = Faults::new();
    too_long(value, 253, &mut faults);
    if !matches_dns1123_subdomain(value) {
        faults.push(DNS1123_SUBDOMAIN.into());
    }
    faults
}

/// `IsDNS1123SubdomainWithUnderscore`
#[must_use]
pub fn dns1123_subdomain_with_underscore(value: &str) -> Faults {
    let mut faults = Faults::new();
    too_long(value, 253, &mut faults);
    let word = |byte: u8| is_lower_alphanumeric(byte) || matches!(byte, b'-' | b'_');
    let edge = |byte: Option<&u8>| byte.is_some_and(|byte| is_lower_alphanumeric(*byte));
    let label = |label: &str| {
        let rest = label.strip_prefix('_').unwrap_or(label).as_bytes();
        edge(rest.first()) && edge(rest.last()) && rest.iter().all(|byte| word(*byte))
    };
    if !value.split('.').all(label) {
        faults.push(DNS1123_SUBDOMAIN_UNDERSCORE.into());
    }
    faults
}

/// `IsDNS1035Label`
#[must_use]
pub fn dns1035_label(value: &str) -> Faults {
    let mut faults = Faults::new();
    too_long(value, 63, &mut faults);
    if !matches_dns1123_label(value) || !value.starts_with(|c: char| c.is_ascii_lowercase()) {
        faults.push(DNS1035_LABEL.into());
    }
    faults
}

/// `IsWildcardDNS1123Subdomain`
#[must_use]
pub fn wildcard_dns1123_subdomain(value: &str) -> Faults {
    let mut faults = Faults::new();
    too_long(value, 253, &mut faults);
    if !value.strip_prefix("*.").is_some_and(matches_dns1123_subdomain) {
        faults.push(WILDCARD.into());
    }
    faults
}

/// A name as it would be checked when it is only the start of one: the last dash gives way.
/// `maskTrailingDash`, which replaces the last two characters by `a`.
#[must_use]
pub fn mask_trailing_dash(name: &str) -> Cow<'_, str> {
    match name.strip_suffix('-') {
        Some(rest) if !rest.is_empty() => {
            let mut masked: Vec<u8> = name.as_bytes().iter().take(name.len() - 2).copied().collect();
            masked.push(b'a');
            Cow::Owned(String::from_utf8_lossy(&masked).into_owned())
        }
        _ => Cow::Borrowed(name),
    }
}

/// `IsQualifiedName`, later `IsLabelKey`.
#[must_use]
pub fn qualified_name(value: &str, version: Version) -> Faults {
    let mut faults = Faults::new();
    let newer = version.has(Change::LabelKeyWording);
    let unit = if newer { "bytes" } else { "characters" };
    let name = match value.split_once('/') {
        Some((prefix, name)) if !name.contains('/') => {
            if prefix.is_empty() {
                faults.push("prefix part must be non-empty".into());
            } else {
                if prefix.len() > 253 {
                    faults.push(format!("prefix part must be no more than 253 {unit}").into());
                }
                if !matches_dns1123_subdomain(prefix) {
                    faults.push(format!("prefix part {DNS1123_SUBDOMAIN}").into());
                }
            }
            name
        }
        Some(_) => {
            let what = if newer { "a valid label key" } else { "a qualified name" };
            faults.push(format!("{what} {NAME_PART} with an optional DNS subdomain prefix and '/' (e.g. 'example.com/MyName')").into());
            return faults;
        }
        None => value,
    };
    if name.is_empty() {
        faults.push("name part must be non-empty".into());
    } else if name.len() > 63 {
        faults.push(format!("name part must be no more than 63 {unit}").into());
    }
    if !matches_name_part(name) {
        faults.push(format!("name part {NAME_PART}").into());
    }
    faults
}

/// `IsValidLabelValue`
#[must_use]
pub fn label_value(value: &str, version: Version) -> Faults {
    let mut faults = Faults::new();
    if value.len() > 63 {
        let unit = if version.has(Change::LabelKeyWording) { "bytes" } else { "characters" };
        faults.push(format!("must be no more than 63 {unit}").into());
    }
    if !value.is_empty() && !matches_name_part(value) {
        faults.push(LABEL_VALUE.into());
    }
    faults
}

/// `IsValidPortNum`
#[must_use]
pub fn port_number(port: i64) -> Faults {
    in_range(port, 1, 65535)
}

/// `IsInRange`
#[must_use]
pub fn in_range(value: i64, min: i64, max: i64) -> Faults {
    if (min..=max).contains(&value) {
        Faults::new()
    } else if (min, max) == (1, 65535) {
        vec![PORT_RANGE.into()]
    } else {
        vec![format!("must be between {min} and {max}, inclusive").into()]
    }
}

/// `IsValidPortName`: IANA's service names.
#[must_use]
pub fn port_name(name: &str) -> Faults {
    let mut faults = Faults::new();
    let bytes = name.as_bytes();
    too_long(name, 15, &mut faults);
    if bytes.is_empty() || !bytes.iter().all(|byte| is_lower_alphanumeric(*byte) || *byte == b'-') {
        faults.push("must contain only alpha-numeric characters (a-z, 0-9), and hyphens (-)".into());
    }
    if !bytes.iter().any(u8::is_ascii_lowercase) {
        faults.push("must contain at least one letter (a-z)".into());
    }
    if name.contains("--") {
        faults.push("must not contain consecutive hyphens".into());
    }
    if name.starts_with('-') || name.ends_with('-') {
        faults.push("must not begin or end with a hyphen".into());
    }
    faults
}

/// `IsEnvVarName`, `IsRelaxedEnvVarName`.
#[must_use]
pub fn env_var_name(name: &str, version: Version) -> Faults {
    let mut faults = Faults::new();
    if version.has(Change::RelaxedEnvVarNames) {
        if name.is_empty() {
            faults.push("environment variable name must be non-empty".into());
        }
        if !name.bytes().all(|byte| matches!(byte, b' '..=b'~') && byte != b'=') {
            faults.push(RELAXED_ENV_VAR.into());
        }
        return faults;
    }
    let word = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_');
    if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || !name.bytes().all(word) {
        faults.push(ENV_VAR.into());
    }
    change_directory(name, &mut faults);
    faults
}

fn change_directory(value: &str, faults: &mut Faults) {
    match value {
        "." => faults.push("must not be '.'".into()),
        ".." => faults.push("must not be '..'".into()),
        value if value.starts_with("..") => faults.push("must not start with '..'".into()),
        _ => {}
    }
}

/// `IsConfigMapKey`
#[must_use]
pub fn config_map_key(key: &str) -> Faults {
    let mut faults = Faults::new();
    too_long(key, 253, &mut faults);
    if key.is_empty() || !key.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_')) {
        faults.push(CONFIG_KEY.into());
    }
    change_directory(key, &mut faults);
    faults
}

/// `IsValidPercent`
#[must_use]
pub fn percent(value: &str) -> Faults {
    match value.strip_suffix('%') {
        Some(digits) if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => Faults::new(),
        _ => vec![PERCENT.into()],
    }
}

/// `IsHTTPHeaderName`
#[must_use]
pub fn http_header_name(name: &str) -> Faults {
    if !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
        Faults::new()
    } else {
        vec![HTTP_HEADER.into()]
    }
}

/// The part after the domain in `IsDomainPrefixedPath`.
#[must_use]
pub fn http_path(path: &str) -> Faults {
    let allowed = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~%!$&'()*+,;=:".contains(&byte);
    if !path.is_empty() && path.bytes().all(allowed) { Faults::new() } else { vec![HTTP_PATH.into()] }
}

/// `IsPathSegmentName`: what a name must keep to whatever its kind, for it is a part of the URL.
#[must_use]
pub fn path_segment_name(name: &str) -> Faults {
    if matches!(name, "." | "..") {
        return vec![format!("may not be '{name}'").into()];
    }
    ["/", "%"].into_iter().filter(|illegal| name.contains(illegal)).map(|illegal| format!("may not contain '{illegal}'").into()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: Version = Version::DEFAULT;

    #[test]
    fn labels_and_subdomains() {
        for good in ["a", "1", "a-b", "1-a"] {
            assert!(dns1123_label(good).is_empty(), "{good}");
        }
        for bad in ["", "-a", "a-", "A", "a_b", "ü"] {
            assert_eq!(dns1123_label(bad), [DNS1123_LABEL], "{bad}");
        }
        assert_eq!(dns1123_label("a.b"), ["must not contain dots"]);
        assert_eq!(dns1123_label(&"a".repeat(64)), ["must be no more than 63 characters"]);
        assert_eq!(dns1123_label(&"A".repeat(64)).len(), 2);
        assert!(dns1123_subdomain(&format!("{}.b", "a".repeat(100))).is_empty());
        assert_eq!(dns1123_subdomain("a..b"), [DNS1123_SUBDOMAIN]);
        assert_eq!(dns1035_label("1a"), [DNS1035_LABEL]);
        assert!(wildcard_dns1123_subdomain("*.a.b").is_empty());
        assert_eq!(wildcard_dns1123_subdomain("*").len(), 1);
        assert_eq!(wildcard_dns1123_subdomain("*.*.a").len(), 1);
    }

    #[test]
    fn a_name_to_be_completed_may_end_in_a_dash() {
        assert_eq!(mask_trailing_dash("web-"), "wea");
        assert_eq!(mask_trailing_dash("w-"), "a");
        assert_eq!(mask_trailing_dash("-"), "-");
        assert_eq!(mask_trailing_dash("web"), "web");
    }

    #[test]
    fn qualified_names_as_upstream_tests_them() {
        let (n63, p253) = ("a".repeat(63), "a".repeat(253));
        for good in ["simple", "1-starts-with-num", "1234", "simple/simple", "1.2.3.4/5678", "example.com/Uppercase_Is_OK_123"] {
            assert!(qualified_name(good, NEW).is_empty(), "{good}");
        }
        assert!(qualified_name(&format!("{p253}/{n63}"), NEW).is_empty());
        for bad in ["nospecialchars%^=@", "cantendwithadash-", "only/one/slash", "Example.com/abc", "example_com/abc", "/simple"] {
            assert_eq!(qualified_name(bad, NEW).len(), 1, "{bad}");
        }
        assert_eq!(qualified_name("example.com/", NEW).len(), 2);
        assert_eq!(qualified_name(&format!("{n63}a"), NEW), ["name part must be no more than 63 bytes"]);
        assert_eq!(qualified_name(&format!("{n63}a"), Version { minor: 33 }), ["name part must be no more than 63 characters"]);
        assert!(qualified_name("a/b/c", Version { minor: 33 })[0].starts_with("a qualified name must consist of"));
    }

    #[test]
    fn port_names_fail_clause_by_clause() {
        for good in ["telnet", "re-mail-ck", "pop3", "a", "1-a", "1-a-2-b-3"] {
            assert!(port_name(good).is_empty(), "{good}");
        }
        assert_eq!(port_name("").len(), 2);
        assert_eq!(port_name("-").len(), 2);
        assert_eq!(port_name("two--hyphens"), ["must not contain consecutive hyphens"]);
        assert_eq!(port_name("8080"), ["must contain at least one letter (a-z)"]);
        assert_eq!(port_name(&"a".repeat(16)), ["must be no more than 15 characters"]);
    }

    #[test]
    fn environment_variables_were_relaxed() {
        let old = Version { minor: 31 };
        assert!(env_var_name("my.VAR-1", old).is_empty());
        assert_eq!(env_var_name("1A", old), [ENV_VAR]);
        assert!(env_var_name("1A b", NEW).is_empty());
        assert_eq!(env_var_name("a=b", NEW), [RELAXED_ENV_VAR]);
        assert_eq!(env_var_name("..a", old), ["must not start with '..'"]);
    }

    #[test]
    fn the_small_ones() {
        assert!(percent("10%").is_empty() && !percent("%").is_empty() && !percent("1.5%").is_empty());
        assert!(http_header_name("X-A").is_empty() && !http_header_name("X A").is_empty());
        assert!(config_map_key("a.b").is_empty() && config_map_key("..").len() == 1 && config_map_key("a/b").len() == 1);
        assert_eq!(path_segment_name("a/b%c"), ["may not contain '/'", "may not contain '%'"]);
        assert!(label_value("", NEW).is_empty() && !label_value("a b", NEW).is_empty());
    }
}
