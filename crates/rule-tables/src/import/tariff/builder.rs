//! Collects the cells of a tariff in any order and puts them in code order.

use std::collections::{BTreeMap, HashMap};

use originis_rules_engine::hs::HsCode;
use originis_rules_engine::rate::Rate;
use originis_rules_engine::tariff::{NO_RATE, Season, TariffLine};

use crate::bilingual::Text;

/// Why a cell was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CellError {
    /// The line already has a rate in the column.
    Taken,
    /// More distinct rates than a table can number.
    TooManyRates,
}

impl CellError {
    /// What is wrong and what to do.
    pub fn message(self) -> Text {
        match self {
            Self::Taken => Text::new(
                "the code already has a rate in this column and season: keep one of the two rows",
                "该编码在此列、此季节已有税率：请在两行中保留一行",
            ),
            Self::TooManyRates => Text::new(
                "the table has more than 65,535 different rates: split it into several tables",
                "表中不同的税率超过 65,535 种：请拆分为几个表",
            ),
        }
    }
}

/// A row of the table: its code and the (month, day) ends of its season.
type Key = (HsCode, Option<[u8; 4]>);

#[derive(Debug)]
struct Line {
    conditional: bool,
    cells: Vec<u16>,
}

const fn season_of([from_month, from_day, to_month, to_day]: [u8; 4]) -> Season {
    Season {
        from: (from_month, from_day),
        to: (to_month, to_day),
    }
}

/// Lines and distinct rates in the making.
#[derive(Debug, Default)]
pub struct TableBuilder {
    width: usize,
    lines: BTreeMap<Key, Line>,
    rates: Vec<Rate>,
    numbers: HashMap<Rate, u16>,
}

impl TableBuilder {
    /// An empty table of `width` columns.
    pub fn new(width: usize) -> Self {
        Self {
            width,
            ..Self::default()
        }
    }

    fn line(&mut self, code: HsCode, season: Option<Season>) -> &mut Line {
        let season = season.map(|season| [season.from.0, season.from.1, season.to.0, season.to.1]);
        let width = self.width;
        self.lines.entry((code, season)).or_insert_with(|| Line {
            conditional: false,
            cells: vec![NO_RATE; width],
        })
    }

    /// The rate already set in a cell.
    pub fn get(&self, code: HsCode, column: usize) -> Option<&Rate> {
        let line = self.lines.get(&(code, None))?;
        self.rates.get(usize::from(*line.cells.get(column)?))
    }

    /// Whether a row of the code already holds for some of the days.
    pub fn clashes(&self, code: HsCode, season: Option<Season>) -> bool {
        self.lines
            .range((code, None)..=(code, Some([u8::MAX; 4])))
            .any(|((_, earlier), _)| match (earlier.map(season_of), season) {
                (Some(earlier), Some(season)) => earlier.overlaps(&season),
                _ => true,
            })
    }

    /// Makes sure the line exists, even without a rate.
    pub fn add_line(&mut self, code: HsCode, season: Option<Season>) {
        self.line(code, season);
    }

    /// Sets an empty cell.
    ///
    /// # Errors
    /// [`CellError`]; the table is unchanged.
    pub fn set(
        &mut self,
        code: HsCode,
        season: Option<Season>,
        column: usize,
        rate: Rate,
    ) -> Result<(), CellError> {
        let taken = |cell: &u16| *cell != NO_RATE;
        if self.line(code, season).cells.get(column).is_none_or(taken) {
            return Err(CellError::Taken);
        }
        self.replace(code, season, column, rate)
    }

    /// Sets a cell, whatever it holds.
    ///
    /// # Errors
    /// [`CellError::TooManyRates`].
    pub fn replace(
        &mut self,
        code: HsCode,
        season: Option<Season>,
        column: usize,
        rate: Rate,
    ) -> Result<(), CellError> {
        let number = match self.numbers.get(&rate) {
            Some(number) => *number,
            None => {
                let number = u16::try_from(self.rates.len())
                    .ok()
                    .filter(|number| *number != NO_RATE)
                    .ok_or(CellError::TooManyRates)?;
                self.rates.push(rate.clone());
                self.numbers.insert(rate, number);
                number
            }
        };
        if let Some(cell) = self.line(code, season).cells.get_mut(column) {
            *cell = number;
        }
        Ok(())
    }

    /// Marks a line as covering only part of its code.
    pub fn mark_conditional(&mut self, code: HsCode, season: Option<Season>) {
        self.line(code, season).conditional = true;
    }

    /// The lines in code order and the distinct rates.
    pub fn finish(self) -> (Vec<TariffLine>, Vec<Rate>) {
        let lines = self
            .lines
            .into_iter()
            .map(|((code, season), line)| TariffLine {
                code,
                season: season.map(season_of),
                conditional: line.conditional,
                cells: line.cells.into(),
            })
            .collect();
        (lines, self.rates)
    }
}
