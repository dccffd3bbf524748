//! What a service's store must keep in every backend: its migrations make the tables its row
//! shapes name, and rows come back from a real file as they were written.

use db::{Db, Digest, Failed, Maps, Migrations, Reader, Rows, Sqlite};
use futures::FutureExt;
use runtime::Service;

/// Writes the rows that `samples` adds, at least one in every table, into maps and into a SQLite
/// file made by the migrations, and compares the hashes of what was read back. A row that stands
/// already is refused by both.
///
/// # Panics
/// When the stores differ, or a table has no sample.
pub fn store_conformance<S: Service>(migrations: Migrations, samples: impl Fn(&mut S::Rows)) {
    let mut rows = S::Rows::default();
    samples(&mut rows);
    for table in rows.tables() {
        let mut count = 0;
        let counted = table.changes(&mut |_| {
            count += 1;
            Ok(())
        });
        counted.expect("counting does not fail");
        assert!(count > 0, "no sample for table {}", table.shape().table);
    }
    let folder = tempfile::tempdir().expect("a temporary folder");
    let path = folder.path().join("service.db");
    let mut sqlite = Db::Sqlite(Sqlite::open(&path, migrations).expect("a new file opens"));
    let mut maps = Db::Maps(Maps::default());
    for db in [&mut sqlite, &mut maps] {
        write(db, &samples).expect("samples are written");
        let again = write(db, &samples);
        assert!(
            matches!(again, Err(Failed::Permanent(_))),
            "rows that stand: {again:?}"
        );
    }
    let reader = Reader::open(&path).expect("the file can be read");
    let mut on_sqlite = Digest::default();
    reader
        .digest(&mut S::Rows::default(), &mut on_sqlite)
        .expect("every shape is a table");
    let mut on_maps = Digest::default();
    let Db::Maps(maps) = maps else { panic!("maps") };
    maps.digest(&mut S::Rows::default(), &mut on_maps);
    assert_eq!(
        on_sqlite.value(),
        on_maps.value(),
        "SQLite and maps hold the same rows"
    );
}

fn write<R: Rows>(db: &mut Db, samples: &impl Fn(&mut R)) -> Result<(), Failed> {
    let write = async {
        let mut rows = R::default();
        samples(&mut rows);
        let mut tx = db.begin().await?;
        tx.flush(&mut rows).await?;
        tx.commit().await
    };
    write.now_or_never().expect("no wait")
}
