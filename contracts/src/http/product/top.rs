//! What sold best: the last days by the hour, more of them by the day, and the boards of a
//! calendar day or week in Seoul.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::super::faults::Faults;
use super::ProductView;
use crate::problem::{Fault, Problem, Text};
use crate::time::{SeoulDay, Timestamp};

/// A calendar board, in Seoul.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Board {
    /// From midnight to midnight.
    Daily,
    /// From Monday to Sunday.
    Weekly,
}

/// The filter of GET /products/top: so many days back from this hour, or a board.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TopProducts {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(range(min = 1, max = Self::DAYS_MAX))]
    pub days: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub board: Option<Board>,
    /// A day of the board, YYYY-MM-DD; today when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("format" = "date"))]
    pub date: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum TopWindow {
    /// The current hour and those before it that make so many days.
    Hours {
        days: i64,
    },
    /// Today and the days before it that make so many.
    Days {
        days: i64,
    },
    Board {
        board: Board,
        day: SeoulDay,
    },
}

impl TopProducts {
    /// How many days are counted by the hour, and how many at all.
    pub const BY_THE_HOUR: i64 = 7;
    pub const DAYS_MAX: i64 = 400;
    const DAYS: i64 = 3;

    pub fn validate(&self, today: SeoulDay) -> Result<TopWindow, Problem> {
        let mut faults = Faults::default();
        let asked = self.days.unwrap_or(Self::DAYS);
        let days = faults.range("days", asked, 1, Self::DAYS_MAX);
        if self.days.is_some() && self.board.is_some() {
            let message = Text::new(
                "days와 board 중 하나만 쓰세요",
                "name days or board, not both",
            );
            faults.add("board", Fault::Format, message);
        }
        let day = match &self.date {
            None => Some(today),
            Some(text) => self.day(text, today, &mut faults),
        };
        let window = match self.board {
            Some(board) => day.map(|day| TopWindow::Board { board, day }),
            None => days.map(|days| match days <= Self::BY_THE_HOUR {
                true => TopWindow::Hours { days },
                false => TopWindow::Days { days },
            }),
        };
        faults.finish(window)
    }

    /// A day that has come and is still counted.
    fn day(&self, text: &str, today: SeoulDay, faults: &mut Faults) -> Option<SeoulDay> {
        if self.board.is_none() {
            let message = Text::new("board와 함께 쓰세요", "goes with a board");
            faults.add("date", Fault::Format, message);
        }
        let Ok(day) = text.parse::<SeoulDay>() else {
            let message = Text::new("YYYY-MM-DD로 쓰세요", "must be a day as YYYY-MM-DD");
            faults.add("date", Fault::Format, message);
            return None;
        };
        let back = i64::from(today.days()) - i64::from(day.days());
        if !(0..Self::DAYS_MAX).contains(&back) {
            let message = Text::new(
                format!("오늘부터 {}일 전까지 볼 수 있어요", Self::DAYS_MAX - 1),
                format!("must be today or up to {} days before", Self::DAYS_MAX - 1),
            );
            faults.add("date", Fault::OutOfRange, message);
            return None;
        }
        Some(day)
    }
}

/// GET /products/top
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TopView {
    /// The first instant that counts, and the first that does not any more.
    pub from: Timestamp,
    pub to: Timestamp,
    pub items: Vec<RankedView>,
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RankedView {
    pub rank: u32,
    /// Sold less what came back.
    pub sold: i64,
    pub product: ProductView,
}

#[cfg(test)]
mod tests {
    use super::*;

    const TODAY: SeoulDay = SeoulDay::from_days(20_779);

    fn asked(query: &str) -> Result<TopWindow, Vec<String>> {
        let top: TopProducts = serde_json::from_str(query).unwrap();
        let pointers = |problem: Problem| {
            let errors = problem.errors.into_iter();
            errors.map(|error| error.pointer).collect()
        };
        top.validate(TODAY).map_err(pointers)
    }

    #[test]
    fn a_window_is_days_or_a_board() {
        let board = |board, day| Ok(TopWindow::Board { board, day });
        for (query, window) in [
            ("{}", Ok(TopWindow::Hours { days: 3 })),
            (r#"{"days":7}"#, Ok(TopWindow::Hours { days: 7 })),
            (r#"{"days":8}"#, Ok(TopWindow::Days { days: 8 })),
            (r#"{"days":400}"#, Ok(TopWindow::Days { days: 400 })),
            (r#"{"board":"daily"}"#, board(Board::Daily, TODAY)),
            (
                r#"{"board":"weekly","date":"2025-10-19"}"#,
                board(Board::Weekly, SeoulDay::from_days(TODAY.days() - 399)),
            ),
        ] {
            assert_eq!(asked(query), window, "{query}");
        }
    }

    #[test]
    fn a_day_that_is_not_counted_is_refused() {
        for (query, pointer) in [
            (r#"{"days":0}"#, "days"),
            (r#"{"days":401}"#, "days"),
            (r#"{"days":1,"board":"daily"}"#, "board"),
            (r#"{"days":1,"date":"2026-11-22"}"#, "date"),
            (r#"{"board":"daily","date":"2026-11-23"}"#, "date"),
            (r#"{"board":"daily","date":"2025-10-18"}"#, "date"),
            (r#"{"board":"daily","date":"2026-02-29"}"#, "date"),
            (r#"{"board":"daily","date":"2026-1-1"}"#, "date"),
            (r#"{"board":"daily","date":"+026-11-22"}"#, "date"),
            (r#"{"board":"daily","date":""}"#, "date"),
        ] {
            assert_eq!(asked(query), Err(vec![pointer.to_owned()]), "{query}");
        }
    }
}
