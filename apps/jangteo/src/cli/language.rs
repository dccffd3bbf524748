//! Korean unless the locale says English, and the words events are told with.

use std::io::Write;
use std::sync::OnceLock;

use contracts::problem::Language;

use super::Ended;

/// The reader's language.
pub(super) fn language() -> Language {
    static LANGUAGE: OnceLock<Language> = OnceLock::new();
    *LANGUAGE.get_or_init(|| match locale() {
        Some(locale) if locale.starts_with("en") => Language::En,
        Some(_) | None => Language::Ko,
    })
}

/// What `LC_ALL`, `LC_MESSAGES` or `LANG` says, the first that says anything.
#[expect(
    clippy::disallowed_methods,
    reason = "the locale of a command line is its environment"
)]
pub(super) fn locale() -> Option<String> {
    let set = |name| std::env::var(name).ok().filter(|value| !value.is_empty());
    ["LC_ALL", "LC_MESSAGES", "LANG"].into_iter().find_map(set)
}

/// The text in the reader's language.
pub(super) fn in_language<'t>(korean: &'t str, english: &'t str) -> &'t str {
    match language() {
        Language::Ko => korean,
        Language::En => english,
    }
}

/// Says something on standard error.
pub(super) fn say(korean: &str, english: &str) {
    // A closed terminal is no reason to fail.
    let _unheard = writeln!(anstream::stderr(), "{}", in_language(korean, english));
}

/// Writes a line of data to standard output.
pub(super) fn print(line: &str) {
    // Whoever reads may have seen enough (`| head`).
    let _unread = writeln!(anstream::stdout(), "{line}");
}

/// Writes one of several documents, on a line of its own.
pub(super) fn print_line(value: &impl serde::Serialize) -> Result<(), Ended> {
    let text = serde_json::to_string(value).map_err(anyhow::Error::from)?;
    print(&text);
    Ok(())
}

/// What an event means to a person.
pub(super) fn event_words(event: &str) -> &'static str {
    let (korean, english) = match event {
        "OrderCreated" => ("주문 접수", "order placed"),
        "StockDeducted" => ("재고 차감", "stock deducted"),
        "StockDeductionFailed" => ("재고 차감 실패", "stock refused"),
        "CouponApplied" => ("쿠폰 적용", "coupon applied"),
        "CouponRejected" => ("쿠폰 거절", "coupon refused"),
        "PaymentCompleted" => ("포인트 결제", "points paid"),
        "PaymentFailed" => ("포인트 결제 실패", "payment refused"),
        "OrderConfirmed" => ("주문 확정", "order confirmed"),
        "OrderCancelled" => ("주문 취소", "order cancelled"),
        "StockRestored" => ("재고 복원", "stock restored"),
        "CouponRestored" => ("쿠폰 복원", "coupon restored"),
        "PaymentRefunded" => ("포인트 환불", "points refunded"),
        "RefundRequested" => ("환불 접수", "refund accepted"),
        "StockReturned" => ("재고 반환", "stock returned"),
        "CouponReturned" => ("쿠폰 반환", "coupon returned"),
        "PointsReturned" => ("포인트 반환", "points returned"),
        "OrderRefunded" => ("환불 완료", "refund done"),
        "SagaResolved" => ("운영자가 해결", "resolved by an operator"),
        _ => ("사건", "event"),
    };
    in_language(korean, english)
}

/// Won with a thousands separator: `12,500원`.
pub(super) fn won(amount: i64) -> String {
    let digits = amount.unsigned_abs().to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    let sign = if amount < 0 { "-" } else { "" };
    format!("{sign}{text}{}", in_language("원", " won"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn won_is_grouped_by_three() {
        for (amount, text) in [
            (0, "0"),
            (999, "999"),
            (12_500, "12,500"),
            (-1_000, "-1,000"),
        ] {
            assert!(won(amount).starts_with(text), "{amount}: {}", won(amount));
        }
    }
}
