use super::*;
use crate::ids::{OrderId, RefundId};

const TRACE: &str = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

#[test]
fn an_actor_comes_back_from_its_text() {
    let id = UserId::new(4_711);
    let cases = [
        (Actor::User(id), "user:00000000004K7"),
        (Actor::Operator(id), "operator:00000000004K7"),
        (Actor::System, "system"),
    ];
    for (actor, text) in cases {
        assert_eq!(actor.to_string(), text);
        assert_eq!(text.parse(), Ok(actor));
    }
    for text in [
        "",
        "user",
        "user:",
        "user:4711",
        "system:",
        "admin:00000000004K7",
        "System",
    ] {
        assert_eq!(text.parse::<Actor>(), Err(InvalidActor), "{text:?}");
    }
}

#[test]
fn a_trace_is_a_traceparent_or_nothing() {
    let trace: Trace = TRACE.parse().unwrap();
    assert_eq!(trace.as_str(), Some(TRACE));
    assert_eq!(trace.trace_id(), Some("4bf92f3577b34da6a3ce929d0e0e4736"));
    assert_eq!(Trace::NONE.trace_id(), None);
    let upper = TRACE.to_uppercase();
    let longer = format!("{TRACE}0");
    for text in ["", &TRACE[1..], &upper, &longer, &TRACE.replace('-', "0")] {
        assert_eq!(text.parse::<Trace>(), Err(InvalidTrace), "{text:?}");
    }
    // As many bytes as a traceparent, but not its characters.
    assert_eq!("가".repeat(18).parse::<Trace>(), Err(InvalidTrace));
    assert_eq!(
        format!("{}a", "가".repeat(18)).parse::<Trace>(),
        Err(InvalidTrace)
    );
}

#[test]
fn an_event_id_comes_back_from_its_text() {
    let saga = SagaId::new(4_711);
    let step = |step, direction| EventId::Step {
        saga,
        step,
        direction,
    };
    let cases = [
        (
            step(Step::DeductStock, Direction::Do),
            "00000000004K7:deduct-stock:do",
        ),
        (
            step(Step::DeductStock, Direction::Undo),
            "00000000004K7:deduct-stock:undo",
        ),
        (
            EventId::Aggregate {
                key: 4_711,
                kind: Kind::ProductChanged,
                sequence: 12,
            },
            "00000000004K7:ProductChanged:12",
        ),
    ];
    for (id, text) in cases {
        assert_eq!(id.to_string(), text);
        assert_eq!(text.parse(), Ok(id));
    }
    for text in [
        "",
        "00000000004K7",
        "00000000004K7:deduct-stock",
        "00000000004K7:deduct-stock:redo",
        "00000000004K7:deduct stock:do",
        "4K7:deduct-stock:do",
        "00000000004K7:ProductChanged:x",
        "00000000004K7:ProductChanged:1:2",
    ] {
        assert_eq!(text.parse::<EventId>(), Err(InvalidEventId), "{text:?}");
    }
}

#[test]
fn a_service_comes_back_from_its_name() {
    for &service in ServiceName::ALL {
        assert_eq!(service.as_str().parse(), Ok(service));
        assert_eq!(service.topic(), format!("jangteo.{service}.events.v1"));
    }
    assert_eq!("Order".parse::<ServiceName>(), Err(UnknownService));
}

#[test]
fn a_step_has_one_id_whatever_it_answers() {
    use crate::events::samples;
    let sample = |kind| {
        samples::all()
            .into_iter()
            .find(|event| event.kind() == kind)
            .unwrap()
    };
    let id = |kind| sample(kind).id();
    assert_eq!(id(Kind::StockDeducted), id(Kind::StockDeductionFailed));
    assert_eq!(id(Kind::CouponApplied), id(Kind::CouponRejected));
    assert_eq!(id(Kind::PaymentCompleted), id(Kind::PaymentFailed));
    assert_ne!(id(Kind::StockDeducted), id(Kind::StockRestored));

    let again = Event {
        sequence: 99,
        at: Timestamp::from_micros(0),
        actor: Actor::System,
        trace: Trace::NONE,
        cause: None,
        ..sample(Kind::OrderCancelled)
    };
    assert_eq!(
        again.id(),
        id(Kind::OrderCancelled),
        "whoever cancels, however often"
    );

    let order = OrderId::new(sample(Kind::OrderCreated).key());
    assert_eq!(
        id(Kind::OrderCreated).to_string(),
        format!("{order}:OrderCreated:1")
    );
    let Fact::StockReturned(returned) = sample(Kind::StockReturned).fact else {
        unreachable!("the sample is of its kind")
    };
    let refund: RefundId = returned.refund_id;
    assert_eq!(
        id(Kind::StockReturned).to_string(),
        format!("{refund}:return-stock:do")
    );
}

#[test]
fn absent_parts_of_an_envelope_are_not_written() {
    use crate::events::samples;
    let plain = Event {
        trace: Trace::NONE,
        cause: None,
        ..samples::all().remove(0)
    };
    let body = plain.encode_body();
    assert!(!body.contains("trace") && !body.contains("cause"), "{body}");
    let read = Event::decode(plain.kind().name(), 1, plain.sequence, plain.at, &body).unwrap();
    assert_eq!(read, plain);
}
