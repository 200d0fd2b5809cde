//! Image references, as far as their tag decides how they are pulled. Knows no registry.

/// `RepositoryNameTotalLengthMax`
const LONGEST: usize = 255;

/// The pull policy that a reference defaults to: `Always` for `latest`, said or meant, else `IfNotPresent`. A reference that can't be parsed
/// has no tag at all, hence `IfNotPresent`.
#[must_use]
pub fn default_pull_policy(reference: &str) -> &'static str {
    match tag(reference) {
        Some("latest") => "Always",
        _ => "IfNotPresent",
    }
}

/// `ParseImageName`: the tag, `latest` where neither tag nor digest is given, none where the reference is no reference.
fn tag(reference: &str) -> Option<&str> {
    let is_hex = |text: &str| text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'));
    if reference.len() == 64 && is_hex(reference) {
        return None;
    }
    let (named, digest) = match reference.split_once('@') {
        Some((named, digest)) => (named, Some(digest)),
        None => (reference, None),
    };
    let last = named.rfind('/').map_or(0, |slash| slash + 1);
    let colon = named.get(last..).and_then(|end| end.find(':')).map(|colon| last + colon);
    let (path, tag) = match colon {
        Some(colon) => (named.get(..colon)?, named.get(colon + 1..)),
        None => (named, None),
    };
    if !is_name(path) || !tag.is_none_or(is_tag) || !digest.is_none_or(is_digest) {
        return None;
    }
    match (tag, digest) {
        (None, None) => Some("latest"),
        (tag, _) => tag,
    }
}

fn is_tag(tag: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
    let bytes = tag.as_bytes();
    (1..=128).contains(&bytes.len())
        && bytes.first().is_some_and(|byte| word(*byte))
        && bytes.iter().all(|byte| word(*byte) || matches!(byte, b'.' | b'-'))
}

fn is_digest(digest: &str) -> bool {
    let Some((algorithm, hex)) = digest.split_once(':') else { return false };
    let length = match algorithm {
        "sha256" => 64,
        "sha384" => 96,
        "sha512" => 128,
        _ => return false,
    };
    hex.len() == length && hex.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

fn is_name(name: &str) -> bool {
    let (domain, path) = match name.split_once('/') {
        Some((first, rest))
            if first.contains(['.', ':']) || first == "localhost" || first.bytes().any(|byte| byte.is_ascii_uppercase()) =>
        {
            (Some(first), rest)
        }
        _ => (None, name),
    };
    let library = if domain.is_none() && !path.contains('/') { "library/".len() } else { 0 };
    library + path.len() <= LONGEST && domain.is_none_or(is_domain) && path.split('/').all(is_path_component)
}

fn is_domain(domain: &str) -> bool {
    let (host, port) = match domain.rsplit_once(':') {
        Some((host, port)) if !domain.ends_with(']') => (host, Some(port)),
        _ => (domain, None),
    };
    let port = port.is_none_or(|port| !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit()));
    let bracketed = host.strip_prefix('[').and_then(|host| host.strip_suffix(']'));
    let host = match bracketed {
        Some(address) => !address.is_empty() && address.bytes().all(|byte| byte.is_ascii_hexdigit() || byte == b':'),
        None => host.split('.').all(|label| {
            !label.is_empty()
                && !label.starts_with('-')
                && !label.ends_with('-')
                && label.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
        }),
    };
    host && port
}

/// Lower case letters and digits, joined by `.`, `_`, `__` or dashes.
fn is_path_component(component: &str) -> bool {
    let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    let bytes = component.as_bytes();
    if !matches!((bytes.first(), bytes.last()), (Some(first), Some(last)) if alphanumeric(*first) && alphanumeric(*last)) {
        return false;
    }
    component
        .split(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
        .all(|joint| matches!(joint, "" | "." | "_" | "__") || joint.bytes().all(|byte| byte == b'-'))
}

#[cfg(test)]
mod tests {
    use super::default_pull_policy;

    #[test]
    fn latest_is_always_pulled() {
        for reference in ["nginx", "nginx:latest", "a/b", "localhost:5000/a/b", "registry.k8s.io/pause", "a__b", "a---b", "Reg.io/a"] {
            assert_eq!(default_pull_policy(reference), "Always", "{reference}");
        }
    }

    #[test]
    fn tags_digests_and_nonsense_are_pulled_once() {
        let digest = format!("nginx@sha256:{}", "a".repeat(64));
        let both = format!("nginx:latest@sha256:{}", "a".repeat(64));
        for reference in ["nginx:1.27", "NGINX:latest", " nginx", "nginx ", "", "a..b", "a/", "nginx:", "https://nginx", &digest] {
            assert_eq!(default_pull_policy(reference), "IfNotPresent", "{reference}");
        }
        assert_eq!(default_pull_policy(&both), "Always");
    }
}
