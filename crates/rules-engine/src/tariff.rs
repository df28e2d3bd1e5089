//! Tariff tables: the lines of one importing country with their rate columns.

use std::collections::HashMap;
use std::fmt;
use std::ops::Deref;
use std::sync::Arc;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::agreement::{Agreement, CitationId, Period, Status};
use crate::country::Country;
use crate::hs::{HsCode, HsEdition};
use crate::rate::Rate;

/// What a column of a tariff states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum ColumnKind {
    /// The general (basic) most-favoured-nation rate.
    General,
    /// A temporary rate that replaces the general one where it exists.
    Temporary,
    /// The bound rate of the World Trade Organization.
    Wto,
    /// A rate for countries without most-favoured-nation treatment.
    Ordinary,
    /// The base rate a schedule of commitments starts from; never applied.
    Base,
    /// The preferential rate of an agreement.
    Preference {
        /// The agreement.
        agreement: Agreement,
        /// Countries of origin the column is for; empty means every Party.
        origins: Vec<Country>,
    },
    /// A margin of preference, in per cent of the applied duty.
    Margin {
        /// The agreement.
        agreement: Agreement,
        /// Countries of origin the column is for; empty means every Party.
        origins: Vec<Country>,
    },
    /// A rate under another agreement, kept for comparison only.
    Comparison(String),
}

/// One column with the days its rates apply.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TariffColumn {
    /// Its heading in the table.
    pub name: String,
    /// What it states.
    pub kind: ColumnKind,
    /// When its rates apply; an open period follows the table.
    pub period: Period,
}

/// Days of the year on which a seasonal line applies, ends included; the season
/// may run over the new year.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Season {
    /// First (month, day).
    pub from: (u8, u8),
    /// Last (month, day); day 31 stands for the end of any month.
    pub to: (u8, u8),
}

impl Season {
    /// Whether `day` lies in the season.
    pub fn contains(&self, day: Date) -> bool {
        self.has((day.month().unsigned_abs(), day.day().unsigned_abs()))
    }

    fn has(&self, day: (u8, u8)) -> bool {
        if self.from <= self.to {
            self.from <= day && day <= self.to
        } else {
            day >= self.from || day <= self.to
        }
    }

    /// Whether a day of the year lies in both seasons.
    pub fn overlaps(&self, other: &Self) -> bool {
        // Two spans of a circle overlap when one of them begins inside the other.
        self.has(other.from) || other.has(self.from)
    }

    /// The (month, day) on which the season is over.
    pub const fn after(&self) -> (u8, u8) {
        let (month, day) = self.to;
        let last = match month {
            2 => 29,
            4 | 6 | 9 | 11 => 30,
            _ => 31,
        };
        match (month, day) {
            (12, 31..) => (1, 1),
            (month, day) if day >= last || (month == 2 && day == 28) => (month + 1, 1),
            (month, day) => (month, day + 1),
        }
    }
}

/// Marks a cell in which the table prints no rate.
pub const NO_RATE: u16 = u16::MAX;

/// One national tariff line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TariffLine {
    /// The national code.
    pub code: HsCode,
    /// The season the row is for.
    pub season: Option<Season>,
    /// Whether only part of the code is covered, or some goods are left out.
    pub conditional: bool,
    /// For each column the number of the rate in [`TariffTable::rates`], or
    /// [`NO_RATE`]. Most lines of a tariff share their cells with others.
    pub cells: Arc<[u16]>,
}

/// The lines of a tariff in code order, found by their headings.
#[derive(Clone, PartialEq, Eq)]
pub struct TariffLines {
    list: Vec<TariffLine>,
    /// For each heading number the position of the first line of that heading or
    /// a later one, and one end more.
    starts: Box<[u32]>,
}

/// Heading numbers, 0000 to 9999.
const HEADINGS: u16 = 10_000;

/// The number of the heading a code begins with; for a chapter, that of its first
/// heading.
fn heading(code: HsCode) -> u16 {
    match code.prefix(4) {
        Some(heading) => u16::try_from(heading.as_number()).unwrap_or(HEADINGS),
        None => u16::from(code.chapter()) * 100,
    }
}

impl TariffLines {
    /// The lines that begin with the same heading as a code or, for a chapter,
    /// with one of its headings.
    fn around(&self, code: HsCode) -> &[TariffLine] {
        self.of_headings(code, if code.digit_count() < 4 { 100 } else { 1 })
    }

    /// The lines of some headings from that of a code on. A chapter stands before
    /// its first heading.
    fn of_headings(&self, code: HsCode, headings: u16) -> &[TariffLine] {
        let first = heading(code);
        let start = |heading: u16| self.starts.get(usize::from(heading)).copied();
        let range = start(first)
            .zip(start(first.saturating_add(headings)))
            .and_then(|(from, to)| Some(usize::try_from(from).ok()?..usize::try_from(to).ok()?));
        range
            .and_then(|range| self.list.get(range))
            .unwrap_or_default()
    }
}

impl From<Vec<TariffLine>> for TariffLines {
    fn from(list: Vec<TariffLine>) -> Self {
        let mut starts = Vec::with_capacity(usize::from(HEADINGS) + 1);
        let mut before = 0_u32;
        let mut lines = list.iter().map(|line| heading(line.code)).peekable();
        for number in 0..=HEADINGS {
            while lines.next_if(|heading| *heading < number).is_some() {
                before += 1;
            }
            starts.push(before);
        }
        Self {
            list,
            starts: starts.into_boxed_slice(),
        }
    }
}

impl FromIterator<TariffLine> for TariffLines {
    fn from_iter<Lines: IntoIterator<Item = TariffLine>>(lines: Lines) -> Self {
        Self::from(lines.into_iter().collect::<Vec<TariffLine>>())
    }
}

impl Deref for TariffLines {
    type Target = [TariffLine];

    fn deref(&self) -> &[TariffLine] {
        &self.list
    }
}

impl IntoIterator for TariffLines {
    type Item = TariffLine;
    type IntoIter = std::vec::IntoIter<TariffLine>;

    fn into_iter(self) -> Self::IntoIter {
        self.list.into_iter()
    }
}

impl fmt::Debug for TariffLines {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.list.fmt(f)
    }
}

/// The columns of a tariff, found by what they state.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "Vec<TariffColumn>", into = "Vec<TariffColumn>")]
pub struct TariffColumns {
    list: Vec<TariffColumn>,
    general: Vec<usize>,
    temporary: Vec<usize>,
    wto: Vec<usize>,
    preferences: Vec<PreferenceColumns>,
}

/// The columns with the preference of one agreement for the same countries of
/// origin, which differ in their days.
#[derive(Debug, Clone, PartialEq, Eq)]
struct PreferenceColumns {
    agreement: Agreement,
    origins: Vec<Country>,
    columns: Vec<usize>,
}

impl From<Vec<TariffColumn>> for TariffColumns {
    fn from(list: Vec<TariffColumn>) -> Self {
        let mut columns = Self {
            list: Vec::new(),
            general: Vec::new(),
            temporary: Vec::new(),
            wto: Vec::new(),
            preferences: Vec::new(),
        };
        for (position, column) in list.iter().enumerate() {
            match &column.kind {
                ColumnKind::General => columns.general.push(position),
                ColumnKind::Temporary => columns.temporary.push(position),
                ColumnKind::Wto => columns.wto.push(position),
                ColumnKind::Preference { agreement, origins }
                | ColumnKind::Margin { agreement, origins } => {
                    columns.add_preference(*agreement, origins, position);
                }
                ColumnKind::Ordinary | ColumnKind::Base | ColumnKind::Comparison(_) => {}
            }
        }
        columns.list = list;
        columns
    }
}

impl TariffColumns {
    fn add_preference(&mut self, agreement: Agreement, origins: &[Country], position: usize) {
        let of_same = |known: &&mut PreferenceColumns| {
            known.agreement == agreement && known.origins == origins
        };
        match self.preferences.iter_mut().find(of_same) {
            Some(known) => known.columns.push(position),
            None => self.preferences.push(PreferenceColumns {
                agreement,
                origins: origins.to_vec(),
                columns: vec![position],
            }),
        }
    }

    /// Those of some columns that are in use on `day`, in the order of the table.
    fn in_use<'a>(&'a self, columns: &'a [usize], day: Date) -> impl Iterator<Item = usize> + 'a {
        columns.iter().copied().filter(move |position| {
            self.list
                .get(*position)
                .is_some_and(|column| column.period.contains(day))
        })
    }

    /// The column of the general rate in use on `day`.
    pub fn general_on(&self, day: Date) -> Option<usize> {
        self.in_use(&self.general, day).next()
    }

    /// The columns of temporary rates in use on `day`.
    pub fn temporary_on(&self, day: Date) -> impl Iterator<Item = usize> {
        self.in_use(&self.temporary, day)
    }

    /// The columns of bound rates in use on `day`.
    pub fn wto_on(&self, day: Date) -> impl Iterator<Item = usize> {
        self.in_use(&self.wto, day)
    }

    /// The column in use on `day` with the preference, or margin of preference, of
    /// an agreement for a country of origin: the first where there are several.
    pub fn preference_on(&self, day: Date, agreement: Agreement, origin: Country) -> Option<usize> {
        self.preferences
            .iter()
            .filter(|of| {
                of.agreement == agreement && (of.origins.is_empty() || of.origins.contains(&origin))
            })
            .filter_map(|of| self.in_use(&of.columns, day).next())
            .min()
    }
}

impl From<TariffColumns> for Vec<TariffColumn> {
    fn from(columns: TariffColumns) -> Self {
        columns.list
    }
}

impl Deref for TariffColumns {
    type Target = [TariffColumn];

    fn deref(&self) -> &[TariffColumn] {
        &self.list
    }
}

/// The tariff of one importing country.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "StoredTariff", into = "StoredTariff")]
pub struct TariffTable {
    /// The file's name in the rule tables, such as `jp-2026`.
    pub id: String,
    /// The importing country.
    pub importer: Country,
    /// The edition of its codes.
    pub edition: HsEdition,
    /// The days on which it may be used.
    pub period: Period,
    /// How sure it is.
    pub status: Status,
    /// Where it stands.
    pub citation: CitationId,
    /// Its columns.
    pub columns: TariffColumns,
    /// Its lines in code order.
    pub lines: TariffLines,
    /// The distinct rates; margins are stored as ad valorem percentages.
    pub rates: Vec<Rate>,
}

/// What is stored of [`TariffTable`]: cells that many lines share stand there
/// once.
#[derive(Serialize, Deserialize)]
struct StoredTariff {
    id: String,
    importer: Country,
    edition: HsEdition,
    period: Period,
    status: Status,
    citation: CitationId,
    columns: TariffColumns,
    rates: Vec<Rate>,
    shared: Vec<Vec<u16>>,
    lines: Vec<StoredLine>,
}

/// A line with the position of its cells in [`StoredTariff::shared`].
#[derive(Serialize, Deserialize)]
struct StoredLine {
    code: HsCode,
    season: Option<Season>,
    conditional: bool,
    shared: u32,
}

impl From<StoredTariff> for TariffTable {
    fn from(stored: StoredTariff) -> Self {
        let shared: Vec<Arc<[u16]>> = stored.shared.into_iter().map(Arc::from).collect();
        let cells = |position: u32| {
            usize::try_from(position)
                .ok()
                .and_then(|position| shared.get(position).cloned())
                .unwrap_or_default()
        };
        Self {
            id: stored.id,
            importer: stored.importer,
            edition: stored.edition,
            period: stored.period,
            status: stored.status,
            citation: stored.citation,
            columns: stored.columns,
            rates: stored.rates,
            lines: stored
                .lines
                .into_iter()
                .map(|line| TariffLine {
                    code: line.code,
                    season: line.season,
                    conditional: line.conditional,
                    cells: cells(line.shared),
                })
                .collect(),
        }
    }
}

impl From<TariffTable> for StoredTariff {
    fn from(table: TariffTable) -> Self {
        let mut shared: Vec<Vec<u16>> = Vec::new();
        let mut positions: HashMap<Arc<[u16]>, u32> = HashMap::new();
        let lines = table
            .lines
            .into_iter()
            .map(|line| StoredLine {
                code: line.code,
                season: line.season,
                conditional: line.conditional,
                shared: *positions.entry(line.cells).or_insert_with_key(|cells| {
                    shared.push(cells.to_vec());
                    u32::try_from(shared.len() - 1).unwrap_or(u32::MAX)
                }),
            })
            .collect();
        Self {
            id: table.id,
            importer: table.importer,
            edition: table.edition,
            period: table.period,
            status: table.status,
            citation: table.citation,
            columns: table.columns,
            rates: table.rates,
            shared,
            lines,
        }
    }
}

impl TariffTable {
    /// The lines within `code`, itself included; none when it is longer than the
    /// national codes.
    pub fn lines_within(&self, code: HsCode) -> &[TariffLine] {
        let lines = self.lines.around(code);
        let from = lines.partition_point(|line| line.code < code);
        let rest = lines.get(from..).unwrap_or_default();
        let count = rest.partition_point(|line| line.code.is_within(code));
        rest.get(..count).unwrap_or_default()
    }

    /// The lines of exactly this code; several where it has seasons.
    pub fn lines_with(&self, code: HsCode) -> &[TariffLine] {
        let lines = self.lines.of_headings(code, 1);
        let has_code = |line: &TariffLine| line.code == code;
        let from = lines.iter().position(has_code).unwrap_or(lines.len());
        let rest = lines.get(from..).unwrap_or_default();
        let count = rest.iter().take_while(|line| has_code(line)).count();
        rest.get(..count).unwrap_or_default()
    }

    /// The rate in a column of a line; `None` where the table prints none.
    pub fn rate(&self, line: &TariffLine, column: usize) -> Option<&Rate> {
        let number = *line.cells.get(column)?;
        if number == NO_RATE {
            return None;
        }
        self.rates.get(usize::from(number))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_season_may_run_over_the_new_year() {
        let winter = Season {
            from: (12, 1),
            to: (5, 31),
        };
        assert!(winter.contains(date(2026, 12, 1)) && winter.contains(date(2026, 5, 31)));
        assert!(!winter.contains(date(2026, 6, 1)) && !winter.contains(date(2026, 11, 30)));
        let summer = Season {
            from: (6, 1),
            to: (11, 30),
        };
        assert!(!winter.overlaps(&summer) && !summer.overlaps(&winter));
        assert!(winter.overlaps(&winter));
        assert_eq!((winter.after(), summer.after()), ((6, 1), (12, 1)));
    }
}
