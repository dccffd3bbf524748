//! Any request at all: drawn from the document and then spoiled, from one seed. Whatever is sent,
//! nothing is a fault of the shop's, a refusal is a problem that the document tells of, it changes
//! no row, and every answer has the form that the document gives it.

/// What is sent as a body.
mod bodies;

/// What is sent besides.
mod shots;

use std::collections::BTreeMap;

use contracts::problem::Code;
use rand::SeedableRng;
use rand::rngs::StdRng;
use shop_tests::{Answer, Documented};

use super::spec::{Operation, Spec};
use shots::Shot;

/// What CI draws from, so that it says the same twice. `HOSTILE_SEED=7` draws others, by hand.
const SEED: u64 = 29_943_474_341_307_759;
/// Requests for each route; all of them take half a minute of a busy machine.
const EACH: usize = 16;
/// Fewer for those that hash a password or read and write whole files.
const EACH_SLOW: usize = 6;
const SLOW: &[&str] = &[
    "register",
    "logIn",
    "backUp",
    "checkInvariants",
    "checkProjection",
    "rebuildProjection",
];

#[tokio::test]
async fn whatever_is_sent_is_answered_as_the_document_says() {
    let spec = Spec::read();
    let documented = Documented::at_rest().await;
    let cursors = cursors(&spec, &documented).await;
    let start = seed();
    let mut draw = StdRng::seed_from_u64(start);
    let mut range = Range {
        spec: &spec,
        documented: &documented,
        state: documented.shop.digest(),
        refused: 0,
        told: 0,
    };
    let operations = spec.operations();
    for round in 0..EACH {
        for operation in &operations {
            let slow = SLOW.contains(&&*operation.id);
            if slow && round >= EACH_SLOW {
                continue;
            }
            let shot = Shot::draw(&mut draw, &spec, operation, &cursors);
            let answer = shot.send(&documented).await;
            let judged = range.judge(operation, &shot, &answer).await;
            assert_eq!(
                judged,
                Ok(()),
                "HOSTILE_SEED={start}: {shot:?} gave {answer:?}"
            );
        }
    }
    let (refused, told) = (range.refused, range.told);
    // Neither all luck nor all nonsense: both sides of every check were met.
    assert!(
        refused > 250 && told > 150,
        "{refused} refused, {told} done"
    );
    documented.shop.rest().await;
    documented.end().await;
}

#[expect(
    clippy::disallowed_methods,
    reason = "the switch of a test run, no configuration"
)]
fn seed() -> u64 {
    let asked = std::env::var("HOSTILE_SEED").ok();
    asked.map_or(SEED, |text| text.parse().expect("HOSTILE_SEED is a number"))
}

/// What has been shot at so far.
struct Range<'r> {
    spec: &'r Spec,
    documented: &'r Documented,
    state: u64,
    refused: usize,
    told: usize,
}

impl Range<'_> {
    async fn judge(
        &mut self,
        operation: &Operation,
        shot: &Shot,
        answer: &Answer,
    ) -> Result<(), String> {
        let shop = &self.documented.shop;
        if answer.status.is_server_error() {
            return Err("a fault of the shop's".to_owned());
        }
        if answer.status.is_client_error() {
            self.refused += 1;
            if shop.digest() != self.state {
                return Err("it was refused and changed something".to_owned());
            }
            if shot.is_astray && matches!(answer.status.as_u16(), 404 | 405) {
                let code = answer.code().parse::<Code>();
                return code.map(|_| ()).map_err(|error| error.to_string());
            }
        } else {
            self.told += 1;
            if !operation.method.is_safe() {
                shop.rest().await;
                self.state = shop.digest();
            }
        }
        self.spec.check(operation, answer)
    }
}

/// A real cursor of every list that has a second page here.
async fn cursors(spec: &Spec, documented: &Documented) -> BTreeMap<String, String> {
    let mut cursors = BTreeMap::new();
    for operation in spec.operations() {
        let mut shot = Shot::good(spec, &operation);
        shot.query.push(("limit".to_owned(), "1".to_owned()));
        if !operation.method.is_safe() || operation.told["parameters"].is_null() {
            continue;
        }
        let answer = shot.send(documented).await;
        if let Some(cursor) = answer.body["nextCursor"].as_str() {
            cursors.insert(operation.id.clone(), cursor.to_owned());
        }
    }
    assert!(cursors.len() >= 5, "{cursors:?}");
    cursors
}
