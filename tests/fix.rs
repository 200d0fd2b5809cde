//! Mending: what `--fix` and `--diff` write, and that nothing but the named fields changes.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod scratch;

use std::fs;

use scratch::{Folder, Ran};

const TYPO: &str = "# the shop's door\napiVersion: v1\nkind: Service\nmetadata: {name: web}   # flow\nspec:\n  type: clusterip\n  selector: {app: 'web'}\n  ports:\n    - name: http  # first\n      port: 80\n      protocol: tcp\n";
const MENDED: &str = "# the shop's door\napiVersion: v1\nkind: Service\nmetadata: {name: web}   # flow\nspec:\n  type: ClusterIP\n  selector: {app: 'web'}\n  ports:\n    - name: http  # first\n      port: 80\n      protocol: TCP\n";

#[test]
fn fix_writes_only_the_named_values() {
    let folder = Folder::new(&[("svc.yaml", TYPO)]);
    let options = ["check", "--fix", "--context", "none", "--ignore", "workload-not-in-files", "svc.yaml"];
    let ran = folder.run(&options);
    assert_eq!(folder.read("svc.yaml"), MENDED);
    assert_eq!((ran.code, ran.out.as_str()), (0, ""), "{}", ran.err);
    assert_eq!(ran.err, "nothing found in 1 file (1 document), 2 fixed\n");
    let again = folder.run(&options);
    assert_eq!(again.err, "nothing found in 1 file (1 document), 0 fixed\n");
}

#[test]
fn line_ends_and_byte_order_marks_stay() {
    let windows = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let folder = Folder::new(&[("svc.yaml", &windows(TYPO)), ("end.yaml", TYPO.trim_end())]);
    folder.run(&["check", "--fix", "."]);
    assert_eq!(folder.read("svc.yaml"), windows(MENDED));
    assert_eq!(folder.read("end.yaml"), MENDED.trim_end());
}

#[test]
fn diff_writes_nothing_and_tells_by_its_status() {
    let folder = Folder::new(&[("svc.yaml", TYPO), ("good.yaml", MENDED)]);
    let ran = folder.run(&["check", "--diff", "svc.yaml"]);
    insta::assert_snapshot!(ran.out, @r"
    --- svc.yaml
    +++ svc.yaml
    @@ -3,9 +3,9 @@
     kind: Service
     metadata: {name: web}   # flow
     spec:
    -  type: clusterip
    +  type: ClusterIP
       selector: {app: 'web'}
       ports:
         - name: http  # first
           port: 80
    -      protocol: tcp
    +      protocol: TCP
    ");
    assert_eq!((ran.code, ran.err.as_str()), (1, "would fix 2 in 1 file\n"));
    assert_eq!(folder.read("svc.yaml"), TYPO);
    let none = folder.run(&["check", "--diff", "good.yaml"]);
    assert_eq!((none.code, none.out.as_str(), none.err.as_str()), (0, "", "nothing to fix\n"));
}

#[test]
fn a_diff_is_what_patch_takes() {
    let folder = Folder::new(&[("k8s/svc.yaml", &TYPO.replace('\n', "\r\n")), ("k8s/end.yaml", TYPO.trim_end())]);
    let diff = folder.run(&["check", "--diff", "k8s"]).out;
    fs::write(folder.path("all.diff"), diff).unwrap();
    let applied = std::process::Command::new("git").args(["apply", "-p0", "all.diff"]).current_dir(folder.path("")).status().unwrap();
    assert!(applied.success());
    assert_eq!(folder.read("k8s/svc.yaml"), MENDED.replace('\n', "\r\n"));
    assert_eq!(folder.read("k8s/end.yaml"), MENDED.trim_end());
}

#[test]
fn standard_input_is_mended_to_standard_output() {
    let folder = Folder::new(&[]);
    let ran = Ran::with_input(&mut folder.command(&["check", "--fix", "-"]), TYPO);
    assert_eq!((ran.code, ran.out.as_str()), (0, MENDED));
    let clean = Ran::with_input(&mut folder.command(&["check", "--fix", "-", "-q"]), MENDED);
    assert_eq!(clean.out, MENDED);
    assert!(clean.err.starts_with("info[workload-not-in-files]"), "{}", clean.err);
}

const NEAR_MISS: &str = "apiVersion: v1\nkind: Service\nmetadata:\n  name: web\nspec:\n  selector:\n    app: game-loby\n  ports:\n    - port: 80\n---\napiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: web\nspec:\n  selector:\n    matchLabels:\n      app: game-lobby\n  template:\n    metadata:\n      labels:\n        app: game-lobby\n    spec:\n      containers:\n        - name: web\n          image: web:1\n          ports:\n            - containerPort: 80\n";

#[test]
fn what_needs_a_look_waits_for_unsafe_fixes() {
    let folder = Folder::new(&[("web.yaml", NEAR_MISS)]);
    let safe = folder.run(&["check", "--fix", "web.yaml"]);
    assert_eq!(folder.read("web.yaml"), NEAR_MISS);
    assert_eq!(safe.code, 1);
    assert!(safe.err.ends_with("0 fixed (1 more with --unsafe-fixes)\n"), "{}", safe.err);
    let all = folder.run(&["check", "--fix", "--unsafe-fixes", "web.yaml"]);
    assert_eq!(folder.read("web.yaml"), NEAR_MISS.replace("game-loby", "game-lobby"));
    assert_eq!((all.code, all.err.as_str()), (0, "nothing found in 1 file (2 documents), 1 fixed\n"));
}

#[test]
fn context_is_never_written() {
    let folder = Folder::new(&[("svc.yaml", MENDED), ("other.yaml", &TYPO.replace("name: web}", "name: other}"))]);
    let ran = folder.run(&["check", "--fix", "--unsafe-fixes", "svc.yaml"]);
    assert_eq!(folder.read("other.yaml"), TYPO.replace("name: web}", "name: other}"));
    assert!(ran.err.ends_with("0 fixed\n"), "{}", ran.err);
}

#[test]
fn what_an_error_hid_comes_to_light_and_what_is_ignored_stays() {
    let text = TYPO
        .replace("      protocol: tcp\n", "      nodPort: 80\n      protocol: tcp # svclint: ignore[unsupported-value]\n")
        .replace("clusterip", "NodePort");
    let folder = Folder::new(&[("svc.yaml", &text)]);
    let ran = folder.run(&["check", "--fix", "-o", "concise", "svc.yaml"]);
    assert_eq!(folder.read("svc.yaml"), text.replace("nodPort", "nodePort"));
    assert!(ran.out.contains("error[node-port-out-of-range]"), "{}", ran.out);
    assert!(ran.err.contains("1 fixed"), "{}", ran.err);
}

#[cfg(unix)]
#[test]
fn mode_and_links_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = Folder::new(&[("real/svc.yaml", TYPO)]);
    fs::set_permissions(folder.path("real/svc.yaml"), fs::Permissions::from_mode(0o640)).unwrap();
    symlink("real/svc.yaml", folder.path("link.yaml")).unwrap();
    let ran = folder.run(&["check", "--fix", "link.yaml"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(fs::symlink_metadata(folder.path("link.yaml")).unwrap().is_symlink());
    assert_eq!(folder.read("real/svc.yaml"), MENDED);
    assert_eq!(fs::metadata(folder.path("real/svc.yaml")).unwrap().permissions().mode() & 0o777, 0o640);
    assert_eq!(fs::read_dir(folder.path("real")).unwrap().count(), 1, "something was left lying about");
}

#[test]
fn a_file_that_changed_meanwhile_is_left_alone() {
    let folder = Folder::new(&[("svc.yaml", TYPO)]);
    let error = svclint::fix::write(&folder.path("svc.yaml"), b"kind: Other\n", MENDED.as_bytes()).unwrap_err();
    assert_eq!(error, "it has changed since it was read");
    assert_eq!(folder.read("svc.yaml"), TYPO);
    assert_eq!(fs::read_dir(folder.path("")).unwrap().count(), 1);
}

#[test]
fn a_file_that_is_not_utf8_is_never_written() {
    let folder = Folder::new(&[]);
    let bytes = [TYPO.as_bytes(), b"---\n# \xff\n"].concat();
    fs::write(folder.path("svc.yaml"), &bytes).unwrap();
    folder.run(&["check", "--fix", "svc.yaml"]);
    assert_eq!(fs::read(folder.path("svc.yaml")).unwrap(), bytes);
}
