//! User alone in a process.

fn main() -> std::process::ExitCode {
    boot::serve::<user::User>()
}
