//! The binary: arguments in, exit code out.

use std::process::ExitCode;

fn main() -> ExitCode {
    svclint::cli::main().into()
}
