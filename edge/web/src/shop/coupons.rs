//! Coupons to have, first come first served, and those that a member has.

use axum::Router;
use axum::extract::{Form, Path, Query};
use axum::response::Html;
use axum::routing::{get, post};
use contracts::events::promotion::UserCouponStatus;
use contracts::http::promotion::{CouponView, DiscountKind, IssueView, UserCouponView};
use contracts::http::{NoBody, Page as Piece};
use contracts::ids::CouponId;
use contracts::money::Money;
use maud::{Markup, html};
use serde::Deserialize;

use crate::api::Refused;
use crate::format;
use crate::layout::{self, Page};
use crate::notice::Notice;
use crate::pieces::{self, Go, address, badge};
use crate::site::Shared;
use crate::trouble::Trouble;
use crate::visit::{Visit, Visitor};

pub(super) fn routes() -> Router<Shared> {
    Router::new()
        .route("/coupons", get(show))
        .route("/coupons/{id}/issue", post(issue))
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Wanted {
    cursor: String,
}

#[derive(Deserialize)]
struct Issue {
    key: String,
}

async fn show(visit: Visit, Query(wanted): Query<Wanted>) -> Result<Html<String>, Trouble> {
    let words = &visit.texts().coupons;
    let offered: Piece<CouponView> = visit.api.get("/api/v1/coupons?issuable=true").await?;
    let held: Option<Piece<UserCouponView>> = match visit.is_member() {
        true => {
            let list = address("/api/v1/users/me/coupons", &[("cursor", &wanted.cursor)]);
            Some(visit.api.get(&list).await?)
        }
        false => None,
    };
    let has = |coupon: &CouponView| {
        let mut held = held.iter().flat_map(|held| &held.items);
        held.any(|held| held.coupon_id == coupon.id)
    };
    let page = Page::new(words.title).under("coupons").body(html! {
        h1 { (words.title) }
        section aria-labelledby="offered" {
            h2 id="offered" { (words.offered) }
            @if offered.items.is_empty() { p.fine { (words.none_offered) } }
            ul.tickets {
                @for coupon in &offered.items { (offer(&visit, coupon, has(coupon))) }
            }
        }
        section aria-labelledby="held" {
            h2 id="held" { (words.held) }
            @match &held {
                None => { p { a href="/login?back=%2Fcoupons" { (words.log_in) } } }
                Some(held) if held.items.is_empty() => { p.fine { (words.none_held) } }
                Some(held) => {
                    ul.tickets { @for coupon in &held.items { (ticket(&visit, coupon)) } }
                    (pieces::more(&visit, held.next_cursor.as_deref(), |cursor| {
                        address("/coupons", &[("cursor", cursor)])
                    }))
                }
            }
        }
    });
    Ok(layout::shop(&visit, page))
}

async fn issue(
    visit: Visit,
    Path(id): Path<CouponId>,
    Form(form): Form<Issue>,
) -> Result<Go, Trouble> {
    visit.member()?;
    let path = format!("/api/v1/coupons/{id}/issue");
    let issued = visit.api.command::<IssueView>(&path, &NoBody {}, &form.key);
    let back = Go::to("/coupons");
    match issued.await {
        Ok(_) => Ok(back.say(Notice::CouponIssued)),
        Err(Refused::Problem(problem)) if matches!(problem.status, 409 | 422) => {
            Ok(back.say(Notice::Refused(problem.code)))
        }
        Err(refused) => Err(refused.into()),
    }
}

fn offer(visitor: &Visitor, coupon: &CouponView, has: bool) -> Markup {
    let words = &visitor.texts().coupons;
    html! {
        li.ticket {
            p.saves { (off(visitor, coupon.discount, coupon.value, coupon.max_discount)) }
            div.what {
                h3 lang="ko" { (coupon.name) }
                (terms(visitor, coupon.min_order_amount))
                @if let Some(scope) = &coupon.scope {
                    @if !scope.categories.is_empty() {
                        p.fine {
                            (words.only)
                            @for category in &scope.categories {
                                " " (pieces::category(visitor, category))
                            }
                        }
                    }
                }
                p.fine { ((words.remaining)(&format::count(coupon.remaining))) }
            }
            @if has {
                (badge("good", words.have))
            } @else {
                form method="post" action={ "/coupons/" (coupon.id) "/issue" } {
                    (pieces::key_field())
                    button {
                        (words.issue)
                        span.unseen lang="ko" { ": " (coupon.name) }
                    }
                }
            }
        }
    }
}

fn ticket(visitor: &Visitor, coupon: &UserCouponView) -> Markup {
    let words = &visitor.texts().coupons;
    let over = coupon.status != UserCouponStatus::Available;
    html! {
        li class=(if over { "ticket over" } else { "ticket" }) {
            p.saves { (off(visitor, coupon.discount, coupon.value, coupon.max_discount)) }
            div.what {
                h3 lang="ko" { (coupon.name) }
                (terms(visitor, coupon.min_order_amount))
                p.fine { ((words.until)(&format::day(coupon.expires_at, visitor.language))) }
            }
            @match (coupon.status, coupon.order_id) {
                (UserCouponStatus::Available, _) => (badge("good", words.available)),
                (UserCouponStatus::Used, Some(order)) => {
                    a href={ "/orders/" (order) } { (words.used) }
                }
                (UserCouponStatus::Used, None) => (badge("off", words.used)),
                (UserCouponStatus::Expired, _) => (badge("off", words.expired)),
            }
        }
    }
}

fn off(visitor: &Visitor, kind: DiscountKind, value: i64, most: Option<Money>) -> Markup {
    let words = &visitor.texts().coupons;
    html! {
        @match kind {
            DiscountKind::Fixed => (pieces::won(visitor, Money::new(value))),
            DiscountKind::Rate => { (value) "%" },
        }
        @if let Some(most) = most {
            span.fine { ((words.at_most)(&format::won(most, visitor.language))) }
        }
    }
}

fn terms(visitor: &Visitor, least: Option<Money>) -> Markup {
    let words = &visitor.texts().coupons;
    let least = least.filter(|least| !least.is_zero());
    html! {
        p.fine {
            @match least {
                Some(least) => { ((words.at_least)(&format::won(least, visitor.language))) },
                None => { (words.any_order) },
            }
        }
    }
}
