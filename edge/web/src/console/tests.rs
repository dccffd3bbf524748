use super::*;

fn row(name: &str, inputs: u64) -> LoopView {
    LoopView {
        name: name.to_owned(),
        batches: 0,
        inputs,
        repeats: 0,
        parked: 0,
        rollbacks: 0,
        reopened: 0,
        unread: 0,
        lag_micros: 0,
    }
}

#[test]
fn a_rate_is_over_what_was_seen_of_the_last_minute() {
    let watched = Watched::default();
    let at = Timestamp::from_millis;
    assert_eq!(watched.rates(at(0), &[row("a", 100)]), [None]);
    assert_eq!(
        watched.rates(at(100), &[row("a", 900)]),
        [None],
        "too soon to say"
    );
    assert_eq!(
        watched.rates(at(1_000), &[row("a", 150), row("b", 5)]),
        [Some(50.0), None]
    );
    // The first sample is over a minute old: the rate is that since the second.
    assert_eq!(
        watched.rates(at(61_000), &[row("a", 150 + 600)]),
        [Some(10.0)]
    );
    assert_eq!(
        watched.rates(at(62_000), &[row("a", 1)]),
        [None],
        "opened again"
    );
}
