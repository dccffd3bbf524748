//! A file system in a file: what a copy of the file holds is what was forced to the disk.

use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use tempfile::TempDir;

use crate::program::LONGEST;

const LOOK_AGAIN: Duration = Duration::from_millis(20);
/// Long enough that the journal's timer forces nothing within a round.
const OPTIONS: &str = "loop,commit=300";

pub struct Image {
    place: TempDir,
    /// How often the power was cut.
    generation: u32,
}

impl Image {
    /// Makes and mounts one; says why when that is not permitted here.
    pub fn make() -> Result<Self, String> {
        let place = tempfile::tempdir().expect("a folder");
        let image = Self {
            place,
            generation: 0,
        };
        std::fs::create_dir(image.mount_point()).expect("a mount point");
        let file = image.file(0);
        let made = std::fs::File::create(&file).and_then(|file| file.set_len(256 << 20));
        made.expect("a sparse file");
        do_command(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(file))?;
        image.mount()?;
        std::fs::create_dir(image.folder()).map_err(|error| error.to_string())?;
        do_command(&mut Command::new("sync"))?;
        Ok(image)
    }

    /// The data folder.
    pub fn folder(&self) -> PathBuf {
        self.mount_point().join("data")
    }

    /// Keeps what is on the disk at this moment.
    pub fn copy(&self) {
        let mut copy = Command::new("cp");
        copy.arg("--sparse=always").arg(self.file(self.generation));
        let copied = do_command(copy.arg(self.file(self.generation + 1)));
        copied.expect("the disk can be copied");
    }

    /// Mounts the copy in place of what went on after it.
    pub async fn swap(&mut self) {
        let mut look = tokio::time::interval(LOOK_AGAIN);
        let unmounted = async {
            // Busy until the last thread of the process is gone.
            while self.unmount().is_err() {
                look.tick().await;
            }
        };
        let unmounted = tokio::time::timeout(LONGEST, unmounted).await;
        unmounted.expect("nobody is left on it");
        std::fs::remove_file(self.file(self.generation)).expect("it was there");
        self.generation += 1;
        self.mount().expect("what was cut can be mounted");
    }

    fn mount(&self) -> Result<(), String> {
        let mut mount = Command::new("mount");
        mount.args(["-o", OPTIONS]).arg(self.file(self.generation));
        do_command(mount.arg(self.mount_point()))
    }

    fn unmount(&self) -> Result<(), String> {
        do_command(Command::new("umount").arg(self.mount_point()))
    }

    fn mount_point(&self) -> PathBuf {
        self.place.path().join("mounted")
    }

    fn file(&self, generation: u32) -> PathBuf {
        self.place.path().join(format!("disk-{generation}"))
    }
}

impl Drop for Image {
    fn drop(&mut self) {
        // After a failure the shop may still be there: lazily, so that nothing is left behind.
        let _not_mounted = do_command(Command::new("umount").arg("-l").arg(self.mount_point()));
    }
}

/// Runs a tool of the system; says why it failed.
pub fn do_command(command: &mut Command) -> Result<(), String> {
    let output = command.output().map_err(|error| error.to_string())?;
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}
