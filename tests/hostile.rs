//! Hostile input through the whole program: it ends, it says what is wrong, it loses nothing else, and its output is safe.

#![cfg(unix)]
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use std::fs;
use std::os::unix::fs::symlink;
use std::os::unix::net::UnixListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const SERVICE: &str =
    "apiVersion: v1\nkind: Service\nmetadata: {name: web}\nspec:\n  type: Nodeport\n  selector: {app: web}\n  ports: [{port: 80}]\n";

/// A directory of its own under the build's, emptied first.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("hostile").join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// Runs svclint in a folder with at most 1 GiB of address space and 60 s of CPU: what grows beyond its input is killed.
fn svclint(folder: &Path, args: &[&str]) -> Output {
    let bounded = "ulimit -v 1048576; ulimit -t 60; exec \"$0\" \"$@\"";
    let output = Command::new("sh").args(["-c", bounded, env!("CARGO_BIN_EXE_svclint")]).args(args).current_dir(folder).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(
        output.status.code().is_some_and(|code| code <= 2),
        "{args:?} ended with {:?}: {}",
        output.status,
        &said[..said.len().min(400)]
    );
    assert!(!said.contains("panicked"), "{said}");
    output
}

fn check(text: &[u8]) -> (Option<i32>, String) {
    let folder = folder(&format!("text-{:x}", text.len() ^ (usize::from(text[0]) << 20) ^ (usize::from(text[text.len() / 2]) << 10)));
    fs::write(folder.join("x.yaml"), text).unwrap();
    fs::write(folder.join("y.yaml"), SERVICE).unwrap();
    let output = svclint(&folder, &["check", "-o", "concise", "x.yaml", "y.yaml"]);
    (output.status.code(), String::from_utf8_lossy(&output.stdout).into_owned())
}

#[test]
fn nesting_and_size_are_bounded_and_the_next_file_is_judged() {
    let million = 1 << 20;
    let bombs: Vec<Vec<u8>> = vec![
        "[".repeat(million).into(),
        "- ".repeat(million / 2).into(),
        "{a: ".repeat(million / 4).into(),
        "&a [*a,".repeat(million / 7).into(),
        format!("a: {}", "x".repeat(50 * million)).into(),
        "---\na: 1\n".repeat(100_000).into(),
        (0..1_000_000).map(|key| format!("k{key}: 1\n")).collect::<String>().into(),
        (0..64).fold("a0: &a0 [x, x]\n".to_owned(), |text, n| text + &format!("a{}: &a{} [*a{n}, *a{n}, *a{n}]\n", n + 1, n + 1)).into(),
        b"a: \0b\n".to_vec(),
        b"a: \xff\xfe\n".to_vec(),
        "\u{feff}kind: x\n".encode_utf16().flat_map(u16::to_le_bytes).collect(),
    ];
    for bomb in bombs {
        let (code, said) = check(&bomb);
        let start = String::from_utf8_lossy(&bomb[..bomb.len().min(12)]).into_owned();
        assert_eq!(code, Some(1), "{start:?}");
        assert!(said.contains("y.yaml:5:9"), "{start:?} hid the next file: {}", &said[..said.len().min(300)]);
    }
}

#[test]
fn what_is_no_file_is_passed_over() {
    let folder = folder("things");
    fs::write(folder.join("svc.yaml"), SERVICE).unwrap();
    assert!(Command::new("mkfifo").arg(folder.join("pipe.yaml")).status().unwrap().success());
    let _socket = UnixListener::bind(folder.join("socket.yaml")).unwrap();
    fs::create_dir(folder.join("folder.yaml")).unwrap();
    symlink(".", folder.join("loop")).unwrap();
    symlink("nowhere.yaml", folder.join("dangling.yaml")).unwrap();
    let output = svclint(&folder, &["check", "-o", "concise", "."]);
    let said = String::from_utf8_lossy(&output.stdout);
    assert_eq!(said.lines().filter(|line| line.contains("error[")).count(), 1, "{said}{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn what_cannot_be_read_is_told_and_the_rest_is_judged() {
    let folder = folder("unreadable");
    fs::write(folder.join("svc.yaml"), SERVICE).unwrap();
    let output = svclint(&folder, &["check", "-o", "concise", "gone.yaml", "svc.yaml"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("gone.yaml"));
    assert!(String::from_utf8_lossy(&output.stdout).contains("svc.yaml:5:9"));
}

#[test]
fn nothing_from_a_file_reaches_the_terminal_raw() {
    let folder = folder("escapes");
    let name = "a\u{1b}[31m\u{202e}\nb.yaml";
    let text = SERVICE.replace("Nodeport", "\"Node\\e[2J\u{202e}port\"") + "  \u{9b}: 1 # \u{1b}]0;x\u{7}\n";
    fs::write(folder.join(name), text).unwrap();
    for output in ["full", "concise", "json"] {
        let output = svclint(&folder, &["check", "--color", "never", "-o", output, "."]);
        for stream in [&output.stdout, &output.stderr] {
            let said = String::from_utf8_lossy(stream);
            let raw = said.chars().find(|c| (c.is_control() && *c != '\n') || ('\u{202a}'..='\u{202e}').contains(c));
            assert_eq!(raw, None, "{said:?}");
        }
        assert!(!output.stdout.is_empty());
    }
}
