//! The invariants over the shop's databases: read at one moment each, checked by the functions
//! that the simulator uses.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use boot::{Hosted, Refused};
use contracts::envelope::ServiceName;
use db::{Failed, Migrations, OpenError, Reader, Readers, WalWatch};
use invariants::{AT_REST, Facts, Invariant, LIVENESS, Violation};
use order::{Order, OrderView};
use payment::Payment;
use product::Product;
use promotion::Promotion;
use runtime::Service;
use user::User;

use crate::shop::Places;

/// The databases of a shop by name, in the order they are read.
pub const DATABASES: [&str; 6] = [
    ServiceName::User.as_str(),
    ServiceName::Product.as_str(),
    ServiceName::Order.as_str(),
    ServiceName::Payment.as_str(),
    ServiceName::Promotion.as_str(),
    OrderView::CONSUMER,
];

/// The schemas that this program knows, in the order of `DATABASES`.
pub const MIGRATIONS: [Migrations; DATABASES.len()] = [
    User::MIGRATIONS,
    Product::MIGRATIONS,
    Order::MIGRATIONS,
    Payment::MIGRATIONS,
    Promotion::MIGRATIONS,
    order::VIEW_MIGRATIONS,
];

/// Refuses a folder one of whose files was emptied: a start would take it for new, and serve a
/// service without its past. A start that was killed before anything was said leaves empty files
/// too, and those are none.
///
/// # Errors
/// Names the file.
pub fn refuse_emptied(folder: &Path) -> Result<(), Refused> {
    let file = |name: &str| folder.join(format!("{name}.db"));
    let bytes = |file: &Path| std::fs::metadata(file).map(|about| about.len()).ok();
    // The view is made from the others.
    let made = DATABASES
        .iter()
        .filter(|name| **name != OrderView::CONSUMER);
    let is_empty = |name: &&&str| bytes(&file(name)) == Some(0);
    let Some(emptied) = made.clone().find(is_empty) else {
        return Ok(());
    };
    match made.clone().any(|name| has_spoken(&file(name))) {
        false => Ok(()),
        true => Err(Refused::Database {
            file: file(emptied),
            error: OpenError::Damaged("it is empty, and other services have a past".to_owned()),
        }),
    }
}

/// Whether a service ever said an event; not when its file cannot be read, which is told elsewhere.
fn has_spoken(file: &Path) -> bool {
    let said = Reader::open(file).and_then(|reader| {
        reader.query(|file| {
            let ask = "SELECT count(*) FROM writer WHERE next_seq > 1";
            file.query_row(ask, [], |row| row.get::<_, i64>(0))
        })
    });
    said.is_ok_and(|writers| writers > 0)
}

/// What a check did and found.
pub struct Checked {
    /// Names and meanings.
    pub checked: Vec<(&'static str, &'static str)>,
    pub violations: Vec<Violation>,
    /// What is still under way.
    pub unrest: Vec<String>,
    /// What operators took upon themselves.
    pub exceptions: Vec<String>,
}

/// Checks a shop that runs in this process. What breaks only at rest is looked at twice: a
/// command that came between two databases' readings is not at rest the second time.
pub fn running(places: &Places, at_rest: bool) -> Result<Checked, Failed> {
    let first = running_once(places, at_rest)?;
    if !at_rest || first.violations.is_empty() {
        return Ok(first);
    }
    let mut second = running_once(places, at_rest)?;
    second
        .violations
        .retain(|violation| first.violations.contains(violation));
    Ok(second)
}

fn running_once(places: &Places, at_rest: bool) -> Result<Checked, Failed> {
    let facts = at_one_moment(&places.long_readers, &mut Vec::new(), &mut |readers| {
        Facts::load_running(&shop(readers))
    })?;
    Ok(check(&facts, at_rest))
}

/// For a check or a backup: each of these readers keeps its file's log from shrinking for as long
/// as it reads, and all stop when one of the logs is too large.
pub(crate) fn long_readers(folder: &Path) -> Arc<[Readers]> {
    let files = DATABASES.map(|name| folder.join(format!("{name}.db")));
    let watch = WalWatch::over(files.iter().map(PathBuf::as_path));
    let readers = files
        .iter()
        .map(|file| Readers::watching(file, watch.clone()));
    readers.collect()
}

/// Lends a reader of each, all of them within a transaction of their own.
pub(crate) fn at_one_moment<T>(
    unopened: &[Readers],
    opened: &mut Vec<&Reader>,
    read: &mut dyn FnMut(&[&Reader]) -> Result<T, Failed>,
) -> Result<T, Failed> {
    let Some((first, others)) = unopened.split_first() else {
        return read(opened);
    };
    first.with(|reader| {
        reader.at_one_moment(|reader| {
            let mut opened: Vec<&Reader> = opened.iter().copied().chain([reader]).collect();
            at_one_moment(others, &mut opened, read)
        })
    })
}

/// Checks the files of a shop that does not run.
pub fn files(folder: &Path, at_rest: bool) -> Result<Checked, Failed> {
    let open = |name: &&str| Reader::open(&folder.join(format!("{name}.db")));
    let readers = DATABASES.iter().map(open).collect::<Result<Vec<_>, _>>()?;
    let readers: Vec<_> = readers.iter().collect();
    Ok(check(&Facts::load(&shop(&readers))?, at_rest))
}

/// The readers, in the order of `DATABASES`.
fn shop<'s>(readers: &[&'s Reader]) -> invariants::Shop<'s, Reader> {
    let [user, product, order, payment, promotion, order_view] = *readers else {
        unreachable!("there is a reader for each of the six databases");
    };
    let order_view = Some(order_view);
    invariants::Shop {
        user,
        product,
        order,
        payment,
        promotion,
        order_view,
        partitions: event_log::PARTITIONS,
    }
}

fn check(facts: &Facts, at_rest: bool) -> Checked {
    let mut found = Checked {
        checked: Vec::new(),
        violations: Vec::new(),
        unrest: Vec::new(),
        exceptions: invariants::exceptions(facts),
    };
    found.run(invariants::always(facts), facts);
    if at_rest {
        found.checked.push(LIVENESS);
        found.unrest = invariants::unrest(facts);
        if found.unrest.is_empty() {
            found.run(AT_REST.iter(), facts);
        }
    }
    let number = |name: &str| {
        name.trim_start_matches('I')
            .parse::<u32>()
            .unwrap_or(u32::MAX)
    };
    found.checked.sort_by_key(|(name, _)| number(name));
    found
}

impl Checked {
    fn run(&mut self, invariants: impl Iterator<Item = &'static Invariant>, facts: &Facts) {
        for invariant in invariants {
            self.checked.push((invariant.name, invariant.meaning));
            self.violations.extend((invariant.check)(facts));
        }
    }
}
