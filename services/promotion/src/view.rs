//! What Promotion shows: coupons on offer, and those a user holds, read from committed rows. A
//! page's keys come from one query, its rows by key, so that each row is mapped in one place.

use contracts::events::promotion::UserCouponStatus;
use contracts::http::promotion::{
    CouponStatus, CouponView, DiscountKind, ListCoupons, ScopeView, UserCouponView,
};
use contracts::ids::{CouponId, UserCouponId, UserId};
use contracts::money::Money;
use contracts::time::Timestamp;
use db::{Failed, Reader, Store};

use crate::store::{Coupon, CouponIssue, Kind, State, Status, UserCoupon};

/// What one page looks at: some milliseconds of reading. An index for each filter would be paid
/// for by every issue of a rush.
const MOST_SCANNED: usize = 1_000;

/// Which part of the shop's coupons is wanted.
#[derive(Clone, Copy, Debug)]
pub struct WantedCoupons {
    pub filter: ListCoupons,
    /// The last one seen; the first page begins before all.
    pub after: Option<CouponId>,
    pub rows: usize,
    /// What is issuable is so at a moment.
    pub now: Timestamp,
}

/// A part of a list.
#[derive(Debug, PartialEq)]
pub struct Found<View, Key> {
    pub views: Vec<View>,
    /// Where the reading stopped, when neither the page was full nor the list at its end.
    pub stopped: Option<Key>,
}

/// Which part of the coupons that a user holds is wanted.
#[derive(Clone, Copy, Debug)]
pub struct Wanted {
    pub user: UserId,
    pub status: Option<UserCouponStatus>,
    /// The last one seen; the first page begins before all.
    pub after: Option<UserCouponId>,
    pub rows: usize,
    /// An available coupon is shown expired once its last day has passed.
    pub now: Timestamp,
}

pub fn coupon(reader: &Reader, coupon: CouponId) -> Result<Option<CouponView>, Failed> {
    let row = reader.get::<Coupon>(&coupon)?;
    Ok(row.as_ref().map(shown))
}

/// The coupons of a filter, newest first: ids are ordered by time.
pub fn coupons(
    reader: &Reader,
    wanted: &WantedCoupons,
) -> Result<Found<CouponView, CouponId>, Failed> {
    coupons_of(reader, wanted, MOST_SCANNED)
}

/// The coupons a user holds, newest first.
pub fn user_coupons(
    reader: &Reader,
    wanted: &Wanted,
) -> Result<Found<UserCouponView, UserCouponId>, Failed> {
    user_coupons_of(reader, wanted, MOST_SCANNED)
}

fn coupons_of(
    reader: &Reader,
    wanted: &WantedCoupons,
    most: usize,
) -> Result<Found<CouponView, CouponId>, Failed> {
    let ListCoupons { status, issuable } = wanted.filter;
    let status = status.map(|status| match status {
        CouponStatus::Active => Status::Active as i64,
        CouponStatus::Disabled => Status::Disabled as i64,
    });
    let after = wanted.after.map_or(i64::MAX, CouponId::get);
    let bound = (after, status, issuable, wanted.now.micros(), limit(most));
    reader.at_one_moment(|reader| {
        let found = scan(reader, COUPONS, bound, (wanted.rows, most))?;
        let views = found
            .views
            .into_iter()
            .filter_map(|id| coupon(reader, CouponId::new(id)).transpose());
        Ok(Found {
            views: views.collect::<Result<_, _>>()?,
            stopped: found.stopped.map(CouponId::new),
        })
    })
}

fn user_coupons_of(
    reader: &Reader,
    wanted: &Wanted,
    most: usize,
) -> Result<Found<UserCouponView, UserCouponId>, Failed> {
    let after = wanted.after.map_or(i64::MAX, UserCouponId::get);
    let state = wanted.status.map(code);
    let (user, now) = (wanted.user.get(), wanted.now.micros());
    let bound = (user, after, state, now, limit(most));
    reader.at_one_moment(|reader| {
        let found = scan(reader, USER_COUPONS, bound, (wanted.rows, most))?;
        let views = found
            .views
            .into_iter()
            .map(|id| user_coupon(reader, wanted, UserCouponId::new(id)));
        Ok(Found {
            views: views.collect::<Result<_, _>>()?,
            stopped: found.stopped.map(UserCouponId::new),
        })
    })
}

// Each gives the keys in their order, and whether the row is of the filter.
const COUPONS: &str = "
    SELECT coupon_id,
           (?2 IS NULL OR status = ?2)
           AND (?3 IS NULL OR ?3 = (status = 1 AND issue_from <= ?4 AND ?4 <= issue_to
                                    AND issued < total_quantity))
    FROM coupon
    WHERE coupon_id < ?1
    ORDER BY coupon_id DESC
    LIMIT ?5";

const USER_COUPONS: &str = "
    SELECT user_coupon_id,
           ?3 IS NULL OR ?3 = CASE WHEN state = 1 AND valid_to < ?4 THEN 3 ELSE state END
    FROM user_coupon
    WHERE user_id = ?1 AND user_coupon_id < ?2
    ORDER BY user_coupon_id DESC
    LIMIT ?5";

/// The first `rows` keys of a filter among the `most` that the query looks at.
fn scan(
    reader: &Reader,
    text: &str,
    bound: impl rusqlite::Params,
    (wanted, most): (usize, usize),
) -> Result<Found<i64, i64>, Failed> {
    reader.query(|connection| {
        let mut statement = connection.prepare_cached(text)?;
        let mut rows = statement.query(bound)?;
        let (mut ids, mut seen, mut last) = (Vec::new(), 0, None);
        while let Some(row) = rows.next()? {
            let id: i64 = row.get(0)?;
            (seen, last) = (seen + 1, Some(id));
            if row.get(1)? {
                ids.push(id);
                if ids.len() >= wanted {
                    let stopped = None;
                    return Ok(Found {
                        views: ids,
                        stopped,
                    });
                }
            }
        }
        let stopped = last.filter(|_| seen >= most);
        Ok(Found {
            views: ids,
            stopped,
        })
    })
}

/// One coupon of a page that was found a moment ago in the same state of the file.
fn user_coupon(
    reader: &Reader,
    wanted: &Wanted,
    id: UserCouponId,
) -> Result<UserCouponView, Failed> {
    let missing = |what| Failed::Permanent(format!("user coupon {id} has no {what}"));
    let held = reader
        .get::<UserCoupon>(&(wanted.user, id))?
        .ok_or_else(|| missing("row"))?;
    let coupon = reader
        .get::<Coupon>(&held.coupon_id)?
        .ok_or_else(|| missing("coupon"))?;
    let issue = reader.get::<CouponIssue>(&(held.coupon_id, wanted.user))?;
    let issue = issue.ok_or_else(|| missing("issue"))?;
    Ok(UserCouponView {
        user_coupon_id: id,
        coupon_id: held.coupon_id,
        status: held.held().shown(wanted.now, held.valid_to),
        order_id: held.order_id,
        sequence_no: issue.sequence_no,
        issued_at: held.issued_at,
        expires_at: held.valid_to,
        discount: kind(coupon.discount),
        value: coupon.value,
        max_discount: coupon.max_discount,
        min_order_amount: asked_for(coupon.min_order_amount),
        name: coupon.name,
    })
}

/// What every reader of an offer is shown, and what its creation is answered with.
pub fn shown(coupon: &Coupon) -> CouponView {
    let ScopeView {
        product_ids,
        categories,
    } = &coupon.scope.0;
    let everything = product_ids.is_empty() && categories.is_empty();
    CouponView {
        id: coupon.coupon_id,
        name: coupon.name.clone(),
        discount: kind(coupon.discount),
        value: coupon.value,
        max_discount: coupon.max_discount,
        min_order_amount: asked_for(coupon.min_order_amount),
        scope: (!everything).then(|| coupon.scope.0.clone()),
        status: match coupon.status {
            Status::Active => CouponStatus::Active,
            Status::Disabled => CouponStatus::Disabled,
        },
        total_quantity: coupon.total_quantity,
        remaining: coupon.total_quantity - coupon.issued,
        issue_from: coupon.issue_from,
        issue_to: coupon.issue_to,
        valid_from: coupon.valid_from,
        valid_to: coupon.valid_to,
        valid_days: coupon.valid_days.and_then(|days| u32::try_from(days).ok()),
    }
}

fn kind(kind: Kind) -> DiscountKind {
    match kind {
        Kind::Fixed => DiscountKind::Fixed,
        Kind::Rate => DiscountKind::Rate,
    }
}

fn asked_for(least: Money) -> Option<Money> {
    (!least.is_zero()).then_some(least)
}

fn code(status: UserCouponStatus) -> i64 {
    match status {
        UserCouponStatus::Available => State::Available as i64,
        UserCouponStatus::Used => State::Used as i64,
        UserCouponStatus::Expired => State::Expired as i64,
    }
}

fn limit(rows: usize) -> i64 {
    i64::try_from(rows).unwrap_or(i64::MAX)
}

#[cfg(test)]
mod tests;
