//! `check --watch`, with a file that somebody saves.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod scratch;

use std::io::{BufRead, BufReader};
use std::process::Stdio;
use std::sync::mpsc;
use std::thread;
use std::time::Duration;

use scratch::Folder;

const SERVICE: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: NodePort\n  selector: {app: web}\n  ports: [{port: 80, nodePort: 30080}]\n";

#[test]
fn a_saved_file_is_checked_again() {
    let folder = Folder::new(&[("k8s/svc.yaml", SERVICE)]);
    let mut running =
        folder.command(&["check", "k8s", "--watch", "-o", "concise"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let (sender, lines) = mpsc::channel();
    let (out, err) = (running.stdout.take().unwrap(), running.stderr.take().unwrap());
    let to = sender.clone();
    thread::spawn(move || BufReader::new(out).lines().map_while(Result::ok).for_each(|line| drop(to.send(line))));
    thread::spawn(move || BufReader::new(err).lines().map_while(Result::ok).for_each(|line| drop(sender.send(line))));
    let until = |what: &str| {
        let mut seen = Vec::new();
        loop {
            let line = lines.recv_timeout(Duration::from_secs(60)).unwrap_or_else(|_| panic!("no {what:?} after {seen:#?}"));
            seen.push(line);
            if seen.iter().any(|line| line.contains(what)) {
                return seen;
            }
        }
    };
    let first = until("watching for changes");
    assert!(!first.iter().any(|line| line.contains("error[")), "{first:#?}");

    folder.write("k8s/svc.yaml", &SERVICE.replace("30080", "8080"));
    until("error[node-port-out-of-range]");
    until("watching for changes");

    // As editors save: a new file in the old one's place.
    folder.write("k8s/.svc.yaml.swp", SERVICE);
    std::fs::rename(folder.path("k8s/.svc.yaml.swp"), folder.path("k8s/svc.yaml")).unwrap();
    // One save may be told in two bursts: what counts is that a check without the error comes.
    while until("watching for changes").iter().any(|line| line.contains("error[")) {}
    running.kill().unwrap();
    running.wait().unwrap();
}

#[test]
fn standard_input_can_not_be_watched() {
    let ran = Folder::new(&[]).run(&["check", "-", "--watch"]);
    assert_eq!((ran.code, ran.err.contains("standard input can't be watched")), (2, true), "{}", ran.err);
}
