//! Aligned columns for people. A Hangul syllable takes two cells of a terminal, so texts are
//! measured and not counted. Colours go away by themselves where nobody sees them.

use anstyle::{AnsiColor, Style};
use unicode_width::UnicodeWidthStr;

use super::language::{in_language, print};

/// Between two columns.
const GAP: usize = 2;

pub(super) struct Table {
    columns: Vec<Column>,
    rows: Vec<Vec<Cell>>,
    /// Printed before each line.
    margin: &'static str,
}

pub(super) struct Column {
    head: &'static str,
    is_right: bool,
}

pub(super) struct Cell {
    text: String,
    style: Style,
}

/// How a value is to be taken, where the terminal shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Plain,
    Good,
    Open,
    Bad,
    Quiet,
}

/// A column of words, with its name in Korean and in English.
pub(super) fn words(korean: &'static str, english: &'static str) -> Column {
    Column {
        head: in_language(korean, english),
        is_right: false,
    }
}

/// A column of numbers: they end on one line.
pub(super) fn numbers(korean: &'static str, english: &'static str) -> Column {
    Column {
        is_right: true,
        ..words(korean, english)
    }
}

impl Tone {
    pub fn style(self) -> Style {
        match self {
            Self::Plain => Style::new(),
            Self::Good => AnsiColor::Green.on_default(),
            Self::Open => AnsiColor::Yellow.on_default(),
            Self::Bad => AnsiColor::Red.on_default().bold(),
            Self::Quiet => Style::new().dimmed(),
        }
    }

    /// The text in this tone.
    pub fn paint(self, text: &str) -> String {
        let style = self.style();
        format!("{style}{text}{style:#}")
    }
}

impl Cell {
    pub fn new(text: impl ToString, tone: Tone) -> Self {
        Self {
            text: one_line(&text.to_string()),
            style: tone.style(),
        }
    }
}

impl<T: ToString> From<T> for Cell {
    fn from(text: T) -> Self {
        Self::new(text, Tone::Plain)
    }
}

impl Table {
    pub fn new(columns: impl IntoIterator<Item = Column>) -> Self {
        Self {
            columns: columns.into_iter().collect(),
            rows: Vec::new(),
            margin: "",
        }
    }

    /// Lines that are part of something above them, each behind `margin`.
    pub fn within(margin: &'static str, columns: impl IntoIterator<Item = Column>) -> Self {
        Self {
            margin,
            ..Self::new(columns)
        }
    }

    pub fn row(&mut self, cells: impl IntoIterator<Item = Cell>) {
        let cells: Vec<Cell> = cells.into_iter().collect();
        debug_assert_eq!(cells.len(), self.columns.len(), "a cell for each column");
        self.rows.push(cells);
    }

    /// Writes the table to standard output; nothing when it has no rows.
    pub fn print(&self) {
        self.lines().iter().for_each(|line| print(line));
    }

    fn lines(&self) -> Vec<String> {
        if self.rows.is_empty() {
            return Vec::new();
        }
        let head = |column: &Column| Cell::new(column.head, Tone::Quiet);
        let head: Vec<Cell> = self.columns.iter().map(head).collect();
        let is_named = head.iter().any(|cell| !cell.text.is_empty());
        let lines = || is_named.then_some(&head).into_iter().chain(&self.rows);
        let widths: Vec<usize> = (0..self.columns.len())
            .map(|at| lines().map(|cells| cells[at].text.width()).max())
            .map(Option::unwrap_or_default)
            .collect();
        lines().map(|cells| self.line(cells, &widths)).collect()
    }

    fn line(&self, cells: &[Cell], widths: &[usize]) -> String {
        let mut line = self.margin.to_owned();
        // Blanks that stand for a gap are owed until something follows them.
        let mut owed = 0;
        for ((cell, column), width) in cells.iter().zip(&self.columns).zip(widths) {
            let pad = width - cell.text.width();
            if !cell.text.is_empty() {
                let before = owed + if column.is_right { pad } else { 0 };
                let style = cell.style;
                line.push_str(&" ".repeat(before));
                line.push_str(&format!("{style}{}{style:#}", cell.text));
                owed = if column.is_right { 0 } else { pad };
            } else {
                owed += pad;
            }
            owed += GAP;
        }
        line
    }
}

/// What came from elsewhere moves no cursor and ends no line.
pub(super) fn one_line(text: &str) -> String {
    let visible = |c: char| if c.is_control() { ' ' } else { c };
    text.chars().map(visible).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(table: &Table) -> Vec<String> {
        let lines = table.lines();
        let plain = lines.iter().map(|line| anstream::adapter::strip_str(line));
        plain.map(|line| line.to_string()).collect()
    }

    #[test]
    fn hangul_takes_two_cells_and_numbers_end_on_one_line() {
        let mut table = Table::new([words("이름", "이름"), numbers("수", "수"), words("", "")]);
        table.row(["머그컵".into(), 5.into(), "끝".into()]);
        table.row(["bag".into(), 1_000.into(), "".into()]);
        assert_eq!(
            shown(&table),
            ["이름      수", "머그컵     5  끝", "bag     1000",]
        );
    }

    #[test]
    fn a_table_without_names_has_no_head_and_one_without_rows_no_lines() {
        let mut table = Table::within("  ", [words("", ""), words("", "")]);
        assert_eq!(shown(&table), [""; 0]);
        table.row(["".into(), "b".into()]);
        table.row(["aa".into(), "".into()]);
        assert_eq!(shown(&table), ["      b", "  aa"]);
    }

    #[test]
    fn what_came_from_elsewhere_moves_no_cursor() {
        let mut table = Table::new([words("", "")]);
        table.row(["red\u{1b}[31m\nline".into()]);
        assert_eq!(shown(&table), ["red [31m line"]);
    }
}
