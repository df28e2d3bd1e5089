//! Tariff tables: the lines of one importing country with their rate columns.

use std::collections::HashMap;
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
    pub columns: Vec<TariffColumn>,
    /// Its lines in code order.
    pub lines: Vec<TariffLine>,
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
    columns: Vec<TariffColumn>,
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
        let from = self.lines.partition_point(|line| line.code < code);
        let rest = self.lines.get(from..).unwrap_or_default();
        let count = rest.partition_point(|line| line.code.is_within(code));
        rest.get(..count).unwrap_or_default()
    }

    /// The lines of exactly this code; several where it has seasons.
    pub fn lines_with(&self, code: HsCode) -> &[TariffLine] {
        let from = self.lines.partition_point(|line| line.code < code);
        let rest = self.lines.get(from..).unwrap_or_default();
        let count = rest.partition_point(|line| line.code == code);
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

    /// Columns in use on `day` that satisfy `wanted`, with their positions.
    pub fn columns_on(
        &self,
        day: Date,
        wanted: impl Fn(&ColumnKind) -> bool,
    ) -> impl Iterator<Item = usize> {
        self.columns
            .iter()
            .enumerate()
            .filter(move |(_, column)| column.period.contains(day) && wanted(&column.kind))
            .map(|(index, _)| index)
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
