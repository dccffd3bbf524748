//! Reading committed rows outside a batch: point reads, ranges and full scans by row shape.

use crate::row::{Key, Prefix, Row};
use crate::{Db, Failed, Maps, Reader, Sqlite};

/// Where checkers and key reads take rows from.
pub trait Store {
    /// Every row of a table, in key order.
    fn all<R: Row>(&self) -> Result<Vec<R>, Failed>;

    fn get<R: Row>(&self, key: &R::Key) -> Result<Option<R>, Failed>;

    /// The rows whose keys begin with `prefix`, in key order.
    fn under<R: Row, P: Prefix<R::Key>>(&self, prefix: P) -> Result<Vec<R>, Failed>;

    /// Every row from `lowest` on, compared by the first key column, in key order, one at a time.
    fn each_from<R: Row>(&self, lowest: &R::Key, visit: &mut dyn FnMut(R)) -> Result<(), Failed>;
}

impl Store for Maps {
    fn all<R: Row>(&self) -> Result<Vec<R>, Failed> {
        Ok(self
            .table::<R>()
            .into_iter()
            .flat_map(|map| map.values().cloned())
            .collect())
    }

    fn get<R: Row>(&self, key: &R::Key) -> Result<Option<R>, Failed> {
        Ok(self.table::<R>().and_then(|map| map.get(key)).cloned())
    }

    fn under<R: Row, P: Prefix<R::Key>>(&self, prefix: P) -> Result<Vec<R>, Failed> {
        let lowest = prefix.lowest();
        let Some(map) = self.table::<R>() else {
            return Ok(Vec::new());
        };
        let under = map.range(lowest.clone()..);
        Ok(under
            .take_while(|(key, _)| key.shares(&lowest, P::COLUMNS))
            .map(|(_, row)| row.clone())
            .collect())
    }

    fn each_from<R: Row>(&self, lowest: &R::Key, visit: &mut dyn FnMut(R)) -> Result<(), Failed> {
        let Some(map) = self.table::<R>() else {
            return Ok(());
        };
        // `lowest` itself may stand behind other keys of its first column.
        let before = map.range(..lowest.clone()).rev();
        let same_column = before.take_while(|(key, _)| key.shares(lowest, 1));
        let first = same_column.last().map_or(lowest, |(key, _)| key);
        for (_, row) in map.range(first.clone()..) {
            visit(row.clone());
        }
        Ok(())
    }
}

impl Store for Reader {
    fn all<R: Row>(&self) -> Result<Vec<R>, Failed> {
        self.selects().select::<R>(&mut |_| {}, 0)
    }

    fn get<R: Row>(&self, key: &R::Key) -> Result<Option<R>, Failed> {
        let rows = self
            .selects()
            .select::<R>(&mut |visit| Key::visit(key, visit), R::Key::COLUMNS)?;
        Ok(rows.into_iter().next())
    }

    fn under<R: Row, P: Prefix<R::Key>>(&self, prefix: P) -> Result<Vec<R>, Failed> {
        let lowest = prefix.lowest();
        self.selects()
            .select::<R>(&mut |visit| Key::visit(&lowest, visit), P::COLUMNS)
    }

    fn each_from<R: Row>(&self, lowest: &R::Key, visit: &mut dyn FnMut(R)) -> Result<(), Failed> {
        self.selects()
            .scan_from::<R>(&mut |cells| Key::visit(lowest, cells), visit)
    }
}

/// Over the writing connection: the only way to read a database in memory.
impl Store for Sqlite {
    fn all<R: Row>(&self) -> Result<Vec<R>, Failed> {
        self.selects().select::<R>(&mut |_| {}, 0)
    }

    fn get<R: Row>(&self, key: &R::Key) -> Result<Option<R>, Failed> {
        let rows = self
            .selects()
            .select::<R>(&mut |visit| Key::visit(key, visit), R::Key::COLUMNS)?;
        Ok(rows.into_iter().next())
    }

    fn under<R: Row, P: Prefix<R::Key>>(&self, prefix: P) -> Result<Vec<R>, Failed> {
        let lowest = prefix.lowest();
        self.selects()
            .select::<R>(&mut |visit| Key::visit(&lowest, visit), P::COLUMNS)
    }

    fn each_from<R: Row>(&self, lowest: &R::Key, visit: &mut dyn FnMut(R)) -> Result<(), Failed> {
        self.selects()
            .scan_from::<R>(&mut |cells| Key::visit(lowest, cells), visit)
    }
}

impl Store for Db {
    fn all<R: Row>(&self) -> Result<Vec<R>, Failed> {
        match self {
            Self::Sqlite(sqlite) => sqlite.all(),
            Self::MySql(never) => match *never {},
            Self::Maps(maps) => maps.all(),
        }
    }

    fn get<R: Row>(&self, key: &R::Key) -> Result<Option<R>, Failed> {
        match self {
            Self::Sqlite(sqlite) => sqlite.get::<R>(key),
            Self::MySql(never) => match *never {},
            Self::Maps(maps) => maps.get::<R>(key),
        }
    }

    fn under<R: Row, P: Prefix<R::Key>>(&self, prefix: P) -> Result<Vec<R>, Failed> {
        match self {
            Self::Sqlite(sqlite) => sqlite.under::<R, P>(prefix),
            Self::MySql(never) => match *never {},
            Self::Maps(maps) => maps.under::<R, P>(prefix),
        }
    }

    fn each_from<R: Row>(&self, lowest: &R::Key, visit: &mut dyn FnMut(R)) -> Result<(), Failed> {
        match self {
            Self::Sqlite(sqlite) => sqlite.each_from::<R>(lowest, visit),
            Self::MySql(never) => match *never {},
            Self::Maps(maps) => maps.each_from::<R>(lowest, visit),
        }
    }
}
