//! IP addresses and CIDRs as the API server reads them: sloppily as Go once did, strictly from 1.36 on. Knows no field.
//!
//! Sloppy means: leading zeros count as decimal, and an IPv4-mapped IPv6 address is an IPv4 address.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use super::Context;
use super::field::{Path, quote};
use crate::kube::profile::IpFamily;
use crate::kube::version::Change;

/// What every version says of something that is no address.
pub const NOT_AN_IP: &str = "must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)";
const NOT_A_CIDR: &str = "must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)";

/// `ParseIPSloppy`: an address as written; one that is IPv4-mapped stays IPv6 here.
#[must_use]
pub fn parse_sloppy(text: &str) -> Option<IpAddr> {
    match text.find(['.', ':']).and_then(|at| text.as_bytes().get(at)) {
        Some(b'.') => parse_ipv4_sloppy(text).map(IpAddr::V4),
        Some(b':') => parse_ipv6_sloppy(text).map(IpAddr::V6),
        _ => None,
    }
}

fn parse_ipv4_sloppy(text: &str) -> Option<Ipv4Addr> {
    let mut octets = [0u8; 4];
    let mut parts = text.split('.');
    for octet in &mut octets {
        let part = parts.next().filter(|part| part.bytes().all(|byte| byte.is_ascii_digit()))?;
        *octet = part.parse().ok()?;
    }
    parts.next().is_none().then_some(octets.into())
}

fn parse_ipv6_sloppy(text: &str) -> Option<Ipv6Addr> {
    let mut groups = [0u16; 8];
    let (head, tail) = match text.split_once("::") {
        Some((_, tail)) if tail.contains("::") => return None,
        Some((head, tail)) => (head, Some(tail)),
        None => (text, None),
    };
    let front = fill_groups(head, &mut groups, tail.is_none())?;
    let Some(tail) = tail else { return (front == 8).then_some(groups.into()) };
    let mut back = [0u16; 8];
    let count = fill_groups(tail, &mut back, true)?;
    if front + count > 7 {
        return None;
    }
    groups.iter_mut().skip(8 - count).zip(back).for_each(|(group, value)| *group = value);
    Some(groups.into())
}

/// Reads groups separated by colons; the last may be an IPv4 address where `ends` says that the text ends here.
fn fill_groups(text: &str, groups: &mut [u16; 8], ends: bool) -> Option<usize> {
    let mut count = 0;
    if text.is_empty() {
        return Some(0);
    }
    let mut parts = text.split(':').peekable();
    while let Some(part) = parts.next() {
        if ends && part.contains('.') && parts.peek().is_none() {
            let [a, b, c, d] = parse_ipv4_sloppy(part)?.octets();
            *groups.get_mut(count)? = u16::from_be_bytes([a, b]);
            *groups.get_mut(count + 1)? = u16::from_be_bytes([c, d]);
            return Some(count + 2);
        }
        let digits = part.trim_start_matches('0');
        if part.is_empty() || digits.len() > 4 || !part.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return None;
        }
        *groups.get_mut(count)? = if digits.is_empty() { 0 } else { u16::from_str_radix(digits, 16).ok()? };
        count += 1;
    }
    Some(count)
}

/// The address that an IPv4-mapped one stands for, as Go's `net.IP` has it.
#[must_use]
pub fn unmapped(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V6(v6) => v6.to_ipv4_mapped().map_or(ip, IpAddr::V4),
        IpAddr::V4(_) => ip,
    }
}

/// The family Go sees: an IPv4-mapped address is IPv4.
#[must_use]
pub fn family(ip: IpAddr) -> IpFamily {
    if unmapped(ip).is_ipv4() { IpFamily::V4 } else { IpFamily::V6 }
}

fn is_mapped(ip: IpAddr) -> bool {
    matches!(ip, IpAddr::V6(v6) if v6.to_ipv4_mapped().is_some())
}

/// Whether `netip.ParseAddr` takes it too, which no leading zero does.
fn is_standard(text: &str) -> bool {
    text.parse::<IpAddr>().is_ok()
}

/// A CIDR as written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cidr {
    ip: IpAddr,
    bits: u8,
}

impl Cidr {
    /// `ParseCIDRSloppy`
    #[must_use]
    pub fn parse_sloppy(text: &str) -> Option<Self> {
        let (ip, bits) = text.split_once('/')?;
        let ip = parse_sloppy(ip)?;
        if bits.is_empty() || !bits.bytes().all(|byte| byte.is_ascii_digit()) {
            return None;
        }
        let bits = bits.trim_start_matches('0');
        let bits = if bits.is_empty() { 0 } else { bits.parse().ok()? };
        (bits <= if ip.is_ipv4() { 32 } else { 128 }).then_some(Self { ip, bits })
    }

    /// Its family as Go sees it.
    #[must_use]
    pub fn family(&self) -> IpFamily {
        family(self.ip)
    }

    /// The address with nothing set beyond the prefix, and the prefix length, IPv4-mapped ones turned to IPv4.
    #[must_use]
    pub fn network(&self) -> (IpAddr, u8) {
        let masked = match self.ip {
            IpAddr::V4(v4) => IpAddr::V4((u32::from(v4) & u32::MAX.checked_shl(32 - u32::from(self.bits)).unwrap_or(0)).into()),
            IpAddr::V6(v6) => IpAddr::V6((u128::from(v6) & u128::MAX.checked_shl(128 - u32::from(self.bits)).unwrap_or(0)).into()),
        };
        if is_mapped(masked) && self.bits >= 96 { (unmapped(masked), self.bits - 96) } else { (masked, self.bits) }
    }

    /// Whether an address lies in it.
    #[must_use]
    pub fn contains(&self, ip: IpAddr) -> bool {
        let (network, bits) = self.network();
        let ip = unmapped(ip);
        ip.is_ipv4() == network.is_ipv4() && Self { ip, bits }.network().0 == network
    }

    /// Whether an address is the network's own, or, for IPv4, its broadcast address.
    #[must_use]
    pub fn is_reserved(&self, ip: IpAddr) -> bool {
        let (network, bits) = self.network();
        match (network, unmapped(ip)) {
            (IpAddr::V4(network), IpAddr::V4(ip)) => {
                ip == network || u32::from(ip) == (u32::from(network) | u32::MAX.checked_shr(u32::from(bits)).unwrap_or(0))
            }
            (network, ip) => ip == network,
        }
    }

    /// The first address after the network's own, which the `kubernetes` Service takes.
    #[must_use]
    pub fn first(&self) -> IpAddr {
        match self.network().0 {
            IpAddr::V4(v4) => IpAddr::V4(u32::from(v4).saturating_add(1).into()),
            IpAddr::V6(v6) => IpAddr::V6(u128::from(v6).saturating_add(1).into()),
        }
    }

    /// Whether `other` lies within and has the longer mask, both as written: an IPv4-mapped one counts 96 bits more.
    #[must_use]
    pub fn contains_strictly(&self, other: &Self) -> bool {
        self.contains(other.network().0) && other.bits > self.bits
    }
}

impl std::fmt::Display for Cidr {
    /// `IPNet.String()`
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let (network, bits) = self.network();
        write!(f, "{network}/{bits}")
    }
}

/// `IsValidIPForLegacyField`: sloppy before 1.36. Whether it is valid.
pub fn validate_ip_for_legacy_field(value: &str, path: &Path<'_>, cx: &mut Context<'_>) -> bool {
    let fault = match parse_sloppy(value) {
        None => NOT_AN_IP,
        Some(_) if !cx.has(Change::StrictIpCidr) => return true,
        Some(_) if !is_standard(value) => "must not have leading 0s",
        Some(ip) if is_mapped(ip) => "must not be an IPv4-mapped IPv6 address",
        Some(_) => return true,
    };
    cx.errors.invalid(path, value, fault);
    false
}

/// `IsValidIP`: strict and canonical. Whether it is valid.
pub fn validate_canonical_ip(value: &str, path: &Path<'_>, cx: &mut Context<'_>) -> bool {
    let fault = match parse_sloppy(value) {
        None => NOT_AN_IP.to_owned(),
        Some(_) if !is_standard(value) => "must not have leading 0s".to_owned(),
        Some(ip) if is_mapped(ip) => "must not be an IPv4-mapped IPv6 address".to_owned(),
        Some(ip) if ip.to_string() != value => format!("must be in canonical form ({})", quote(&ip.to_string())),
        Some(_) => return true,
    };
    cx.errors.invalid(path, value, &fault);
    false
}

/// `IsValidCIDRForLegacyField`: sloppy before 1.36. Whether it is valid.
pub fn validate_cidr_for_legacy_field(value: &str, path: &Path<'_>, cx: &mut Context<'_>) -> bool {
    let fault = match Cidr::parse_sloppy(value) {
        None => NOT_A_CIDR,
        Some(_) if !cx.has(Change::StrictIpCidr) => return true,
        Some(_) if !is_standard_prefix(value) => "must not have leading 0s in IP or prefix length",
        Some(cidr) if is_mapped(cidr.ip) => "must not have an IPv4-mapped IPv6 address",
        Some(cidr) if cidr.network().0 != cidr.ip => "must not have bits set beyond the prefix length",
        Some(_) => return true,
    };
    cx.errors.invalid(path, value, fault);
    false
}

fn is_standard_prefix(text: &str) -> bool {
    text.split_once('/').is_some_and(|(ip, bits)| is_standard(ip) && (bits.len() == 1 || !bits.starts_with('0')))
}

/// `ValidateEndpointIP`: addresses that only mean something on one host or link.
pub fn validate_endpoint_ip(value: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let Some(ip) = parse_sloppy(value).map(unmapped) else {
        return cx.errors.invalid(path, value, "must be a valid IP address");
    };
    if ip.is_unspecified() {
        cx.errors.invalid(path, value, &format!("may not be unspecified ({value})"));
    }
    if ip.is_loopback() {
        cx.errors.invalid(path, value, "may not be in the loopback range (127.0.0.0/8, ::1/128)");
    }
    let (unicast, multicast) = match ip {
        IpAddr::V4(v4) => (v4.is_link_local(), matches!(v4.octets(), [224, 0, 0, _])),
        IpAddr::V6(v6) => (v6.is_unicast_link_local(), matches!(v6.octets(), [0xff, low, ..] if low & 0xf == 2)),
    };
    if unicast {
        cx.errors.invalid(path, value, "may not be in the link-local range (169.254.0.0/16, fe80::/10)");
    }
    if multicast {
        cx.errors.invalid(path, value, "may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)");
    }
}

/// `GetWarningsForIP`
pub fn warn_for_ip(value: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if !cx.has(Change::IpWarningWording) {
        return warn_for_ip_until_1_32(value, path, cx);
    }
    let Some(ip) = parse_sloppy(value) else { return };
    if !is_standard(value) || is_mapped(ip) {
        let use_instead = quote(&unmapped(ip).to_string());
        cx.warn_at(path, &format!("non-standard IP address {} {}: use {use_instead}", quote(value), how_invalid(cx)));
    } else if ip.is_ipv6() && ip.to_string() != value {
        cx.warn_at(path, &format!("IPv6 address {} should be in RFC 5952 canonical format ({})", quote(value), quote(&ip.to_string())));
    }
}

fn how_invalid(cx: &Context<'_>) -> &'static str {
    if cx.has(Change::StrictIpCidr) { "is invalid" } else { "will be considered invalid in a future Kubernetes release" }
}

fn warn_for_ip_until_1_32(value: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    match value.parse::<IpAddr>() {
        Err(_) => {
            let error = netip_error(value);
            cx.warn_at(path, &format!("IP address was accepted, but will be invalid in a future Kubernetes release: {error}"));
        }
        Ok(ip) if ip.is_ipv6() && ip.to_string() != value => {
            let canonical = quote(&ip.to_string());
            cx.warn_at(
                path,
                &format!(
                    "IPv6 address {} is not in RFC 5952 canonical format ({canonical}), which may cause controller apply-loops",
                    quote(value)
                ),
            );
        }
        Ok(_) => {}
    }
}

/// `GetWarningsForCIDR`
pub fn warn_for_cidr(value: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    if !cx.has(Change::IpWarningWording) {
        return warn_for_cidr_until_1_32(value, path, cx);
    }
    let Some(cidr) = Cidr::parse_sloppy(value) else { return };
    let before = cx.warnings.len();
    if unmapped(cidr.ip) != cidr.network().0 {
        let length = if cidr.ip.is_ipv4() { 32 } else { 128 };
        let single = quote(&format!("{}/{length}", unmapped(cidr.ip)));
        let text =
            format!("CIDR value {} is ambiguous in this context (should be {} or {single}?)", quote(value), quote(&cidr.to_string()));
        cx.warn_at(path, &text);
    }
    if !is_standard_prefix(value) || is_mapped(cidr.ip) {
        let use_instead = quote(&cidr.to_string());
        cx.warn_at(path, &format!("non-standard CIDR value {} {}: use {use_instead}", quote(value), how_invalid(cx)));
    }
    let canonical = format!("{}/{}", cidr.ip, cidr.bits);
    if cx.warnings.len() == before && cidr.ip.is_ipv6() && canonical != value {
        cx.warn_at(path, &format!("IPv6 CIDR value {} should be in RFC 5952 canonical format ({})", quote(value), quote(&canonical)));
    }
}

fn warn_for_cidr_until_1_32(value: &str, path: &Path<'_>, cx: &mut Context<'_>) {
    let standard = if is_standard_prefix(value) { Cidr::parse_sloppy(value) } else { None };
    let Some(cidr) = standard else {
        let error = match value.split_once('/') {
            None => "no '/'".to_owned(),
            Some((ip, _)) if !is_standard(ip) => netip_error(ip),
            Some((_, bits)) => format!("bad bits after slash: {}", quote(bits)),
        };
        let error = format!("netip.ParsePrefix({}): {error}", quote(value));
        return cx.warn_at(path, &format!("IP prefix was accepted, but will be invalid in a future Kubernetes release: {error}"));
    };
    let canonical = format!("{}/{}", cidr.ip, cidr.bits);
    if cidr.ip.is_ipv6() && canonical != value {
        let canonical = quote(&canonical);
        cx.warn_at(
            path,
            &format!(
                "IPv6 prefix {} is not in RFC 5952 canonical format ({canonical}), which may cause controller apply-loops",
                quote(value)
            ),
        );
    }
}

/// The error of Go's `netip.ParseAddr`; of IPv6 addresses only the general one.
fn netip_error(text: &str) -> String {
    let fault = match text.find(['.', ':', '%']).and_then(|at| text.as_bytes().get(at)) {
        Some(b'.') => netip_ipv4_error(text),
        Some(b'%') => "missing IPv6 address".to_owned(),
        _ => "unable to parse IP".to_owned(),
    };
    format!("ParseAddr({}): {fault}", quote(text))
}

fn netip_ipv4_error(text: &str) -> String {
    let (mut value, mut digits, mut dots) = (0u32, 0, 0);
    let mut before = '.';
    for (at, c) in text.char_indices() {
        let rest = quote(text.get(at..).unwrap_or_default());
        match c {
            '0'..='9' if digits == 1 && value == 0 => return "IPv4 field has octet with leading zero".to_owned(),
            '0'..='9' => {
                value = value * 10 + c.to_digit(10).unwrap_or_default();
                digits += 1;
                if value > 255 {
                    return "IPv4 field has value >255".to_owned();
                }
            }
            '.' if before == '.' || at + 1 == text.len() => return format!("IPv4 field must have at least one digit (at {rest})"),
            '.' if dots == 3 => return "IPv4 address too long".to_owned(),
            '.' => (value, digits, dots) = (0, 0, dots + 1),
            _ => return format!("unexpected character (at {rest})"),
        }
        before = c;
    }
    "IPv4 address too short".to_owned()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;
    use crate::kube::{Profile, Version};

    fn ip(text: &str) -> Option<String> {
        parse_sloppy(text).map(|ip| ip.to_string())
    }

    #[test]
    fn reads_what_go_once_read() {
        for (text, want) in [
            ("010.96.0.5", Some("10.96.0.5")),
            ("1.2.3", None),
            ("1.2.3.256", None),
            ("1.2.3.4.5", None),
            ("::ffff:10.0.0.1", Some("::ffff:10.0.0.1")),
            ("::", Some("::")),
            ("1::2::3", None),
            ("1:2:3:4:5:6:7:8", Some("1:2:3:4:5:6:7:8")),
            ("1:2:3:4:5:6:7", None),
            ("fe80::1%eth0", None),
            ("00001::", Some("1::")),
            ("1:2:3:4:5:6:7::", Some("1:2:3:4:5:6:7:0")),
            (":1", None),
            ("", None),
            ("None", None),
        ] {
            assert_eq!(ip(text).as_deref(), want, "{text}");
        }
    }

    #[test]
    fn networks() {
        let cidr = |text| Cidr::parse_sloppy(text).unwrap();
        assert_eq!(cidr("10.0.0.5/8").to_string(), "10.0.0.0/8");
        assert_eq!(cidr("::ffff:10.0.0.0/104").to_string(), "10.0.0.0/8");
        assert!(cidr("0.0.0.0/0").contains("1.2.3.4".parse().unwrap()));
        assert!(cidr("10.96.0.0/16").is_reserved("10.96.255.255".parse().unwrap()));
        assert!(cidr("10.0.0.0/8").contains_strictly(&cidr("10.1.0.0/16")));
        assert!(!cidr("10.0.0.0/8").contains_strictly(&cidr("10.0.0.0/8")));
        assert_eq!(Cidr::parse_sloppy("10.0.0.0/33"), None);
        assert_eq!(Cidr::parse_sloppy("10.0.0.0"), None);
    }

    fn faults(minor: u8, judge: impl Fn(&mut Context<'_>)) -> Vec<String> {
        let profile = Profile { version: Version { minor }, ..Profile::default() };
        let mut cx = Context::new(&profile);
        judge(&mut cx);
        cx.errors.into_causes().into_iter().map(|cause| cause.message).chain(cx.warnings).collect()
    }

    #[test]
    fn strictness_came_with_1_36() {
        let path = Path::root("x");
        for value in ["010.0.0.1", "::ffff:10.0.0.1"] {
            assert!(
                faults(35, |cx| {
                    validate_ip_for_legacy_field(value, &path, cx);
                })
                .is_empty(),
                "{value}"
            );
            assert_eq!(
                faults(36, |cx| {
                    validate_ip_for_legacy_field(value, &path, cx);
                })
                .len(),
                1,
                "{value}"
            );
        }
        for value in ["10.0.0.5/8", "10.0.0.0/08", "::ffff:10.0.0.0/104"] {
            assert!(
                faults(35, |cx| {
                    validate_cidr_for_legacy_field(value, &path, cx);
                })
                .is_empty(),
                "{value}"
            );
            assert_eq!(
                faults(36, |cx| {
                    validate_cidr_for_legacy_field(value, &path, cx);
                })
                .len(),
                1,
                "{value}"
            );
        }
    }

    #[test]
    fn warnings_by_version() {
        let path = Path::root("x");
        let warn = |minor, value| faults(minor, |cx| warn_for_ip(value, &path, cx)).concat();
        assert!(warn(32, "010.2.3.4").ends_with("ParseAddr(\"010.2.3.4\"): IPv4 field has octet with leading zero"));
        assert!(warn(32, "bad").ends_with("ParseAddr(\"bad\"): unable to parse IP"));
        assert!(warn(33, "010.2.3.4").ends_with("in a future Kubernetes release: use \"10.2.3.4\""));
        assert_eq!(warn(36, "010.2.3.4"), "x: non-standard IP address \"010.2.3.4\" is invalid: use \"10.2.3.4\"");
        assert_eq!(warn(33, "bad"), "");
        assert_eq!(warn(36, "fd00::1"), "");
        assert!(warn(36, "FD00::1").contains("should be in RFC 5952"));
    }

    #[test]
    fn special_addresses() {
        let path = Path::root("x");
        let count = |value| faults(36, |cx| validate_endpoint_ip(value, &path, cx)).len();
        for value in ["10.1.2.3", "244.1.2.3", "2000::1", "239.255.255.253", "ff05::1:3"] {
            assert_eq!(count(value), 0, "{value}");
        }
        for value in ["0.0.0.0", "::", "127.0.0.1", "::1", "169.254.169.254", "fe80::", "224.0.0.251", "ff02::", "x"] {
            assert_eq!(count(value), 1, "{value}");
        }
    }
}
