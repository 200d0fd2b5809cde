//! Kubernetes versions, and what changed between them as one table. Knows no object.

use std::fmt;
use std::str::FromStr;

/// A minor version of Kubernetes 1.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Version {
    /// 27 for 1.27.
    pub minor: u8,
}

impl Version {
    /// The oldest that is known.
    pub const OLDEST: Self = Self { minor: 27 };
    /// The newest that is known.
    pub const NEWEST: Self = Self { minor: 37 };
    /// What is assumed where nobody says otherwise.
    pub const DEFAULT: Self = Self { minor: 36 };

    /// Whether this version behaves as the change says.
    #[must_use]
    pub fn has(self, change: Change) -> bool {
        self.minor >= change.since()
    }
}

impl Default for Version {
    fn default() -> Self {
        Self::DEFAULT
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "1.{}", self.minor)
    }
}

impl FromStr for Version {
    type Err = String;

    /// Takes `1.36`, `v1.36` and `1.36.3`.
    fn from_str(text: &str) -> Result<Self, String> {
        let mut parts = text.strip_prefix('v').unwrap_or(text).split('.');
        let (major, minor) = (parts.next(), parts.next().and_then(|minor| minor.parse().ok()));
        match (major, minor) {
            (Some("1"), Some(minor)) if (Self::OLDEST.minor..=Self::NEWEST.minor).contains(&minor) => Ok(Self { minor }),
            _ => Err(format!("expected a version from {} to {}", Self::OLDEST, Self::NEWEST)),
        }
    }
}

macro_rules! changes {
    ($($(#[$doc:meta])* $name:ident: $since:literal, $source:literal;)*) => {
        /// What the API server does differently from some version on, feature gates at their defaults.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Change { $($(#[$doc])* $name,)* }

        impl Change {
            /// Every change that is known.
            pub const ALL: &'static [Change] = &[$(Change::$name,)*];

            /// The first minor version that behaves so.
            #[must_use]
            pub const fn since(self) -> u8 {
                match self { $(Change::$name => $since,)* }
            }

            /// Where that is known from.
            #[must_use]
            pub const fn source(self) -> &'static str {
                match self { $(Change::$name => $source,)* }
            }
        }
    };
}

// Rows: name, first minor version, source. "recorded" means the answers of real 1.30, 1.33, 1.35 and 1.36 API servers.
changes! {
    // How values and errors are worded.
    /// Errors print structures and lists as JSON rather than in Go's syntax.
    JsonErrorValues: 34, "apimachinery pkg/util/validation/field/errors.go; recorded";
    /// `Too long: may not be more than N bytes`, before: `must have at most N bytes`.
    TooLongMayNotBe: 32, "apimachinery pkg/util/validation/field/errors.go; recorded: not in 1.30, in 1.33";
    /// "a valid label key …, N bytes", before: "a qualified name …, N characters".
    LabelKeyWording: 34, "apimachinery pkg/api/validate/content; recorded: not in 1.33, in 1.35";
    /// Owner references: `must not be empty`, before with the field's name in front.
    OwnerReferenceShortWording: 34, "apimachinery pkg/api/validation/objectmeta.go; recorded: not in 1.33, in 1.35";

    // Names and addresses.
    /// A Service's name is a DNS-1123 label and may start with a digit.
    RelaxedServiceName: 36, "gate RelaxedServiceNameValidation, KEP-5311; recorded";
    /// Leading zeros, IPv4-mapped addresses and host bits are refused.
    StrictIpCidr: 36, "gate StrictIPCIDRValidation, KEP-4858; recorded";
    /// Warnings about addresses tell non-standard from ambiguous and non-canonical ones.
    IpWarningWording: 33, "apimachinery pkg/util/validation/ip.go; recorded";
    /// Environment variables take any printable ASCII but `=`.
    RelaxedEnvVarNames: 32, "gate RelaxedEnvironmentVariableValidation, KEP-4369";

    // Service.
    /// The server warns where externalName or externalIPs are ignored for the type.
    IgnoredByTypeWarnings: 28, "pkg/api/service/warnings.go";
    /// externalTrafficPolicy is allowed and defaulted for ClusterIP Services with externalIPs.
    ExternalPolicyWithExternalIps: 29, "pkg/apis/core/v1/defaults.go, validation.go";
    /// Each load balancer source range has an error of its own.
    SourceRangesEach: 30, "pkg/apis/core/validation/validation.go";
    /// `trafficDistribution` exists (1.30: alpha and dropped).
    TrafficDistributionField: 30, "gate ServiceTrafficDistribution, KEP-4444";
    /// `trafficDistribution` is kept and validated.
    TrafficDistribution: 31, "gate ServiceTrafficDistribution beta, KEP-4444; recorded";
    /// `PreferSameZone`, `PreferSameNode`, and node hints in EndpointSlices.
    PreferSameTrafficDistribution: 34, "gate PreferSameTrafficDistribution beta, KEP-3015; recorded";
    /// The server warns that `PreferClose` is deprecated.
    PreferCloseDeprecated: 35, "pkg/api/service/warnings.go; recorded";
    /// A LoadBalancer may expose the kubelet's port.
    KubeletPortExposed: 33, "pkg/apis/core/validation/validation.go";
    /// The server warns about fields that a headless Service ignores.
    HeadlessWarnings: 34, "pkg/api/service/warnings.go; recorded";
    /// The server warns that externalIPs are deprecated.
    ExternalIpsDeprecated: 36, "KEP-5707; recorded";
    /// Cluster addresses are IPAddress objects.
    IpAddressObjects: 33, "gate MultiCIDRServiceAllocator GA, KEP-1880; recorded";
    /// A cluster address that cannot be had without a name is a field error, before: an internal error.
    IpAllocationFieldError: 34, "pkg/registry/core/service/storage/alloc.go; recorded: not in 1.33, in 1.35";

    // Endpoints and EndpointSlice.
    /// The server warns about every v1 Endpoints, and about the addresses in Endpoints and EndpointSlices.
    EndpointsDeprecated: 33, "KEP-4974; recorded";
    /// IPv6 addresses in EndpointSlices are canonical; addresses of the wrong family have their own words.
    CanonicalSliceIpv6: 33, "pkg/apis/discovery/validation/validation.go; recorded";
    /// The field `hints.forNodes` exists.
    NodeHintsField: 33, "k8s.io/api discovery/v1 types.go; recorded";

    // Autoscaling and networking.
    /// HorizontalPodAutoscaler: a missing `maxReplicas` is Required.
    HpaMaxReplicasRequired: 36, "pkg/apis/autoscaling/validation; recorded";
    /// HorizontalPodAutoscaler: `scaleTargetRef.apiVersion` names a group.
    HpaTargetNamesGroup: 34, "pkg/apis/autoscaling/validation; recorded: not in 1.33, in 1.35";
    /// HorizontalPodAutoscaler: `tolerance` is kept and validated.
    HpaTolerance: 35, "gate HPAConfigurableTolerance beta, KEP-4951";
    /// The field `tolerance` of a HorizontalPodAutoscaler exists.
    HpaToleranceField: 33, "k8s.io/api autoscaling/v2 types.go, KEP-4951";
    /// References without kind or name: `Required value`, before with words.
    ReferenceShortWording: 34, "pkg/apis/networking/validation; recorded: not in 1.33, in 1.35";
}
