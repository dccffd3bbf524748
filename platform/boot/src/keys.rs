//! The key that signs access tokens, kept in the data folder and made when it is first needed.

use std::fs;

use platform_http::{Realm, Signer};

use crate::folder::{Folder, Refused, write_durably};

const KEY_FILE: &str = "keys/token.pk8";

/// Loads the key, or makes one that only its owner may read.
pub(crate) fn signer(folder: &Folder) -> Result<Signer, Refused> {
    let path = folder.path().join(KEY_FILE);
    let io = |error| Refused::Io {
        path: path.clone(),
        error,
    };
    if !path.exists() {
        fs::create_dir_all(folder.path().join("keys")).map_err(io)?;
        write_durably(&path, &Signer::generate(), 0o600).map_err(io)?;
    }
    let der = fs::read(&path).map_err(io)?;
    let bad = |error| io(std::io::Error::new(std::io::ErrorKind::InvalidData, error));
    Signer::from_pkcs8(&der, Realm::default()).map_err(bad)
}
