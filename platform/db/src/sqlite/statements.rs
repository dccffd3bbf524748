//! The write side's SQL, made from row shapes once per connection.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::row::Shape;

/// The statement texts of one table.
#[derive(Debug)]
pub(crate) struct Texts {
    /// By number of leading key columns given: `select[0]` is the whole table.
    pub select: Vec<String>,
    /// The last row.
    pub last: String,
    /// From a first key column on.
    pub from: String,
    /// One first key column, from a last one on, so many rows.
    pub page: String,
    /// So many rows from the beginning, and from behind a key.
    pub first: String,
    pub after: String,
    pub insert: String,
    /// Takes cells in shape order too; a table that is all key has nothing to update.
    pub update: String,
    pub upsert: String,
    pub delete: String,
}

/// Texts by table name, made when a table is first met.
#[derive(Debug, Default)]
pub(crate) struct Statements {
    texts: BTreeMap<&'static str, Arc<Texts>>,
}

impl Statements {
    pub fn of(&mut self, shape: &'static Shape) -> &Arc<Texts> {
        self.texts
            .entry(shape.table)
            .or_insert_with(|| Arc::new(Texts::new(shape)))
    }
}

impl Texts {
    pub fn new(shape: &Shape) -> Self {
        let table = shape.table;
        let key = list(shape.key.iter().copied());
        let columns = list(shape.all_columns());
        let places = vec!["?"; shape.key.len() + shape.columns.len()].join(", ");
        let insert = format!("INSERT INTO {table} ({columns}) VALUES ({places})");
        let updates: Vec<_> = shape
            .columns
            .iter()
            .map(|column| format!("\"{column}\" = excluded.\"{column}\""))
            .collect();
        let action = match updates.is_empty() {
            true => "NOTHING".to_owned(),
            false => format!("UPDATE SET {}", updates.join(", ")),
        };
        Self {
            select: (0..=shape.key.len())
                .map(|given| select(shape, given))
                .collect(),
            last: last(shape),
            page: page(shape),
            first: format!("SELECT {columns} FROM {table} ORDER BY {key} LIMIT ?"),
            after: format!(
                "SELECT {columns} FROM {table} WHERE ({key}) > ({}) ORDER BY {key} LIMIT ?",
                vec!["?"; shape.key.len()].join(", ")
            ),
            from: format!(
                "SELECT {columns} FROM {table} WHERE \"{}\" >= ? ORDER BY {key}",
                shape.key[0]
            ),
            update: update(shape),
            upsert: format!("{insert} ON CONFLICT ({key}) DO {action}"),
            insert,
            delete: format!("DELETE FROM {table}{}", condition(shape, shape.key.len())),
        }
    }
}

fn update(shape: &Shape) -> String {
    let mut numbered = shape
        .all_columns()
        .zip(1..)
        .map(|(column, place)| format!("\"{column}\" = ?{place}"));
    let key: Vec<_> = numbered.by_ref().take(shape.key.len()).collect();
    let columns: Vec<_> = numbered.collect();
    let (set, condition) = (columns.join(", "), key.join(" AND "));
    format!("UPDATE {} SET {set} WHERE {condition}", shape.table)
}

fn select(shape: &Shape, given: usize) -> String {
    let columns = list(shape.all_columns());
    let condition = condition(shape, given);
    let order = match given == shape.key.len() {
        true => String::new(),
        false => format!(" ORDER BY {}", list(shape.key.iter().copied())),
    };
    format!("SELECT {columns} FROM {}{condition}{order}", shape.table)
}

fn last(shape: &Shape) -> String {
    let columns = list(shape.all_columns());
    let keys = shape.key.iter().map(|column| format!("\"{column}\" DESC"));
    let key: Vec<_> = keys.collect();
    let table = shape.table;
    format!(
        "SELECT {columns} FROM {table} ORDER BY {} LIMIT 1",
        key.join(", ")
    )
}

/// `("a", "b") >= (?, ?)` under one `"a"`, which the clustered key serves as one range.
fn page(shape: &Shape) -> String {
    let columns = list(shape.all_columns());
    let key = list(shape.key.iter().copied());
    let first = shape.key[0];
    let rest = list(shape.key.iter().skip(1).copied());
    let places = vec!["?"; shape.key.len() - 1].join(", ");
    let condition = match rest.is_empty() {
        true => format!("\"{first}\" >= ?"),
        false => format!("\"{first}\" = ? AND ({rest}) >= ({places})"),
    };
    format!(
        "SELECT {columns} FROM {} WHERE {condition} ORDER BY {key} LIMIT ?",
        shape.table
    )
}

fn condition(shape: &Shape, given: usize) -> String {
    let equal: Vec<_> = shape
        .key
        .iter()
        .take(given)
        .map(|column| format!("\"{column}\" = ?"))
        .collect();
    match equal.is_empty() {
        true => String::new(),
        false => format!(" WHERE {}", equal.join(" AND ")),
    }
}

fn list(columns: impl Iterator<Item = &'static str>) -> String {
    let quoted: Vec<_> = columns.map(|column| format!("\"{column}\"")).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHAPE: Shape = Shape {
        table: "t",
        key: &["a", "b"],
        columns: &["c"],
        keep: None,
    };

    #[test]
    fn statements_name_every_column_once_and_the_key_last() {
        let texts = Texts::new(&SHAPE);
        assert_eq!(
            texts.select[1],
            r#"SELECT "a", "b", "c" FROM t WHERE "a" = ? ORDER BY "a", "b""#
        );
        assert_eq!(
            texts.select[2],
            r#"SELECT "a", "b", "c" FROM t WHERE "a" = ? AND "b" = ?"#
        );
        assert_eq!(
            texts.upsert,
            "INSERT INTO t (\"a\", \"b\", \"c\") VALUES (?, ?, ?) \
             ON CONFLICT (\"a\", \"b\") DO UPDATE SET \"c\" = excluded.\"c\""
        );
        assert_eq!(texts.delete, r#"DELETE FROM t WHERE "a" = ? AND "b" = ?"#);
    }

    /// Lists of rows by key are as fast at their end as at their beginning.
    #[test]
    fn what_is_read_from_a_key_on_is_searched_for_and_not_sorted() {
        const TABLE: &str = "CREATE TABLE t (
            a INTEGER NOT NULL, b INTEGER NOT NULL, c INTEGER NOT NULL, d TEXT,
            PRIMARY KEY (a, b, c)) STRICT, WITHOUT ROWID";
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLE).unwrap();
        let texts = Texts::new(&Shape {
            table: "t",
            key: &["a", "b", "c"],
            columns: &["d"],
            keep: None,
        });
        for (text, by) in [
            (&texts.select[1], "(a=?)"),
            (&texts.select[2], "(a=? AND b=?)"),
            (&texts.select[3], "(a=? AND b=? AND c=?)"),
            (&texts.update, "(a=? AND b=? AND c=?)"),
            (&texts.from, "(a>?)"),
            (&texts.page, "(a=? AND (b,c)>(?,?))"),
            (&texts.after, "((a,b,c)>(?,?,?))"),
        ] {
            let search = format!("SEARCH t USING PRIMARY KEY {by}");
            assert_eq!(plan(&connection, text), [search], "{text}");
        }
    }

    fn plan(connection: &rusqlite::Connection, text: &str) -> Vec<String> {
        let explained = format!("EXPLAIN QUERY PLAN {text}");
        let mut statement = connection.prepare(&explained).unwrap();
        let unknown = vec![0; statement.parameter_count()];
        let lines = statement
            .query_map(rusqlite::params_from_iter(unknown), |row| row.get(3))
            .unwrap();
        lines.map(Result::unwrap).collect()
    }

    /// The end of a long table is found at its end.
    #[test]
    fn the_last_row_is_read_without_sorting() {
        const TABLE: &str = "CREATE TABLE t (
            a INTEGER NOT NULL, b INTEGER NOT NULL, c INTEGER NOT NULL,
            PRIMARY KEY (a, b)) STRICT, WITHOUT ROWID";
        let connection = rusqlite::Connection::open_in_memory().unwrap();
        connection.execute_batch(TABLE).unwrap();
        let last = Texts::new(&SHAPE).last;
        assert_eq!(plan(&connection, &last), ["SCAN t"], "{last}");
    }

    #[test]
    fn a_table_that_is_all_key_is_left_alone_by_an_upsert() {
        let texts = Texts::new(&Shape {
            table: "t",
            key: &["a"],
            columns: &[],
            keep: None,
        });
        assert_eq!(
            texts.upsert,
            r#"INSERT INTO t ("a") VALUES (?) ON CONFLICT ("a") DO NOTHING"#
        );
    }
}
