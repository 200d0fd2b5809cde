//! Two nodes with pods, and a client outside, as network namespaces that vanish with the process that made them.

use std::fs;
use std::io::Write;
use std::net::IpAddr;
use std::process::{Child, Command, Stdio};
use std::thread::sleep;
use std::time::Duration;

use super::program::{Outcome, in_role, outcome};

/// A pod: its namespace, its node, its addresses.
pub struct Pod {
    /// The name of its namespace.
    pub name: &'static str,
    /// 1 or 2.
    pub node: u8,
    /// Its IPv4 addresses.
    pub v4: &'static [&'static str],
    /// Its IPv6 address.
    pub v6: &'static str,
}

/// Those that answer, then those that only ask. The addresses from 203.0.113.10 are what svclint makes up.
pub const PODS: [Pod; 6] = [
    Pod { name: "pod-1a", node: 1, v4: &["10.244.1.1", "203.0.113.10"], v6: "2001:db8:2:1::1" },
    Pod { name: "pod-2a", node: 2, v4: &["10.244.2.1", "203.0.113.11"], v6: "2001:db8:2:2::1" },
    Pod { name: "pod-2b", node: 2, v4: &["10.244.2.2"], v6: "2001:db8:2:2::2" },
    Pod { name: "client-1", node: 1, v4: &["10.244.1.100"], v6: "2001:db8:2:1::100" },
    Pod { name: "client-2", node: 2, v4: &["10.244.2.100"], v6: "2001:db8:2:2::100" },
    Pod { name: "made-up-client", node: 1, v4: &["203.0.113.249"], v6: "2001:db8:2:1::249" },
];
/// The node's addresses on the network that all share.
pub const NODES: [(&str, &str); 2] = [("192.168.0.1", "2001:db8::1"), ("192.168.0.2", "2001:db8::2")];
/// The client outside.
pub const OUTSIDE: (&str, &str) = ("198.51.100.7", "2001:db8:ffff::7");

/// The namespaces, and the programs in them.
pub struct Lan {
    servers: Vec<Child>,
}

impl Lan {
    /// Builds everything in the network namespace that this process is in.
    pub fn build() -> Self {
        run("mount", &["-t", "tmpfs", "tmpfs", "/run"]);
        let mut script = String::from("link add lan type bridge\nlink set lan up\n");
        for name in ["node-1", "node-2", "outside"] {
            run("ip", &["netns", "add", name]);
            script += &format!("link add to-{name} type veth peer name eth0 netns {name}\nlink set to-{name} master lan up\n");
        }
        batch(None, &script);
        for (number, (v4, v6)) in (1..).zip(NODES) {
            node(number, v4, v6);
        }
        let (v4, v6) = OUTSIDE;
        let mut script = format!("link set lo up\nlink set eth0 up\naddr add {v4}/32 dev eth0\naddr add {v6}/128 dev eth0 nodad\n");
        script += "route add 192.168.0.0/24 dev eth0\nroute add 203.0.113.0/24 via 192.168.0.1\nroute add 2001:db8::/64 dev eth0\n";
        batch(Some("outside"), &script);
        for pod in &PODS {
            join(pod);
        }
        let servers = PODS.iter().filter(|pod| !pod.name.contains("client")).map(|pod| enter(pod.name, in_role("serve 8080")));
        let servers: Vec<Child> = servers.map(|mut command| command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()).collect();
        let lan = Self { servers };
        lan.wait();
        lan
    }

    /// Waits until everyone finds everyone, without any rule yet.
    fn wait(&self) {
        let pods = || PODS.iter().take(self.servers.len());
        for client in ["node-1", "node-2", "client-1", "client-2"] {
            for pod in pods() {
                self.until(client, pod.v4[0], 8080, |outcome| outcome.answered() == 1);
                self.until(client, pod.v6, 8080, |outcome| outcome.answered() == 1);
            }
        }
        for (v4, v6) in NODES {
            // Nothing listens there: the node itself says so.
            self.until("outside", v4, 8080, |outcome| outcome.refused == 1);
            self.until("outside", v6, 8080, |outcome| outcome.refused == 1);
        }
    }

    fn until(&self, from: &str, to: &str, port: u16, enough: impl Fn(&Outcome) -> bool) {
        let found = (0..50).any(|_| {
            let found = enough(&self.ask(from, "tcp", to, port, 1));
            if !found {
                sleep(Duration::from_millis(50));
            }
            found
        });
        assert!(found, "{from} does not find {to}");
    }

    /// Asks from a namespace.
    pub fn ask(&self, from: &str, protocol: &str, to: &str, port: u16, count: u32) -> Outcome {
        let to: IpAddr = to.parse().unwrap();
        let role = format!("ask {protocol} {} {count}", std::net::SocketAddr::new(to, port));
        let done = enter(from, in_role(&role)).output().unwrap();
        assert!(done.status.success(), "{role} in {from}: {}", String::from_utf8_lossy(&done.stderr));
        let outcome = outcome(&String::from_utf8_lossy(&done.stdout));
        assert_eq!(outcome.answered() + outcome.refused + outcome.silent, count, "{role} in {from}");
        outcome
    }

    /// Loads rules on a node with the program that loads such rules.
    pub fn load(&self, node: &str, program: &[&str], rules: &str) {
        let mut command = Command::new("ip");
        command.args(["netns", "exec", node]).args(program).stdin(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        child.stdin.take().unwrap().write_all(rules.as_bytes()).unwrap();
        let done = child.wait_with_output().unwrap();
        assert!(done.status.success(), "{program:?} on {node}: {}\n{rules}", String::from_utf8_lossy(&done.stderr));
    }
}

impl Drop for Lan {
    fn drop(&mut self) {
        for server in &mut self.servers {
            let _ = server.kill();
            let _ = server.wait();
        }
    }
}

fn node(number: u8, v4: &str, v6: &str) {
    let name = format!("node-{number}");
    let other = 3 - number;
    let (other_v4, other_v6) = NODES[usize::from(other) - 1];
    for setting in ["ipv4/ip_forward", "ipv6/conf/all/forwarding"] {
        set(&name, setting, "1");
    }
    // A node tells a client only now and then that nobody is there; the test asks more often.
    for setting in ["ipv4/conf/all/rp_filter", "ipv4/conf/default/rp_filter", "ipv4/icmp_ratelimit", "ipv6/icmp/ratelimit"] {
        set(&name, setting, "0");
    }
    let mut script = format!("link set lo up\nlink set eth0 up\naddr add {v4}/24 dev eth0\naddr add {v6}/64 dev eth0 nodad\n");
    script += &format!("route add 10.244.{other}.0/24 via {other_v4}\nroute add 2001:db8:2:{other}::/64 via {other_v6}\n");
    for pod in PODS.iter().filter(|pod| pod.node == other) {
        for made_up in pod.v4.iter().filter(|ip| ip.starts_with("203.0.113.")) {
            script += &format!("route add {made_up}/32 via {other_v4}\n");
        }
    }
    script += "route add 198.51.100.0/24 dev eth0\nroute add 2001:db8:ffff::/64 dev eth0\nroute add default via 192.168.0.254\n";
    script += "route add default via 2001:db8::254\n";
    batch(Some(&name), &script);
}

/// Joins a pod to its node by a line of its own, as the network plugins that route do.
fn join(pod: &Pod) {
    let (name, node) = (pod.name, format!("node-{}", pod.node));
    run("ip", &["netns", "add", name]);
    let mut script = format!("link add {name} type veth peer name eth0 netns {name}\nlink set {name} up\n");
    // The scope keeps these from being taken as a source.
    script += &format!("addr add 169.254.1.1/32 dev {name} scope link\naddr add fe80::1/64 dev {name} nodad\n");
    let mut inside = "link set lo up\nlink set eth0 up\n".to_owned();
    for v4 in pod.v4 {
        script += &format!("route add {v4}/32 dev {name}\n");
        inside += &format!("addr add {v4}/32 dev eth0\n");
    }
    script += &format!("route add {}/128 dev {name}\n", pod.v6);
    inside += &format!("addr add {}/128 dev eth0 nodad\nroute add 169.254.1.1 dev eth0\nroute add default via 169.254.1.1\n", pod.v6);
    inside += "route add default via fe80::1 dev eth0\n";
    batch(Some(&node), &script);
    batch(Some(name), &inside);
}

fn enter(namespace: &str, program: Command) -> Command {
    let mut command = Command::new("ip");
    // The namespace's own process can't be named by `/proc/self`.
    command.args(["netns", "exec", namespace]).arg(std::env::current_exe().unwrap()).args(program.get_args());
    command.envs(program.get_envs().filter_map(|(key, value)| Some((key, value?))));
    command
}

fn set(namespace: &str, setting: &str, value: &str) {
    let write = format!("echo {value} > /proc/sys/net/{setting}");
    run("ip", &["netns", "exec", namespace, "sh", "-c", &write]);
}

fn batch(namespace: Option<&str>, script: &str) {
    let file = "/run/batch";
    fs::write(file, script).unwrap();
    let inside = namespace.map(|name| ["-n", name]);
    let args: Vec<&str> = inside.iter().flatten().copied().chain(["-batch", file]).collect();
    run("ip", &args);
}

fn run(program: &str, args: &[&str]) {
    let done = Command::new(program).args(args).output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{program} {args:?}: {told}");
}
