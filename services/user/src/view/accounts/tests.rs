//! Over a real file, its rows made by the service's own decisions.

use contracts::http::Role;
use contracts::http::user::{AccountChange, Email};
use db::{Db, Sqlite};
use testkit::World;

use super::*;
use crate::domain::{PasswordHash, Profile};
use crate::input::{Administer, Input, Register};
use crate::{MIGRATIONS, User as Service};

const ADMIN: i64 = 1;

/// Accounts 1 to 12: an admin, an operator among every four, and two that are closed.
fn open() -> (Reader, tempfile::TempDir) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("user.db");
    let sqlite = Sqlite::open(&path, MIGRATIONS).unwrap();
    let mut world = World::<Service>::over(Db::Sqlite(sqlite));
    for id in 1..=12 {
        let role = match id {
            ADMIN => Role::Admin,
            4 | 8 | 12 => Role::Operator,
            _ => Role::Shopper,
        };
        world.send(Input::Register(Register {
            id: UserId::new(id),
            email: Email::parse(&format!("{id}@demo")).unwrap(),
            profile: Profile {
                name: "김장터".to_owned(),
                phone: None,
                address: None,
            },
            password_hash: PasswordHash::new("hash".to_owned()),
            role,
        }));
    }
    for id in [5, 8] {
        world.send(Input::Administer(Administer {
            user_id: UserId::new(id),
            by: UserId::new(ADMIN),
            change: AccountChange {
                role: None,
                closes: true,
            },
        }));
    }
    (Reader::open(&path).unwrap(), folder)
}

fn ids(reader: &Reader, filter: ListAccounts, after: Option<i64>, rows: usize) -> Vec<i64> {
    let after = after.map(UserId::new);
    let wanted = Wanted {
        filter,
        after,
        rows,
    };
    let views = list(reader, &wanted).unwrap();
    for view in &views {
        let stored = crate::view::by_id(reader, view.user_id).unwrap().unwrap();
        assert_eq!(*view, shown(stored), "one account, shown twice");
    }
    views.iter().map(|view| view.user_id.get()).collect()
}

#[test]
fn every_filter_shows_its_own_and_pages_go_on_where_they_ended() {
    use AccountStatus::{Active, Deactivated};
    let (reader, _folder) = open();
    let table: [(Option<Role>, Option<AccountStatus>, &[i64]); 9] = [
        (None, None, &[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12]),
        (Some(Role::Shopper), None, &[2, 3, 5, 6, 7, 9, 10, 11]),
        (Some(Role::Operator), None, &[4, 8, 12]),
        (Some(Role::Admin), None, &[1]),
        (None, Some(Active), &[1, 2, 3, 4, 6, 7, 9, 10, 11, 12]),
        (None, Some(Deactivated), &[5, 8]),
        (Some(Role::Operator), Some(Active), &[4, 12]),
        (Some(Role::Operator), Some(Deactivated), &[8]),
        (Some(Role::Shopper), Some(Deactivated), &[5]),
    ];
    for (role, status, expected) in table {
        let filter = ListAccounts { role, status };
        assert_eq!(ids(&reader, filter, None, 100), expected, "{filter:?}");
        let mut paged = Vec::new();
        loop {
            let page = ids(&reader, filter, paged.last().copied(), 2);
            if page.is_empty() {
                break;
            }
            assert!(page.len() <= 2, "{filter:?}");
            paged.extend(page);
        }
        assert_eq!(paged, expected, "{filter:?} by pages of two");
    }
}

/// Neither the accounts before a page nor the many shoppers between few are read.
#[test]
fn a_page_of_any_filter_is_searched_for_and_not_sorted() {
    let (reader, _folder) = open();
    for (query, by) in [
        (LIST, "INTEGER PRIMARY KEY (rowid>?)"),
        (LIST_OF_STAFF, "INDEX user_staff (role=? AND user_id>?)"),
        (LIST_OF_CLOSED, "INDEX user_closed (user_id>?)"),
    ] {
        let plan = testkit::plan(&reader, query);
        assert_eq!(plan.len(), 1, "one search and no sort: {plan:?}");
        assert!(
            plan[0].contains("SEARCH user") && plan[0].contains(by),
            "{plan:?}"
        );
    }
}
