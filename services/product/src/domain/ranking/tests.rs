use super::*;

fn at(text: &str) -> Timestamp {
    text.parse().unwrap()
}

fn day(text: &str) -> SeoulDay {
    text.parse().unwrap()
}

fn board(board: Board, text: &str) -> Window {
    let day = day(text);
    Window::of(TopWindow::Board { board, day }, at("2026-11-22T23:00:00Z"))
}

#[test]
fn boards_are_days_and_weeks_from_midnight_to_midnight_in_seoul() {
    for (window, from, to) in [
        (
            board(Board::Daily, "2026-11-22"),
            "2026-11-21T15:00:00Z",
            "2026-11-22T15:00:00Z",
        ),
        // A Monday, the Sunday before it, and a week over the turn of the year.
        (
            board(Board::Weekly, "2026-11-23"),
            "2026-11-22T15:00:00Z",
            "2026-11-29T15:00:00Z",
        ),
        (
            board(Board::Weekly, "2026-11-22"),
            "2026-11-15T15:00:00Z",
            "2026-11-22T15:00:00Z",
        ),
        (
            board(Board::Weekly, "2026-01-01"),
            "2025-12-28T15:00:00Z",
            "2026-01-04T15:00:00Z",
        ),
        (
            board(Board::Weekly, "1970-01-01"),
            "1969-12-28T15:00:00Z",
            "1970-01-04T15:00:00Z",
        ),
    ] {
        assert_eq!((window.begins(), window.ends()), (at(from), at(to)));
    }
}

#[test]
fn three_days_are_seventy_two_hours_with_this_one() {
    let now = at("2026-11-22T23:30:00Z");
    let window = Window::of(TopWindow::Hours { days: 3 }, now);
    let Window::Hours { first, last } = window else {
        panic!("{window:?}")
    };
    assert_eq!(last.number() - first.number() + 1, 72);
    assert_eq!(window.begins(), at("2026-11-20T00:00:00Z"));
    assert_eq!(window.ends(), at("2026-11-23T00:00:00Z"));
}

#[test]
fn more_days_are_whole_ones_with_today() {
    // Already the 23rd in Seoul.
    let now = at("2026-11-22T23:30:00Z");
    let window = Window::of(TopWindow::Days { days: 8 }, now);
    let (first, last) = (day("2026-11-16"), day("2026-11-23"));
    assert_eq!(window, Window::Days { first, last });
}

/// No window over hours reaches an hour that is counted by its day, at any time of the day.
#[test]
fn the_longest_window_over_hours_ends_before_hours_fold() {
    let folded = day("2026-11-10");
    let days = TopProducts::BY_THE_HOUR;
    let window = Window::of(TopWindow::Hours { days }, folds_at(folded));
    let last = Hour::all_of(folded).last().unwrap();
    assert!(last.ends() <= window.begins());
}

#[test]
fn a_day_in_seoul_has_its_twenty_four_hours() {
    let hours: Vec<Hour> = Hour::all_of(day("2026-11-22")).collect();
    assert_eq!(hours.len(), 24);
    assert_eq!(hours[0].begins(), at("2026-11-21T15:00:00Z"));
    assert!(hours.iter().all(|hour| hour.day() == day("2026-11-22")));
    assert_eq!(hours[23].ends().seoul_day(), day("2026-11-23"));
}
