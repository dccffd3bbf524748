//! The choices of a schedule: in sections, and these in parts.

use std::fmt;
use std::num::ParseIntError;
use std::str::FromStr;
use std::vec::IntoIter;

/// One part's draws, in order.
pub type Part = Vec<u32>;

/// By section and part.
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Choices(pub Vec<Vec<Part>>);

impl Choices {
    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.iter().flatten().map(Vec::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub(super) fn begin_section(&mut self) {
        self.0.push(Vec::new());
    }

    pub(super) fn begin_part(&mut self) {
        if let Some(section) = self.0.last_mut() {
            section.push(Part::new());
        }
    }

    /// What is drawn outside of any part is how many parts there are, which they show themselves.
    pub(super) fn add(&mut self, drawn: usize) {
        if let Some(part) = self.0.last_mut().and_then(|section| section.last_mut()) {
            part.push(u32::try_from(drawn).unwrap_or(u32::MAX));
        }
    }
}

/// Sections end in a semicolon, parts are parted by bars, choices by blanks.
impl fmt::Display for Choices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for section in &self.0 {
            for (at, part) in section.iter().enumerate() {
                f.write_str(if at == 0 { "" } else { "|" })?;
                for (at, choice) in part.iter().enumerate() {
                    f.write_str(if at == 0 { "" } else { " " })?;
                    write!(f, "{choice}")?;
                }
            }
            // A section without parts is not one of a part without choices.
            f.write_str(if section.is_empty() { "-;" } else { ";" })?;
        }
        Ok(())
    }
}

impl FromStr for Choices {
    type Err = ParseIntError;

    fn from_str(text: &str) -> Result<Self, ParseIntError> {
        let part = |text: &str| text.split_whitespace().map(str::parse).collect();
        let section = |text: &str| match text {
            "-" => Ok(Vec::new()),
            text => text.split('|').map(part).collect(),
        };
        let sections = text.split_terminator(';');
        Ok(Self(sections.map(section).collect::<Result<_, _>>()?))
    }
}

/// Choices on their way to be made again.
#[derive(Clone, Debug)]
pub(super) struct Reading {
    sections: IntoIter<Vec<Part>>,
    parts: IntoIter<Part>,
    draws: IntoIter<u32>,
}

impl Reading {
    pub(super) fn new(choices: Choices) -> Self {
        Self {
            sections: choices.0.into_iter(),
            parts: Vec::new().into_iter(),
            draws: Vec::new().into_iter(),
        }
    }

    pub(super) fn next_section(&mut self) -> usize {
        self.parts = self.sections.next().unwrap_or_default().into_iter();
        self.draws = Vec::new().into_iter();
        self.parts.len()
    }

    pub(super) fn next_part(&mut self) {
        self.draws = self.parts.next().unwrap_or_default().into_iter();
    }

    pub(super) fn next_choice(&mut self) -> usize {
        self.draws.next().unwrap_or_default() as usize
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_are_read_as_they_were_written() {
        let choices = Choices(vec![
            vec![vec![1, 20], vec![], vec![3]],
            vec![],
            vec![vec![]],
            vec![vec![7]],
        ]);
        let text = choices.to_string();
        assert_eq!(text, "1 20||3;-;;7;");
        assert_eq!(text.parse(), Ok(choices));
        assert!("1 x;".parse::<Choices>().is_err());
    }
}
