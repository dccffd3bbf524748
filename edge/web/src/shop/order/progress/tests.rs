use contracts::envelope::Actor;
use contracts::envelope::ServiceName;
use contracts::ids::{OrderId, OrderNumber, SagaId};
use contracts::money::Money;
use contracts::saga;

use super::*;

const NOW: Timestamp = Timestamp::from_millis(1_795_000_000_000);
const ID: OrderId = OrderId::new(7);

fn order(status: OrderStatus, discount: Option<i64>) -> OrderView {
    OrderView {
        order_id: ID,
        order_number: OrderNumber::of(ID),
        status,
        failure: None,
        items: Vec::new(),
        total_price: None,
        discount: discount.map(Money::new),
        paid_price: None,
        currency: "KRW".to_owned(),
        created_at: NOW,
        ended_at: None,
        refunds: Vec::new(),
    }
}

fn events(kinds: &[&str]) -> Vec<AuditEventView> {
    let event = |(no, kind): (i64, &&str)| AuditEventView {
        no,
        kind: (*kind).to_owned(),
        saga_id: SagaId::new(7),
        at: NOW,
        actor: Actor::System,
        cause: None,
        trace: None,
        content: None,
    };
    (1..).zip(kinds).map(event).collect()
}

fn classes(order: &OrderView, kinds: &[&str]) -> (String, bool) {
    let events = events(kinds);
    let progress = Progress::of(order, &events);
    let class = |stage: &Stage| match stage.mark {
        Mark::Done(_) => "done",
        Mark::Now => "now",
        Mark::Ahead => "ahead",
        Mark::Refused(_) => "refused",
        Mark::Undoing => "undoing",
        Mark::Undone(_) => "undone",
        Mark::Never => "never",
    };
    let classes: Vec<_> = progress.stages.iter().map(class).collect();
    (classes.join(" "), progress.is_moving())
}

#[test]
fn each_step_is_told_by_the_audit() {
    use OrderStatus::{Cancelled, Completed, Pending};
    let paid = [
        "ORDER_CREATED",
        "STOCK_DEDUCTED",
        "COUPON_APPLIED",
        "PAYMENT_COMPLETED",
    ];
    let refused = [
        "STOCK_DEDUCTED",
        "COUPON_APPLIED",
        "PAYMENT_FAILED",
        "ORDER_CANCELLED",
    ];
    let cases: [(OrderView, &[&str], &str, bool); 8] = [
        (
            order(Pending, None),
            &[],
            "done now ahead ahead ahead",
            true,
        ),
        (
            order(Pending, None),
            &paid[..2],
            "done done now ahead ahead",
            true,
        ),
        (order(Pending, None), &paid, "done done done done now", true),
        (
            order(Completed, None),
            &[&paid[..], &["ORDER_CONFIRMED"]].concat(),
            "done done done done done",
            false,
        ),
        (
            order(Cancelled, None),
            &["STOCK_DEDUCTION_FAILED", "ORDER_CANCELLED"],
            "done refused never never never",
            false,
        ),
        (
            order(Cancelled, Some(0)),
            &refused,
            "done undoing done refused never",
            true,
        ),
        (
            order(Cancelled, Some(500)),
            &[&refused[..], &["STOCK_RESTORED"]].concat(),
            "done undone undoing refused never",
            true,
        ),
        (
            order(Cancelled, Some(500)),
            &[&refused[..], &["STOCK_RESTORED", "COUPON_RESTORED"]].concat(),
            "done undone undone refused never",
            false,
        ),
    ];
    for (order, kinds, expected, moving) in cases {
        assert_eq!(
            classes(&order, kinds),
            (expected.to_owned(), moving),
            "{kinds:?}"
        );
    }
}

/// The stream is of what Order says and hears about an order, whatever the table adds to it.
#[test]
fn the_stream_names_every_event_of_an_order() {
    let listed: Vec<Kind> = stream_kinds().split(' ').filter_map(kind_of).collect();
    let about_orders = Kind::ALL.iter().filter(|kind| {
        let heard = saga::hears(ServiceName::Order).contains(**kind);
        let said = saga::says(ServiceName::Order).contains(**kind);
        let of_the_order = saga::fact_step(**kind).is_some() || saga::ends().contains(**kind);
        (heard || said) && of_the_order
    });
    for kind in about_orders {
        assert!(listed.contains(kind), "{}", kind.name());
    }
    assert_eq!(
        stream_kinds().split(' ').count(),
        listed.len() + 1,
        "all but SAGA_RESOLVED"
    );
}
