//! Row shapes: a type says its table, key and columns once; both dialects' statements, the
//! simulator's maps, full scans and the state hash are made from that.

use crate::cell::{Cell, Cells, KeyColumn, Unreadable};
use crate::kept::Keep;

/// What a store needs to know of a row type.
#[derive(Debug)]
pub struct Shape {
    pub table: &'static str,
    pub key: &'static [&'static str],
    pub columns: &'static [&'static str],
    /// What its writer keeps of it in memory; `None` is nothing.
    pub keep: Option<Keep>,
}

impl Shape {
    /// Key columns, then the others: the order of `Row::visit` and `Row::read`.
    pub fn all_columns(&self) -> impl Iterator<Item = &'static str> + '_ {
        self.key.iter().chain(self.columns).copied()
    }
}

/// One row of one table. Written by the `row!` macro, never by hand.
pub trait Row: Clone + std::fmt::Debug + PartialEq + Send + 'static {
    type Key: Key;
    const SHAPE: &'static Shape;

    fn key(&self) -> Self::Key;

    /// Visits every cell in shape order.
    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>));

    fn read(cells: &dyn Cells) -> Result<Self, Unreadable>;
}

/// A primary key: one column, or a tuple of them.
pub trait Key: Ord + Clone + std::fmt::Debug + Send + 'static {
    const COLUMNS: usize;

    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>));

    /// Whether the first `columns` columns are equal.
    fn shares(&self, other: &Self, columns: usize) -> bool;

    /// The lowest key that shares the first `columns` columns.
    fn beginning(&self, columns: usize) -> Self;
}

/// The leading columns of a key: what `Table::ask_prefix` and `Table::under` take.
pub trait Prefix<K: Key> {
    const COLUMNS: usize;

    /// The lowest key that could stand under this prefix.
    fn lowest(self) -> K;
}

impl<A: KeyColumn> Key for A {
    const COLUMNS: usize = 1;

    fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
        crate::Column::visit(self, visit);
    }

    fn shares(&self, other: &Self, columns: usize) -> bool {
        columns == 0 || self == other
    }

    fn beginning(&self, columns: usize) -> Self {
        match columns {
            0 => A::lowest(),
            1.. => self.clone(),
        }
    }
}

macro_rules! tuple_key {
    ($count:literal: $($name:ident . $index:tt),+) => {
        impl<$($name: KeyColumn),+> Key for ($($name),+) {
            const COLUMNS: usize = $count;

            fn visit(&self, visit: &mut dyn FnMut(Cell<'_>)) {
                $(crate::Column::visit(&self.$index, visit);)+
            }

            fn shares(&self, other: &Self, columns: usize) -> bool {
                $(($index >= columns || self.$index == other.$index))&&+
            }

            fn beginning(&self, columns: usize) -> Self {
                ($(match $index < columns {
                    true => self.$index.clone(),
                    false => $name::lowest(),
                }),+)
            }
        }
    };
}
tuple_key!(2: A.0, B.1);
tuple_key!(3: A.0, B.1, C.2);
tuple_key!(4: A.0, B.1, C.2, D.3);

impl<A: KeyColumn, B: KeyColumn> Prefix<(A, B)> for A {
    const COLUMNS: usize = 1;

    fn lowest(self) -> (A, B) {
        (self, B::lowest())
    }
}

impl<A: KeyColumn, B: KeyColumn, C: KeyColumn> Prefix<(A, B, C)> for A {
    const COLUMNS: usize = 1;

    fn lowest(self) -> (A, B, C) {
        (self, B::lowest(), C::lowest())
    }
}

impl<A: KeyColumn, B: KeyColumn, C: KeyColumn> Prefix<(A, B, C)> for (A, B) {
    const COLUMNS: usize = 2;

    fn lowest(self) -> (A, B, C) {
        (self.0, self.1, C::lowest())
    }
}

impl<A: KeyColumn, B: KeyColumn, C: KeyColumn, D: KeyColumn> Prefix<(A, B, C, D)> for A {
    const COLUMNS: usize = 1;

    fn lowest(self) -> (A, B, C, D) {
        (self, B::lowest(), C::lowest(), D::lowest())
    }
}

impl<A: KeyColumn, B: KeyColumn, C: KeyColumn, D: KeyColumn> Prefix<(A, B, C, D)> for (A, B) {
    const COLUMNS: usize = 2;

    fn lowest(self) -> (A, B, C, D) {
        (self.0, self.1, C::lowest(), D::lowest())
    }
}

impl<A: KeyColumn, B: KeyColumn, C: KeyColumn, D: KeyColumn> Prefix<(A, B, C, D)> for (A, B, C) {
    const COLUMNS: usize = 3;

    fn lowest(self) -> (A, B, C, D) {
        (self.0, self.1, self.2, D::lowest())
    }
}

/// Declares a row: `row! { pub struct Name in "table" { key { pub id: Id } pub column: Type } }`.
/// Behind the table's name may stand what its writer keeps in memory: `keeps 100`, of 100 rows or
/// more and of where the keys end, and `keeps 100 by 1`, of the rows under 100 first columns.
#[macro_export]
macro_rules! row {
    ($(#[$meta:meta])* $visibility:vis struct $name:ident in $table:literal
        $(keeps $groups:literal $(by $shared:literal)?)? {
        key { $($(#[$key_meta:meta])* $key_visibility:vis $key:ident : $key_type:ty),+ $(,)? }
        $($(#[$column_meta:meta])* $column_visibility:vis $column:ident : $column_type:ty),*
        $(,)?
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq)]
        $visibility struct $name {
            $($(#[$key_meta])* $key_visibility $key: $key_type,)+
            $($(#[$column_meta])* $column_visibility $column: $column_type,)*
        }

        impl $crate::Row for $name {
            type Key = $crate::key_type!($($key_type),+);
            const SHAPE: &'static $crate::Shape = &$crate::Shape {
                table: $table,
                key: &[$(stringify!($key)),+],
                columns: &[$(stringify!($column)),*],
                keep: $crate::keep!(
                    [$(stringify!($key)),+].len() $(, $groups $(, $shared)?)?
                ),
            };

            fn key(&self) -> Self::Key {
                $crate::key_value!($(self.$key.clone()),+)
            }

            fn visit(&self, visit: &mut dyn FnMut($crate::Cell<'_>)) {
                $($crate::Column::visit(&self.$key, visit);)+
                $($crate::Column::visit(&self.$column, visit);)*
            }

            fn read(cells: &dyn $crate::cell::Cells) -> Result<Self, $crate::Unreadable> {
                let mut reader = $crate::row::Reading::new(cells, $table);
                Ok(Self {
                    $($key: reader.next()?,)+
                    $($column: reader.next()?,)*
                })
            }
        }
    };
}

#[doc(hidden)]
#[macro_export]
macro_rules! keep {
    ($columns:expr) => {
        None
    };
    ($columns:expr, $groups:literal) => {
        Some($crate::Keep {
            groups: $groups,
            columns: $columns,
        })
    };
    ($columns:expr, $groups:literal, $shared:literal) => {
        Some($crate::Keep {
            groups: $groups,
            columns: $shared,
        })
    };
}

/// A key of one column is that column; of more, a tuple.
#[doc(hidden)]
#[macro_export]
macro_rules! key_type {
    ($one:ty) => { $one };
    ($($many:ty),+) => { ($($many),+) };
}

#[doc(hidden)]
#[macro_export]
macro_rules! key_value {
    ($one:expr) => { $one };
    ($($many:expr),+) => { ($($many),+) };
}

/// Reads cells one after the other and names the one that could not be read.
pub struct Reading<'c> {
    cells: &'c dyn Cells,
    table: &'static str,
    index: usize,
}

impl<'c> Reading<'c> {
    pub fn new(cells: &'c dyn Cells, table: &'static str) -> Self {
        Self {
            cells,
            table,
            index: 0,
        }
    }

    #[expect(
        clippy::should_implement_trait,
        reason = "each call may read another type"
    )]
    pub fn next<C: crate::Column>(&mut self) -> Result<C, Unreadable> {
        let column = self.index;
        self.index += 1;
        let cell = self.cells.cell(column);
        C::read(cell).ok_or_else(|| Unreadable {
            table: self.table,
            column,
            found: format!("{cell:?}"),
        })
    }
}
