//! A layer between the shop and the C library, compiled when it is needed.

use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

pub struct Shim {
    library: PathBuf,
    _place: TempDir,
}

impl Shim {
    pub fn build() -> Self {
        let place = tempfile::tempdir().expect("a folder");
        let source = place.path().join("shim.c");
        std::fs::write(&source, include_str!("shim.c")).expect("it can be written");
        let library = place.path().join("shim.so");
        let mut cc = Command::new("cc");
        cc.args(["-shared", "-fPIC", "-O1", "-o"]).arg(&library);
        let status = cc.arg(&source).arg("-ldl").status();
        assert!(status.expect("a C compiler").success(), "it compiles");
        Self {
            library,
            _place: place,
        }
    }

    /// The environment of a program whose n-th sync of a file fails.
    pub fn failing_sync<'a>(&'a self, number: &'a str) -> [(&'a str, &'a str); 2] {
        let library = self.library.to_str().expect("a path of ASCII");
        [("LD_PRELOAD", library), ("JANGTEO_FAILING_SYNC", number)]
    }

    /// The environment of a program whose write-ahead logs are not forced to the disk.
    pub fn without_log_syncs(&self) -> [(&str, &str); 1] {
        let library = self.library.to_str().expect("a path of ASCII");
        [("LD_PRELOAD", library)]
    }
}
