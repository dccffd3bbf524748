//! Sales by the hour. A follower: it owes the sagas nothing and says nothing, and counts each
//! confirmation and each refund once.

use contracts::saga::Step;
use db::Standing;
use runtime::fence::{self, Do};
use runtime::{Decision, Moment};

use super::Reply;
use crate::input;
use crate::store::{Rank, Rows};

pub fn rank(rows: &mut Rows, sales: &input::Rank, at: &Moment) -> Decision<Reply> {
    match fence::may_do(fence::standing(&rows.fence, sales.saga, Step::Rank)) {
        Do::Repeat => return Decision::repeat(),
        Do::Now => {}
    }
    let hour = sales.hour.number();
    for pieces in &sales.pieces {
        let product_id = pieces.product_id;
        let bucket = rows.rank.get(&(hour, product_id));
        let before = bucket.map_or(0, |bucket| bucket.quantity);
        rows.rank.put(Rank {
            hour,
            product_id,
            quantity: sales.direction.count(before, pieces.quantity),
        });
    }
    fence::remember(
        &mut rows.fence,
        sales.saga,
        Step::Rank,
        Standing::Applied,
        at.now,
    );
    Decision::quiet()
}
