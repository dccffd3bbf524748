//! Collects every fault of a request, so that a form hears about all of them at once.

use crate::problem::{Fault, FieldError, Problem, Text};

#[derive(Default)]
pub(super) struct Faults(Vec<FieldError>);

impl Faults {
    pub(super) fn add(&mut self, pointer: impl Into<String>, code: Fault, message: Text) {
        self.0.push(FieldError::new(pointer, code, message));
    }

    pub(super) fn range(&mut self, pointer: &str, value: i64, low: i64, high: i64) -> Option<i64> {
        let inside = (low..=high).contains(&value);
        if !inside {
            let message = Text::new(
                format!("{low}부터 {high}까지 쓸 수 있어요"),
                format!("must be from {low} to {high}"),
            );
            self.add(pointer, Fault::OutOfRange, message);
        }
        inside.then_some(value)
    }

    /// The text without the blanks around it. Control characters are refused: no form field holds
    /// them, and a log line must not.
    pub(super) fn text(&mut self, pointer: &str, value: &str, low: usize, high: usize) -> String {
        let trimmed = value.trim();
        self.length(pointer, trimmed, low, high);
        if trimmed.chars().any(char::is_control) {
            let message = Text::new(
                "제어 문자는 쓸 수 없어요",
                "must not have control characters",
            );
            self.add(pointer, Fault::Format, message);
        }
        trimmed.to_owned()
    }

    pub(super) fn length(&mut self, pointer: &str, value: &str, low: usize, high: usize) {
        if !(low..=high).contains(&value.chars().count()) {
            let message = Text::new(
                format!("{low}자부터 {high}자까지 쓸 수 있어요"),
                format!("must have from {low} to {high} characters"),
            );
            self.add(pointer, Fault::Length, message);
        }
    }

    /// The value, when nothing was found. A part that could not be made has said why.
    pub(super) fn finish<T>(self, value: Option<T>) -> Result<T, Problem> {
        match value {
            Some(value) if self.0.is_empty() => Ok(value),
            Some(_) | None => Err(Problem::invalid(self.0)),
        }
    }
}
