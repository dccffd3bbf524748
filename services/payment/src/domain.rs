//! What a balance may become. Pure arithmetic over won; which rows hold it is not known here.

use contracts::http::payment::CHARGE_MAX_WON;
use contracts::money::Money;
use contracts::problem::Code;

/// The most that charging may bring a balance to. Refunds pass it: the points are the user's.
pub const BALANCE_CAP: Money = Money::new(10_000_000);

/// The most that one event may move: twenty times the dearest cart, 50 lines of 999 pieces at a
/// billion won. An event that says more, or less than nothing, was not said by the shop.
pub const EVENT_MAX: Money = Money::new(1_000_000_000_000_000);

/// Why a command was not carried out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    #[error("the account is closed")]
    UserClosed,
    #[error("a charge is from 1 to {CHARGE_MAX_WON} won")]
    AmountOutOfRange,
    #[error("charging may bring a balance to {BALANCE_CAP} won and no further")]
    PointLimitExceeded,
    #[error("the key was used for another request")]
    IdempotencyKeyReused,
}

impl Refusal {
    pub fn code(self) -> Code {
        match self {
            Self::UserClosed => Code::UserClosed,
            Self::AmountOutOfRange => Code::ValidationFailed,
            Self::PointLimitExceeded => Code::PointLimitExceeded,
            Self::IdempotencyKeyReused => Code::IdempotencyKeyReused,
        }
    }
}

/// Whether an amount in an event can be believed.
pub fn is_plausible(amount: Money) -> bool {
    (Money::ZERO..=EVENT_MAX).contains(&amount)
}

/// The balance after a charge.
pub fn charged(balance: Money, amount: Money) -> Result<Money, Refusal> {
    if !(1..=CHARGE_MAX_WON).contains(&amount.won()) {
        return Err(Refusal::AmountOutOfRange);
    }
    match balance.checked_add(amount) {
        Some(after) if after <= BALANCE_CAP => Ok(after),
        Some(_) | None => Err(Refusal::PointLimitExceeded),
    }
}

/// The balance after a payment, or none when it is not covered.
pub fn used(balance: Money, amount: Money) -> Option<Money> {
    balance
        .checked_sub(amount)
        .filter(|after| !after.is_negative())
}

/// The balance after points came back. It cannot be refused: the order is already undone.
///
/// # Panics
/// Never on a ledger that holds: what comes back was used before, so a balance is at most the
/// sum of its charges, and it takes 9.2 * 10^12 charges of the largest size to pass an `i64`.
pub fn credited(balance: Money, amount: Money) -> Money {
    balance
        .checked_add(amount)
        .expect("a balance is at most the sum of its charges")
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn won(won: i64) -> Money {
        Money::new(won)
    }

    #[test]
    fn charging_stops_at_the_cap_and_not_a_won_before() {
        let below = won(BALANCE_CAP.won() - 1);
        let table = [
            (won(0), 1, Ok(won(1))),
            (won(0), CHARGE_MAX_WON, Ok(won(CHARGE_MAX_WON))),
            (below, 1, Ok(BALANCE_CAP)),
            (below, 2, Err(Refusal::PointLimitExceeded)),
            (BALANCE_CAP, 1, Err(Refusal::PointLimitExceeded)),
            (won(i64::MAX), 1, Err(Refusal::PointLimitExceeded)),
            (won(0), 0, Err(Refusal::AmountOutOfRange)),
            (won(0), -1, Err(Refusal::AmountOutOfRange)),
            (won(0), CHARGE_MAX_WON + 1, Err(Refusal::AmountOutOfRange)),
        ];
        for (balance, amount, expected) in table {
            assert_eq!(
                charged(balance, won(amount)),
                expected,
                "{balance} + {amount}"
            );
        }
    }

    #[test]
    fn a_payment_takes_the_last_won_and_no_more() {
        assert_eq!(used(won(5), won(5)), Some(won(0)));
        assert_eq!(used(won(5), won(6)), None);
        assert_eq!(used(won(0), won(i64::MAX)), None);
    }

    #[test]
    fn points_come_back_above_the_cap() {
        assert_eq!(credited(BALANCE_CAP, won(1)), won(10_000_001));
    }
}
