//! The programs that run inside the namespaces: this test's own binary, started again with a role in its environment.

use std::collections::BTreeMap;
use std::io::{ErrorKind, Read, Write};
use std::net::{IpAddr, SocketAddr, TcpListener, TcpStream, UdpSocket};
use std::process::Command;
use std::thread;
use std::time::Duration;

/// How long an answer may take; what is dropped takes as long. A refusal that comes while the kernel is still busy with
/// the first packet is not heard: the second packet goes out after a second.
const PATIENCE: Duration = Duration::from_millis(1_500);
/// Connections that are made at the same time.
const AT_ONCE: u32 = 12;
/// Tells a process of this binary what to do.
const ROLE: &str = "SVCLINT_PACKETS_ROLE";

/// Who answered, and whose address it saw.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Answer {
    /// The pod's own address.
    pub pod: IpAddr,
    /// The address that the pod saw.
    pub seen: IpAddr,
}

/// What became of connections.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outcome {
    /// How often each answer came.
    pub answers: BTreeMap<Answer, u32>,
    /// How often the connection was refused.
    pub refused: u32,
    /// How often nothing came.
    pub silent: u32,
}

impl Outcome {
    /// How many were answered.
    pub fn answered(&self) -> u32 {
        self.answers.values().sum()
    }

    /// How often each pod answered.
    pub fn by_pod(&self) -> BTreeMap<IpAddr, u32> {
        let mut counts = BTreeMap::new();
        for (answer, count) in &self.answers {
            *counts.entry(answer.pod).or_default() += count;
        }
        counts
    }
}

/// A command of this binary in a role.
pub fn in_role(role: &str) -> Command {
    let mut command = Command::new("/proc/self/exe");
    command.args(["--exact", "role", "--nocapture", "--test-threads", "1"]).env(ROLE, role);
    command
}

/// What this process is to do, if it is one of those started here.
pub fn role() -> Option<String> {
    std::env::var(ROLE).ok()
}

/// Plays a program: `serve PORT`, `ask tcp|udp ADDRESS COUNT`.
pub fn play(role: &str) {
    let words: Vec<&str> = role.split(' ').collect();
    match words.as_slice() {
        ["serve", port] => serve(port.parse().unwrap()),
        ["ask", protocol, to, count] => ask(*protocol == "tcp", to.parse().unwrap(), count.parse().unwrap()),
        _ => panic!("no role {role}"),
    }
}

/// Answers everyone, over TCP and UDP, with its own address and the one that it sees.
fn serve(port: u16) {
    let datagrams = UdpSocket::bind(("::", port)).unwrap();
    thread::spawn(move || {
        let mut buffer = [0; 64];
        while let Ok((_, from)) = datagrams.recv_from(&mut buffer) {
            // Which of the addresses was asked a datagram socket does not tell: a connected one does.
            let own = UdpSocket::bind(("::", 0)).and_then(|socket| socket.connect(from).and_then(|()| socket.local_addr()));
            let _ = own.and_then(|own| datagrams.send_to(told(own, from).as_bytes(), from));
        }
    });
    let listener = TcpListener::bind(("::", port)).unwrap();
    for stream in listener.incoming() {
        let Ok(mut stream) = stream else { continue };
        let (Ok(own), Ok(peer)) = (stream.local_addr(), stream.peer_addr()) else { continue };
        let _ = stream.write_all(told(own, peer).as_bytes());
    }
}

fn told(own: SocketAddr, peer: SocketAddr) -> String {
    format!("{} {}\n", own.ip().to_canonical(), peer.ip().to_canonical())
}

/// Asks as often as told, each time from a new port, and prints what came. A few are asked at once: what is not answered
/// takes its time.
fn ask(tcp: bool, to: SocketAddr, count: u32) {
    // The harness has begun a line.
    println!();
    let once = move || match if tcp { connect(to) } else { send(to) } {
        Ok(text) => format!("answer {}", text.trim()),
        Err(ErrorKind::ConnectionRefused) => "refused".to_owned(),
        Err(_) => "silent".to_owned(),
    };
    if count > AT_ONCE {
        (0..count).for_each(|_| println!("{}", once()));
        return;
    }
    let asked: Vec<_> = (0..count).map(|_| thread::spawn(once)).collect();
    asked.into_iter().for_each(|it| println!("{}", it.join().unwrap()));
}

fn connect(to: SocketAddr) -> Result<String, ErrorKind> {
    let mut stream = TcpStream::connect_timeout(&to, PATIENCE).map_err(|error| error.kind())?;
    let mut text = String::new();
    stream.set_read_timeout(Some(PATIENCE)).and_then(|()| stream.read_to_string(&mut text)).map_err(|error| error.kind())?;
    Ok(text)
}

fn send(to: SocketAddr) -> Result<String, ErrorKind> {
    let any: IpAddr = if to.is_ipv4() { [0; 4].into() } else { [0; 16].into() };
    let exchange = || {
        let socket = UdpSocket::bind((any, 0))?;
        socket.connect(to)?;
        socket.set_read_timeout(Some(PATIENCE))?;
        socket.send(b"who is there")?;
        let mut buffer = [0; 128];
        let length = socket.recv(&mut buffer)?;
        Ok(String::from_utf8_lossy(&buffer[..length]).into_owned())
    };
    exchange().map_err(|error: std::io::Error| error.kind())
}

/// Reads what `ask` printed.
pub fn outcome(printed: &str) -> Outcome {
    let mut outcome = Outcome::default();
    for line in printed.lines() {
        match line.split(' ').collect::<Vec<_>>().as_slice() {
            ["answer", pod, seen] => {
                *outcome.answers.entry(Answer { pod: pod.parse().unwrap(), seen: seen.parse().unwrap() }).or_default() += 1;
            }
            ["refused"] => outcome.refused += 1,
            ["silent"] => outcome.silent += 1,
            _ => {}
        }
    }
    outcome
}
