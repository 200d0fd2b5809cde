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

    // kube-proxy.
    /// kube-proxy has a mode `nftables` (1.29 and 1.30: alpha).
    NftablesMode: 29, "gate NFTablesProxyMode, KEP-3866";
    /// nftables mode sends to all endpoints in one rule, before: through a chain for each.
    NftablesDnatMaps: 36, "pkg/proxy/nftables/proxier.go; recorded in 1.36, before: proxier_test.go";
    /// `ipMode: Proxy` of a load balancer's address is heeded.
    BalancerIpMode: 30, "gate LoadBalancerIPMode beta, KEP-1860";
    /// Zone hints are heeded without the annotation `topology-mode: Auto`.
    HintsWithoutAnnotation: 31, "gate ServiceTrafficDistribution beta, KEP-4444, pkg/proxy/topology.go";

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

    // Pods: what is taken. Fields whose gate is off are dropped unseen.
    /// A template with host networking leaves its host ports to the pods that come of it, before: they are filled in.
    HostPortsLeftToPods: 28, "pkg/apis/core/v1/defaults.go, validatePodHostNetworkDeps";
    /// The field `restartPolicy` of containers exists.
    SidecarField: 28, "k8s.io/api core/v1 types.go, KEP-753";
    /// Init containers may be sidecars.
    Sidecars: 29, "gate SidecarContainers beta, KEP-753";
    /// `status.hostIPs` is known to the downward API.
    HostIpsKnown: 28, "pkg/apis/core/pods/helpers.go, KEP-2681";
    /// `status.hostIPs` may be used.
    HostIps: 29, "gate PodHostIPs beta, KEP-2681";
    /// `dataSource.apiGroup` of claims is checked.
    DataSourceGroup: 29, "pkg/apis/core/validation/validation.go";
    /// Sysctls of a namespace that is the host's are refused.
    HostSysctls: 29, "pkg/apis/core/validation/validation.go";
    /// The fields `appArmorProfile` exist and count.
    AppArmorFields: 30, "gate AppArmorFields beta, KEP-24";
    /// Lifecycle hooks may sleep.
    SleepAction: 30, "gate PodLifecycleSleepAction beta, KEP-3960";
    /// Errors about host aliases name the alias.
    HostAliasesIndexed: 30, "pkg/apis/core/validation/validation.go";
    /// Paths of projected service account tokens stay inside the volume.
    LocalTokenPath: 30, "pkg/apis/core/validation/validation.go";
    /// `matchLabelKeys` and `mismatchLabelKeys` of pod affinity.
    MatchLabelKeysInPodAffinity: 31, "gate MatchLabelKeysInPodAffinity beta, KEP-3633";
    /// `recursiveReadOnly` of volume mounts.
    RecursiveReadOnly: 31, "gate RecursiveReadOnlyMounts beta, KEP-3857";
    /// The field `image` of volumes exists.
    ImageVolumeField: 31, "k8s.io/api core/v1 types.go, KEP-4639";
    /// The error about several projections speaks of one source.
    PerSourceWording: 31, "pkg/apis/core/validation/validation.go";
    /// The error about sleeping 0 seconds names a gate.
    SleepZeroGate: 32, "pkg/apis/core/validation/validation.go";
    /// Hooks may sleep 0 seconds.
    SleepZero: 33, "gate PodLifecycleSleepActionAllowZero beta, KEP-4818";
    /// Image volumes may be mounted by sub-paths.
    ImageVolumeSubPaths: 33, "pkg/apis/core/validation/validation.go, KEP-4639";
    /// Label values of required node affinity are refused, those of preferred node affinity warned about.
    NodeAffinityValues: 33, "pkg/apis/core/validation/validation.go, pkg/api/node/util.go";
    /// `hostUsers`
    UserNamespaces: 33, "gate UserNamespacesSupport beta on, KEP-127";
    /// `procMount`
    ProcMount: 33, "gate ProcMountType beta on, KEP-4265";
    /// `supplementalGroupsPolicy`
    SupplementalGroupsPolicy: 33, "gate SupplementalGroupsPolicy beta, KEP-3619";
    /// `seLinuxChangePolicy`
    SeLinuxChangePolicy: 33, "gate SELinuxChangePolicy beta, KEP-1710";
    /// `resizePolicy`
    InPlaceResize: 33, "gate InPlacePodVerticalScaling beta, KEP-1287";
    /// Search domains of a pod may be `.` and may have underscores.
    RelaxedDnsSearches: 33, "gate RelaxedDNSSearchValidation beta, KEP-4427";
    /// `spec.resources` of pods.
    PodLevelResources: 34, "gate PodLevelResources beta, KEP-2837";
    /// `resourceClaims`
    ResourceClaims: 34, "gate DynamicResourceAllocation GA, KEP-4381";
    /// `volumeAttributesClassName` of claims.
    VolumeAttributesClass: 34, "gate VolumeAttributesClass GA, KEP-3751";
    /// A spread constraint's `matchLabelKeys` become part of its selector.
    SpreadKeysMerged: 34, "gate MatchLabelKeysInPodTopologySpreadSelectorMerge beta, KEP-3243";
    /// Errors about user namespaces say `hostUsers`, and block devices are refused with them.
    HostUsersWording: 34, "pkg/apis/core/validation/validation.go";
    /// An empty operating system is Required, without more words.
    ShortRequired: 34, "pkg/apis/core/validation/validation.go";
    /// The field `fileKeyRef` exists.
    EnvFilesField: 34, "k8s.io/api core/v1 types.go, KEP-3721";
    /// `fileKeyRef`
    EnvFiles: 35, "gate EnvFiles beta, KEP-3721";
    /// `hostnameOverride`
    HostnameOverride: 35, "gate HostnameOverride beta, KEP-4762";
    /// Image volumes.
    ImageVolumes: 35, "gate ImageVolume beta on, KEP-4639";
    /// `restartPolicyRules`, and restart policies of containers of every sort.
    ContainerRestartRules: 35, "gate ContainerRestartRules beta, KEP-5307";
    /// A CSI driver without a name is only Required.
    CsiDriverRequiredAlone: 35, "pkg/apis/core/validation/validation.go";
    /// The tolerations' operators `Lt` and `Gt` are named, though off.
    TolerationComparisonNamed: 35, "pkg/apis/core/validation/validation.go, KEP-5471";
    /// Restart rules may restart all containers.
    RestartAllContainers: 36, "gate RestartAllContainersOnContainerExits beta, KEP-5532";
    /// Init containers may not restart to be resized.
    NoRestartOnResizeOfInitContainers: 36, "pkg/apis/core/validation/validation.go";

    // Pods: warnings.
    /// Warnings about ports, null selectors, hidden variables, CephFS and RBD.
    MorePodWarnings: 28, "pkg/api/pod/warnings.go";
    /// The warning about a hidden variable says what may happen to it.
    HiddenEnvWording: 30, "pkg/api/pod/warnings.go";
    /// `node-role.kubernetes.io/master` and two others are warned about.
    MoreNodeLabelWarnings: 31, "pkg/api/node/util.go; recorded";
    /// Warnings about files of one volume in each other's way.
    OverlappingPathWarnings: 32, "pkg/api/pod/warnings.go";
    /// Warnings about port names that come twice.
    PortNameWarnings: 33, "pkg/api/pod/warnings.go; recorded";
    /// The warning about gitRepo says that it is disabled.
    GitRepoDisabled: 33, "gate GitRepoVolumeDriver, KEP-5040";
    /// The warning about AppArmor's annotation looks at the pod's profile.
    AppArmorWarningCompares: 34, "pkg/api/pod/warnings.go";

    // Workloads.
    /// `backoffLimitPerIndex`, `maxFailedIndexes` and `podReplacementPolicy` of Jobs exist; Jobs of very many indexes are warned about.
    JobFieldsOf28: 28, "k8s.io/api batch/v1 types.go, KEP-3850, KEP-3939";
    /// They count, and `manualSelector` is defaulted.
    JobFieldsOf29: 29, "gates JobBackoffLimitPerIndex and JobPodReplacementPolicy beta; pkg/apis/batch/v1/defaults.go";
    /// A schedule may not name a time zone.
    NoTimeZoneInSchedule: 29, "pkg/apis/batch/validation/validation.go";
    /// `successPolicy` of Jobs.
    JobSuccessPolicy: 31, "gate JobSuccessPolicy beta, KEP-3998";
    /// Writable GCE disks in several pods are no error.
    SharedGceDisks: 29, "gate SkipReadOnlyValidationGCE, pkg/apis/core/validation/validation.go";
    /// `managedBy` of Jobs.
    JobManagedBy: 32, "gate JobManagedBy beta, KEP-4368";
    /// A StatefulSet's `serviceName` is a DNS label.
    ServiceNameChecked: 33, "pkg/apis/apps/validation/validation.go; recorded";
    /// A StatefulSet's negative `revisionHistoryLimit` is warned about.
    RevisionHistoryWarning: 33, "pkg/registry/apps/statefulset/strategy.go; recorded";
    /// A StatefulSet's template and claim templates are validated.
    StatefulSetTemplate: 34, "pkg/apis/apps/validation/validation.go; recorded";
    /// The patterns of a CronJob's pod failure policy are defaulted.
    FailurePatternsDefaulted: 34, "pkg/apis/batch/v1/defaults.go";
    /// A ReplicationController's name may be no more than 253 bytes rather than characters.
    LongNameInBytes: 35, "apimachinery pkg/api/validate; recorded";
    /// `maxUnavailable` of StatefulSets …
    StatefulSetMaxUnavailable: 35, "gate MaxUnavailableStatefulSet beta on, KEP-961";
    /// … was turned off again.
    StatefulSetMaxUnavailableOff: 36, "gate MaxUnavailableStatefulSet beta off, KEP-961";
}
