use super::*;
use crate::golden;

mod mutations;

#[test]
fn the_table_has_no_defect() {
    assert_eq!(check(&table()), []);
}

#[test]
fn what_is_derived_is_as_reviewed() {
    let table = table();
    let mut text = String::from("undo causes\n");
    for (saga, row) in table.rows() {
        if let Some(step) = row.undoes() {
            text += &format!("  {}: {step}: {}\n", saga.name, undo_causes(step));
        }
    }
    text += "\nowed an undo after\n";
    for kind in Kind::ALL {
        let owed: Vec<_> = owed_after(*kind, true).iter().map(Step::words).collect();
        if !owed.is_empty() {
            text += &format!("  {kind}: {}\n", owed.join(", "));
        }
    }
    text += "\nahead of\n";
    for kind in Kind::ALL {
        let ahead: Vec<_> = remaining_steps(*kind).iter().map(Step::words).collect();
        if !ahead.is_empty() {
            text += &format!("  {kind}: {}\n", ahead.join(", "));
        }
    }
    text += &format!("\nfailures: {}\nends: {}\n", failures(), ends());
    for &service in ServiceName::ALL {
        text += &format!("\n{service}\n  hears {}\n", hears(service));
        text += &format!("  says {}\n", says(service));
        text += &format!("  says unprompted {}\n", allowed(service, None));
        for kind in hears(service).iter() {
            let (step, direction) = step_on(service, kind).unwrap();
            let answers = allowed(service, Some(kind));
            let direction = direction.as_str();
            text += &format!("  on {kind}: {direction} {step}: [{answers}]\n");
        }
    }
    golden::check("saga-derivation.txt", &text);
}

#[test]
fn an_undo_hears_every_later_failure_and_the_cancellation() {
    use Kind::{CouponRejected, OrderCancelled, PaymentFailed};
    let causes = |step| undo_causes(step).iter().collect::<Vec<_>>();
    assert_eq!(
        causes(Step::DeductStock),
        [OrderCancelled, PaymentFailed, CouponRejected]
    );
    assert_eq!(causes(Step::ApplyCoupon), [OrderCancelled, PaymentFailed]);
    assert_eq!(causes(Step::PayPoints), [OrderCancelled]);
    for step in [Step::ConfirmOrder, Step::ReturnStock, Step::Rank] {
        assert_eq!(undo_causes(step), Kinds::NONE, "{step}");
    }
}

#[test]
fn who_owes_what() {
    use Step::{ApplyCoupon, DeductStock, PayPoints};
    let cases: [(Kind, &[Step], &[Step]); 5] = [
        (Kind::StockDeductionFailed, &[], &[]),
        (Kind::CouponRejected, &[DeductStock], &[DeductStock]),
        (
            Kind::PaymentFailed,
            &[DeductStock, ApplyCoupon],
            &[DeductStock],
        ),
        (
            Kind::OrderCancelled,
            &[DeductStock, ApplyCoupon, PayPoints],
            &[DeductStock, PayPoints],
        ),
        (Kind::PaymentCompleted, &[], &[]),
    ];
    for (cause, with_coupon, without) in cases {
        assert_eq!(owed_after(cause, true), Steps::of(with_coupon), "{cause}");
        assert_eq!(
            owed_after(cause, false),
            Steps::of(without),
            "{cause} without a coupon"
        );
    }
}

#[test]
fn one_step_has_one_answer_each_way() {
    assert_eq!(done_by(Step::DeductStock), Some(Kind::StockDeducted));
    assert_eq!(undone_by(Step::DeductStock), Some(Kind::StockRestored));
    assert_eq!(undone_by(Step::ApplyCoupon), Some(Kind::CouponRestored));
    assert_eq!(undone_by(Step::PayPoints), Some(Kind::PaymentRefunded));
    assert_eq!(undone_by(Step::ReturnPoints), None);
    assert_eq!(done_by(Step::Rank), None);
    for refused in failures().iter() {
        let (step, direction) = fact_step(refused).unwrap();
        assert_eq!(fact_step(done_by(step).unwrap()), Some((step, direction)));
    }
    for opening in [
        Kind::OrderCreated,
        Kind::RefundRequested,
        Kind::PointCharged,
    ] {
        assert_eq!(fact_step(opening), None, "{opening}");
    }
}

#[test]
fn a_service_may_say_only_what_its_row_says() {
    let answers = |service, heard| allowed(service, heard).iter().collect::<Vec<_>>();
    assert_eq!(
        answers(ServiceName::Product, Some(Kind::OrderCreated)),
        [Kind::StockDeducted, Kind::StockDeductionFailed]
    );
    assert_eq!(
        answers(ServiceName::Product, Some(Kind::PaymentFailed)),
        [Kind::StockRestored]
    );
    assert_eq!(
        answers(ServiceName::Product, Some(Kind::OrderConfirmed)),
        []
    );
    assert_eq!(answers(ServiceName::Product, Some(Kind::PointCharged)), []);
    assert_eq!(answers(ServiceName::Product, None), [Kind::ProductChanged]);
    assert_eq!(
        answers(ServiceName::Order, None),
        [
            Kind::OrderCreated,
            Kind::OrderCancelled,
            Kind::RefundRequested,
            Kind::OrderRefunded
        ]
    );
}

#[test]
fn steps_and_kinds_have_names_and_codes_of_their_own() {
    for &step in Step::ALL {
        assert_eq!(step.slug(), step.words().replace(' ', "-"));
        assert_eq!(Step::from_slug(step.slug()), Some(step));
        assert_eq!(Step::from_words(step.words()), Some(step));
        assert_eq!(Step::from_code(step.code()), Some(step));
        assert!(step.code() < 32, "a step is a bit of a mask");
        assert_eq!(Steps::NONE.with(step).iter().collect::<Vec<_>>(), [step]);
    }
    for &kind in Kind::ALL {
        assert_eq!(Kind::from_name(kind.name()), Some(kind));
        assert_eq!(Kind::from_code(kind.code()), Some(kind));
        assert!(kind.code() < 64, "a kind is a bit of a set");
        assert_eq!(Kinds::NONE.with(kind).iter().collect::<Vec<_>>(), [kind]);
    }
    assert_eq!(Step::from_code(0), None);
    assert_eq!(Kind::from_code(0), None);
}

#[test]
fn sets_of_steps_keep_their_form_on_the_wire_and_in_columns() {
    let set = Steps::of(&[Step::PayPoints, Step::DeductStock]);
    let text = serde_json::to_string(&set).unwrap();
    assert_eq!(text, r#"["deduct-stock","pay-points"]"#);
    assert_eq!(serde_json::from_str::<Steps>(&text).unwrap(), set);
    assert!(serde_json::from_str::<Steps>(r#"["fly"]"#).is_err());
    assert_eq!(set.mask(), 0b1010);
    assert_eq!(Steps::from_mask(set.mask()), Some(set));
    assert_eq!(Steps::from_mask(1), None);
    assert!(set.covers(Steps::of(&[Step::PayPoints])));
    assert!(!Steps::of(&[Step::PayPoints]).covers(set));
    assert_eq!(
        set.minus(Steps::of(&[Step::PayPoints])),
        Steps::of(&[Step::DeductStock])
    );
    assert_eq!(set.without(Step::DeductStock).len(), 1);
}

#[test]
fn the_drawing_shows_every_row_and_every_event() {
    let table = table();
    let drawn = mermaid(&table);
    for (_, row) in table.rows() {
        let words = row.step().or(row.undoes()).map(Step::words);
        let words = words.or(row.command().map(Command::words)).unwrap();
        assert!(drawn.contains(words), "{words} is not drawn");
    }
    for kind in Kind::ALL {
        assert!(drawn.contains(kind.name()), "{kind} is not drawn");
    }
    for arrow in [
        "deduct_stock -- StockDeducted --> apply_coupon",
        "deduct_stock -. StockDeductionFailed .-> cancel_order",
        "pay_points -. PaymentFailed .-> undo_deduct_stock",
        "command_cancel --> OrderCancelled",
        "OrderCancelled -.-> undo_pay_points",
        "return_points -- PointsReturned --> finish_refund",
        "subgraph undo\n        undo_deduct_stock[\"product: undo deduct stock\"]",
    ] {
        assert!(drawn.contains(arrow), "{arrow} is not drawn");
    }
}

#[test]
fn a_readme_says_what_the_table_says() {
    assert_eq!(
        readme_lines(ServiceName::Payment),
        "- **hears** UserDeactivated, OrderCancelled, RefundRequested, CouponApplied\n\
         - **says** PointCharged, PaymentCompleted, PaymentFailed, PaymentRefunded, \
         PointsReturned\n"
    );
    assert!(readme_lines(ServiceName::User).starts_with("- **hears** nothing\n"));
}

/// The table without the row that takes this step, or that undoes it.
fn without(step: Step, direction: Direction) -> Table {
    let mut broken = table();
    for saga in &mut broken.sagas {
        saga.rows.retain(|row| match direction {
            Direction::Do => row.step() != Some(step),
            Direction::Undo => row.undoes() != Some(step),
        });
    }
    broken
}

#[test]
fn a_missing_undo_is_missed_after_every_later_failure() {
    let defects = check(&without(Step::DeductStock, Direction::Undo));
    for after in [
        Kind::CouponRejected,
        Kind::PaymentFailed,
        Kind::OrderCancelled,
    ] {
        let step = Step::DeductStock;
        assert!(
            defects.contains(&Defect::NotUndone { step, after }),
            "{defects:?}"
        );
    }
}

#[test]
fn a_missing_step_leaves_what_follows_it_unreached_and_what_it_heard_unheard() {
    let defects = check(&without(Step::ApplyCoupon, Direction::Do));
    assert!(
        defects.contains(&Defect::Unreached(Kind::OrderConfirmed)),
        "{defects:?}"
    );
    assert!(
        defects.contains(&Defect::NeverSaid(Kind::CouponApplied)),
        "{defects:?}"
    );
    let defects = check(&without(Step::FinishRefund, Direction::Do));
    assert!(
        defects.contains(&Defect::NeverHeard(Kind::StockReturned)),
        "{defects:?}"
    );
    let defects = check(&without(Step::CancelOrder, Direction::Do));
    assert!(
        defects.contains(&Defect::NotGivenUp { saga: "order" }),
        "{defects:?}"
    );
}

#[test]
fn a_defect_says_what_is_wrong() {
    let defects = check(&without(Step::PayPoints, Direction::Undo));
    let said: Vec<_> = defects.iter().map(ToString::to_string).collect();
    assert!(
        said.contains(&"pay points is not undone after OrderCancelled".into()),
        "{said:?}"
    );
}
