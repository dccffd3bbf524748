//! Is the port free, and whose is it when it is not.

use std::fs;

use boot::Unbound;

use super::Finding;
use crate::cli::Target;
use crate::cli::client::ADDRESS_FILE;

const NAME: &str = "port";
/// Listening, as the kernel's table of sockets says it.
const LISTENING: &str = "0A";

pub(super) async fn look(port: u16, target: &Target) -> Finding {
    match boot::bind(port).await {
        Ok(_free) => Finding::ok(
            NAME,
            &format!("{port} 비어 있음"),
            &format!("{port} is free"),
        ),
        Err(Unbound::InUse { port, other }) => in_use(port, other, target),
        Err(Unbound::Io { port, error }) => Finding::fail(
            NAME,
            &format!("{port} 를 열 수 없어요: {error}"),
            &format!("{port} cannot be listened on: {error}"),
        )
        .next("jangteo dev --port 0", "jangteo dev --port 0"),
    }
}

fn in_use(port: u16, other: u16, target: &Target) -> Finding {
    let address = fs::read_to_string(target.data.join(ADDRESS_FILE)).unwrap_or_default();
    if address.trim().ends_with(&format!(":{port}")) {
        let folder = target.data.display();
        return Finding::ok(
            NAME,
            &format!("{port} 를 {folder} 의 상점이 쓰고 있어요"),
            &format!("{port} is served by the shop of {folder}"),
        );
    }
    let owner = owner(port).unwrap_or_else(|| "?".to_owned());
    let next = format!("jangteo dev --port {other}");
    Finding::fail(
        NAME,
        &format!("{port} 사용 중 ({owner})"),
        &format!("{port} is in use ({owner})"),
    )
    .next(&next, &next)
}

/// The process that listens on a port, as far as this user may see it.
fn owner(port: u16) -> Option<String> {
    let tables = ["/proc/net/tcp", "/proc/net/tcp6"];
    let tables = tables.map(|table| fs::read_to_string(table).unwrap_or_default());
    let inode = tables.iter().find_map(|table| listener(table, port))?;
    let socket = format!("socket:[{inode}]");
    let is_process = |entry: &fs::DirEntry| {
        let name = entry.file_name();
        name.to_string_lossy()
            .bytes()
            .all(|byte| byte.is_ascii_digit())
    };
    let entries = fs::read_dir("/proc").ok()?.flatten();
    for process in entries.filter(is_process) {
        let Ok(files) = fs::read_dir(process.path().join("fd")) else {
            continue;
        };
        let holds = |file: fs::DirEntry| {
            let link = fs::read_link(file.path());
            link.is_ok_and(|link| link.as_os_str() == socket.as_str())
        };
        if files.flatten().any(holds) {
            let name = fs::read_to_string(process.path().join("comm")).unwrap_or_default();
            let id = process.file_name();
            return Some(format!("pid {} {}", id.to_string_lossy(), name.trim()));
        }
    }
    None
}

/// The inode of the socket that listens on a port, by the kernel's table.
fn listener(table: &str, port: u16) -> Option<&str> {
    let local = format!(":{port:04X}");
    table.lines().skip(1).find_map(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let listens = fields.get(1)?.ends_with(&local) && *fields.get(3)? == LISTENING;
        listens.then(|| fields.get(9).copied()).flatten()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    const TABLE: &str = "  sl  local_address rem_address   st  and so on
   0: 0100007F:1F90 00000000:0000 0A 00000000:00000000 00:00000000 00000000     0        0 4711 1
   1: 0100007F:1F91 0100007F:1F90 01 00000000:00000000 00:00000000 00000000     0        0 4712 1
";

    #[test]
    fn only_who_listens_has_the_port() {
        assert_eq!(listener(TABLE, 8080), Some("4711"));
        assert_eq!(listener(TABLE, 8081), None);
        assert_eq!(listener("", 8080), None);
    }

    #[tokio::test]
    async fn a_port_in_use_names_its_process() {
        let taken = boot::bind(0).await.expect("a free port");
        let told = owner(taken.address.port());
        let me = std::process::id().to_string();
        assert!(
            told.as_ref().is_some_and(|told| told.contains(&me)),
            "{told:?}"
        );
    }
}
