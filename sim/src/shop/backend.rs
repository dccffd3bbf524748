//! What the services keep their rows in.

use std::fmt;
use std::str::FromStr;

use db::{Db, Maps, Migrations, Sqlite};

/// What the services keep their rows in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Backend {
    Maps,
    /// In memory, for parity.
    Sqlite,
}

impl Backend {
    /// An empty store.
    pub fn open(self, migrations: Migrations) -> Db {
        match self {
            Self::Maps => Db::Maps(Maps::default()),
            Self::Sqlite => {
                let sqlite = Sqlite::in_memory(migrations);
                Db::Sqlite(sqlite.expect("a database in memory opens"))
            }
        }
    }
}

impl fmt::Display for Backend {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Maps => "maps",
            Self::Sqlite => "sqlite",
        })
    }
}

impl FromStr for Backend {
    type Err = String;

    fn from_str(name: &str) -> Result<Self, String> {
        match name {
            "maps" => Ok(Self::Maps),
            "sqlite" => Ok(Self::Sqlite),
            other => Err(format!("there is no store {other:?}, but maps and sqlite")),
        }
    }
}
