//! Who may make a load balancer, by the names people give them. Knows no price.

use std::fmt;
use std::str::FromStr;

macro_rules! providers {
    ($($variant:ident $name:literal $title:literal $free:literal $(| $alias:literal)*;)*) => {
        /// Whoever makes load balancers for Services.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Provider {
            $(#[doc = $title] $variant,)*
        }

        impl Provider {
            /// All of them, in the order in which help lists them.
            pub const ALL: &'static [Provider] = &[$(Provider::$variant),*];

            /// The name on the command line and in reports.
            #[must_use]
            pub fn name(self) -> &'static str {
                match self { $(Self::$variant => $name,)* }
            }

            /// The name as its maker writes it.
            #[must_use]
            pub fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }

            /// Whether its load balancers are software on nodes that are paid for anyway.
            #[must_use]
            pub fn is_free(self) -> bool {
                match self { $(Self::$variant => $free,)* }
            }
        }

        impl FromStr for Provider {
            type Err = String;

            fn from_str(name: &str) -> Result<Self, String> {
                match name.to_ascii_lowercase().as_str() {
                    $($name $(| $alias)* => Ok(Self::$variant),)*
                    _ => Err(format!("there is no provider `{name}`")),
                }
            }
        }
    };
}

providers! {
    Aws "aws" "AWS" false | "eks" | "amazon";
    Gke "gke" "GKE" false | "gcp" | "google";
    Aks "aks" "AKS" false | "azure";
    DigitalOcean "digitalocean" "DigitalOcean" false | "doks" | "do";
    Hetzner "hetzner" "Hetzner Cloud" false | "hcloud";
    Linode "linode" "Linode" false | "lke" | "akamai";
    Vultr "vultr" "Vultr" false | "vke";
    Civo "civo" "Civo" false;
    Scaleway "scaleway" "Scaleway" false | "kapsule" | "scw";
    Oci "oci" "Oracle Cloud" false | "oke" | "oracle";
    Alibaba "alibaba" "Alibaba Cloud" false | "ack" | "alicloud" | "aliyun";
    Ovh "ovh" "OVHcloud" false | "ovhcloud";
    Exoscale "exoscale" "Exoscale" false | "sks";
    Ibm "ibm" "IBM Cloud" false | "iks" | "roks";
    Tencent "tencent" "Tencent Cloud" false | "tke";
    OpenStack "openstack" "OpenStack" false | "octavia";
    K3s "k3s" "k3s ServiceLB" true | "rke2" | "k3d" | "klipper" | "servicelb";
    MetalLb "metallb" "MetalLB" true;
    KubeVip "kube-vip" "kube-vip" true | "kubevip";
    Cilium "cilium" "Cilium LB IPAM" true;
    Tailscale "tailscale" "Tailscale" true;
    Kind "kind" "kind" true;
    Minikube "minikube" "minikube" true;
    Kubeadm "kubeadm" "kubeadm" true | "bare-metal" | "none";
}

impl fmt::Display for Provider {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Which of AWS's controllers looks after Services.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Controller {
    /// The cloud controller manager.
    Ccm,
    /// The AWS Load Balancer Controller, whose webhook (since 2.5) takes every new Service without a class.
    Lbc,
    /// EKS Auto Mode.
    Auto,
}

impl FromStr for Controller {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "ccm" => Ok(Self::Ccm),
            "lbc" => Ok(Self::Lbc),
            "auto" => Ok(Self::Auto),
            _ => Err(format!("there is no controller `{name}`: expected ccm, lbc or auto")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn every_name_is_read_back() {
        for provider in Provider::ALL {
            assert_eq!(provider.name().parse::<Provider>().unwrap(), *provider);
        }
        assert_eq!("GCP".parse::<Provider>().unwrap(), Provider::Gke);
        assert!("gcpp".parse::<Provider>().is_err());
    }
}
