use contracts::http::Role;
use contracts::ids::UserId;

use super::*;
use crate::Caller;

fn accepted(expires: i64) -> Accepted {
    let caller = Caller {
        user: UserId::new(1),
        role: Role::Shopper,
    };
    Accepted {
        caller,
        not_before: 0,
        expires,
    }
}

fn name(number: usize) -> Digest {
    let mut name = [0; 32];
    name[..8].copy_from_slice(&number.to_le_bytes());
    name
}

#[test]
fn memory_is_bounded_and_whoever_is_still_about_stays() {
    let cache = Cache::default();
    let regular = name(usize::MAX);
    cache.put(regular, accepted(7));
    for number in 0..10 * GENERATION {
        cache.put(name(number), accepted(1));
        assert!(cache.len() <= 2 * GENERATION);
        if number % 1_000 == 0 {
            assert_eq!(cache.get(&regular), Some(accepted(7)), "{number}");
        }
    }
    assert_eq!(cache.get(&name(0)), None);
}
