//! Cells: the values a column may hold, and how Rust types become them and come back.
//! Binding goes through a visitor so that a row is written without an allocation per cell.

use contracts::ids::Id;
use contracts::money::{Money, Quantity};
use contracts::time::Timestamp;
use serde::Serialize;
use serde::de::DeserializeOwned;

/// One value on its way into or out of a store, borrowed from its row.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Cell<'a> {
    Null,
    Int(i64),
    Text(&'a str),
    Blob(&'a [u8]),
}

/// A cell that does not hold what its column promises: the file was written by something else.
#[derive(Debug, thiserror::Error)]
#[error("column {column} of table {table} holds {found}")]
pub struct Unreadable {
    pub table: &'static str,
    pub column: usize,
    pub found: String,
}

/// Where a row's cells come from, in shape order: key columns first.
pub trait Cells {
    fn cell(&self, index: usize) -> Cell<'_>;
}

/// A Rust type that is one SQL column.
pub trait Column: Sized {
    /// Gives the cell to `visit`, which may not keep it.
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>));

    /// `None` when the cell is not of this column's type.
    fn read(cell: Cell<'_>) -> Option<Self>;
}

/// A column that may stand in a primary key. `Ord` must agree with the store's order of cells.
pub trait KeyColumn: Column + Ord + Clone + std::fmt::Debug + Send + 'static {
    /// The value no other sorts before, to begin a range scan with.
    fn lowest() -> Self;
}

/// A document kept as JSON text in one column; only its owner looks inside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Json<T>(pub T);

impl Column for i64 {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Int(*self));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Int(value) => Some(value),
            Cell::Null | Cell::Text(_) | Cell::Blob(_) => None,
        }
    }
}

impl KeyColumn for i64 {
    fn lowest() -> Self {
        Self::MIN
    }
}

impl Column for bool {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Int(i64::from(*self)));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        match i64::read(cell)? {
            0 => Some(false),
            1 => Some(true),
            _ => None,
        }
    }
}

impl Column for String {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Text(self));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(value) => Some(value.to_owned()),
            Cell::Null | Cell::Int(_) | Cell::Blob(_) => None,
        }
    }
}

impl KeyColumn for String {
    fn lowest() -> Self {
        Self::new()
    }
}

impl Column for Vec<u8> {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Blob(self));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Blob(value) => Some(value.to_vec()),
            Cell::Null | Cell::Int(_) | Cell::Text(_) => None,
        }
    }
}

impl<T: Column> Column for Option<T> {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        match self {
            Some(value) => value.visit(visit),
            None => visit(Cell::Null),
        }
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Null => Some(None),
            Cell::Int(_) | Cell::Text(_) | Cell::Blob(_) => T::read(cell).map(Some),
        }
    }
}

impl<Of: 'static> Column for Id<Of> {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Int(self.get()));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        i64::read(cell).map(Self::new)
    }
}

impl<Of: 'static> KeyColumn for Id<Of> {
    fn lowest() -> Self {
        Self::new(i64::MIN)
    }
}

impl Column for Timestamp {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Int(self.micros()));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        i64::read(cell).map(Self::from_micros)
    }
}

impl Column for Money {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Int(self.won()));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        i64::read(cell).map(Self::new)
    }
}

impl Column for Quantity {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        visit(Cell::Int(i64::from(self.get())));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        i64::read(cell)
            .and_then(|value| u32::try_from(value).ok())
            .map(Self::new)
    }
}

impl<T: Serialize + DeserializeOwned> Column for Json<T> {
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        let text = serde_json::to_string(&self.0)
            .expect("a document kept in a row has string keys and no failing serializer");
        visit(Cell::Text(&text));
    }

    fn read(cell: Cell<'_>) -> Option<Self> {
        match cell {
            Cell::Text(text) => serde_json::from_str(text).ok().map(Self),
            Cell::Null | Cell::Int(_) | Cell::Blob(_) => None,
        }
    }
}

/// An enum kept as a small integer. Codes ascend in the order of the variants, so that the
/// enum's order is the store's order; they are never reused.
#[macro_export]
macro_rules! coded {
    ($(#[$meta:meta])* $visibility:vis enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $code:literal),+ $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
        #[repr(i64)]
        $visibility enum $name { $($(#[$variant_meta])* $variant = $code),+ }

        impl $crate::Column for $name {
            fn visit(&self, visit: &mut dyn FnMut($crate::Cell<'_>)) {
                visit($crate::Cell::Int(*self as i64));
            }

            fn read(cell: $crate::Cell<'_>) -> Option<Self> {
                match <i64 as $crate::Column>::read(cell)? {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl $crate::cell::KeyColumn for $name {
            fn lowest() -> Self {
                *[$(Self::$variant),+].first().expect("an enum with variants")
            }
        }

        const _: () = {
            let codes: &[i64] = &[$($code),+];
            let mut index = 1;
            while index < codes.len() {
                assert!(codes[index - 1] < codes[index], "codes ascend");
                index += 1;
            }
        };
    };
}
