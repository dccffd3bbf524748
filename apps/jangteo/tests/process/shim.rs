//! A layer between the shop and the C library, compiled when it is needed. What it can do stands at
//! the head of its source.

use std::fs::{File, OpenOptions};
use std::os::unix::fs::FileExt;
use std::path::PathBuf;
use std::process::Command;

use tempfile::TempDir;

pub struct Shim {
    library: PathBuf,
    clock: PathBuf,
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
        let clock = place.path().join("clock");
        std::fs::write(&clock, 0_i64.to_ne_bytes()).expect("it can be written");
        Self {
            library,
            clock,
            _place: place,
        }
    }

    /// The environment of a program whose n-th sync of a file fails.
    pub fn failing_sync<'a>(&'a self, number: &'a str) -> [(&'a str, &'a str); 2] {
        [self.preloaded(), ("JANGTEO_FAILING_SYNC", number)]
    }

    /// The environment of a program whose n-th write to a database or its log fails.
    pub fn failing_write<'a>(&'a self, number: &'a str) -> [(&'a str, &'a str); 2] {
        [self.preloaded(), ("JANGTEO_FAILING_WRITE", number)]
    }

    /// The environment of a program whose write-ahead logs are forced to the disk as
    /// `synchronous=NORMAL` forces them, or never (`none`).
    pub fn log_syncs<'a>(&'a self, which: &'a str) -> [(&'a str, &'a str); 2] {
        [self.preloaded(), ("JANGTEO_LOG_SYNCS", which)]
    }

    /// The environment of a program that is killed, -9, while it says these words.
    pub fn dies_saying<'a>(&'a self, words: &'a str) -> [(&'a str, &'a str); 2] {
        [self.preloaded(), ("JANGTEO_DIES_SAYING", words)]
    }

    /// The environment of a program whose time of day is `set_clock`'s.
    pub fn clock(&self) -> [(&str, &str); 2] {
        let clock = self.clock.to_str().expect("a path of ASCII");
        [self.preloaded(), ("JANGTEO_CLOCK", clock)]
    }

    /// How many seconds the clock of the programs is ahead, from now on.
    pub fn set_clock(&self, seconds: i64) {
        // In place: the programs have it mapped.
        let clock: File = OpenOptions::new()
            .write(true)
            .open(&self.clock)
            .expect("it is there");
        let written = clock.write_all_at(&seconds.to_ne_bytes(), 0);
        written.expect("it can be written");
    }

    fn preloaded(&self) -> (&str, &str) {
        let library = self.library.to_str().expect("a path of ASCII");
        ("LD_PRELOAD", library)
    }
}
