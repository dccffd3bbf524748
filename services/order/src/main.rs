//! Order alone in its process.

fn main() -> std::process::ExitCode {
    boot::serve::<order::Order>()
}
