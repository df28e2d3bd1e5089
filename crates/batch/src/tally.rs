//! What a run counts: lines and money by everything the report breaks down by,
//! and the lines that deserve attention first.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::hash::QuickMap;
use crate::line::Claimed;
use crate::remark::RemarkKind;

/// What lines are counted by. The order of the fields is the order of the rows
/// in the JSON report.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct CellKey {
    /// The agreement decided under; empty when nothing could be asked.
    pub agreement: String,
    /// Exporting country.
    pub exporter: String,
    /// Importing country.
    pub importer: String,
    /// Chapter of the code, 0 when there is none.
    pub chapter: u8,
    /// Year and month, such as `2026-07`; empty when the day is not known.
    pub month: String,
    /// Verdict.
    pub verdict: String,
    /// First criterion met; empty when none.
    pub criterion: String,
    /// Outcome of the claim.
    pub claim: String,
    /// What the declaration says about preference.
    pub claimed: Claimed,
    /// What is known of the rate.
    pub rate_status: String,
    /// Whether the most-favoured-nation duty is as low as the preference.
    pub mfn_as_good: bool,
    /// Currency of the amounts; empty when not stated.
    pub currency: String,
    /// Facts missing, without the number of the material.
    pub missing: Vec<String>,
    /// Tests that stand in the way of the claim.
    pub blockers: Vec<String>,
}

/// Counts of one cell. Amounts are in ten-thousandths of the currency unit.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Cell {
    /// Lines.
    pub lines: u64,
    /// Lines whose saving is known.
    pub with_saving: u64,
    /// Duty the preference saves, on the customs value.
    pub saving: i128,
    /// Lines whose saving is only known from FOB, below the customs value where
    /// duty is charged on CIF.
    pub with_least: u64,
    /// Duty the preference saves on FOB, for those lines.
    pub saving_at_least: i128,
    /// Sum of the values the savings were taken of.
    pub value: i128,
}

impl Cell {
    /// Adds another count.
    pub fn add(&mut self, other: &Self) {
        self.lines += other.lines;
        self.with_saving += other.with_saving;
        self.saving += other.saving;
        self.with_least += other.with_least;
        self.saving_at_least += other.saving_at_least;
        self.value += other.value;
    }

    /// What is saved at least.
    pub const fn known_saving(&self) -> i128 {
        self.saving + self.saving_at_least
    }
}

/// Why a line is listed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Attention {
    /// It qualifies and no preference is claimed.
    MissedBenefit,
    /// A preference is claimed that the facts do not support.
    ClaimAtRisk,
    /// It was marked "not sure" and can now be decided.
    NowDecidable,
    /// Facts are missing, and a saving depends on them.
    NeedsFacts,
}

impl Attention {
    /// Every reason, most pressing first.
    pub const ALL: [Self; 4] = [
        Self::ClaimAtRisk,
        Self::MissedBenefit,
        Self::NowDecidable,
        Self::NeedsFacts,
    ];
}

/// A line listed by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedLine {
    /// Amount it is ranked by, in ten-thousandths of the currency unit.
    pub amount: i128,
    /// Row in the file.
    pub row: u64,
    /// Declaration and item number, where the file has them.
    pub key: String,
    /// Code.
    pub hs: String,
    /// Exporting country.
    pub from: String,
    /// Importing country.
    pub to: String,
    /// Agreement.
    pub agreement: String,
    /// Verdict.
    pub verdict: String,
    /// Missing facts or blockers.
    pub detail: Vec<String>,
}

/// How many lines are listed for each reason and currency.
pub const LISTED: usize = 100;

/// The lines with the largest amounts; of equal amounts the earlier row.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Top(pub Vec<ListedLine>);

impl Top {
    /// Whether a line of this amount and row would be listed.
    pub fn admits(&self, amount: i128, row: u64) -> bool {
        self.0.len() < LISTED
            || self
                .0
                .last()
                .is_some_and(|last| (-amount, row) < (-last.amount, last.row))
    }

    /// The amount a later line must exceed to be listed; `None` while there is
    /// room.
    pub fn floor(&self) -> Option<i128> {
        (self.0.len() >= LISTED)
            .then(|| self.0.last().map(|last| last.amount))
            .flatten()
    }

    /// Lists a line, dropping the last one when there are too many.
    pub fn insert(&mut self, line: ListedLine) {
        let position = self
            .0
            .partition_point(|known| (-known.amount, known.row) < (-line.amount, line.row));
        self.0.insert(position, line);
        self.0.truncate(LISTED);
    }
}

/// The counts of a whole run, in a form that can be stored and continued.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tally {
    /// Counts by cell.
    #[serde(with = "pairs")]
    pub cells: BTreeMap<CellKey, Cell>,
    /// Remarks by kind, with the first row of each.
    pub remarks: BTreeMap<RemarkKind, (u64, u64)>,
    /// Lines listed, by reason and currency.
    #[serde(with = "pairs")]
    pub listed: BTreeMap<(Attention, String), Top>,
    /// Rows that could not be used, or only in part.
    pub defective: u64,
    /// Lines that need facts.
    pub needing_facts: u64,
    /// Lines read.
    pub lines: u64,
}

impl Tally {
    /// Adds the counts of a worker.
    pub fn add(&mut self, other: Self) {
        for (key, cell) in other.cells {
            self.cells.entry(key).or_default().add(&cell);
        }
        for (kind, (count, first)) in other.remarks {
            let entry = self.remarks.entry(kind).or_insert((0, first));
            entry.0 += count;
            entry.1 = entry.1.min(first);
        }
        for (reason, top) in other.listed {
            let list = self.listed.entry(reason).or_default();
            for line in top.0 {
                list.insert(line);
            }
        }
        self.defective += other.defective;
        self.needing_facts += other.needing_facts;
        self.lines += other.lines;
    }
}

/// JSON has no map with such keys: stored as a list of pairs.
mod pairs {
    use std::collections::BTreeMap;

    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn serialize<K, V, S>(map: &BTreeMap<K, V>, serializer: S) -> Result<S::Ok, S::Error>
    where
        K: Serialize,
        V: Serialize,
        S: Serializer,
    {
        serializer.collect_seq(map)
    }

    pub fn deserialize<'de, K, V, D>(deserializer: D) -> Result<BTreeMap<K, V>, D::Error>
    where
        K: Deserialize<'de> + Ord,
        V: Deserialize<'de>,
        D: Deserializer<'de>,
    {
        Vec::<(K, V)>::deserialize(deserializer).map(|pairs| pairs.into_iter().collect())
    }
}

/// The counts of one worker: cells by number, so that a line adds to its cell
/// without looking it up.
#[derive(Debug, Default)]
pub struct WorkerTally {
    numbers: QuickMap<CellKey, usize>,
    keys: Vec<CellKey>,
    /// The counts of each key; apart, because they alone are touched for every
    /// line.
    cells: Vec<Cell>,
    /// Everything that is not counted by cell.
    pub rest: Tally,
}

impl WorkerTally {
    /// The number of a cell.
    pub fn cell(&mut self, key: CellKey) -> usize {
        if let Some(number) = self.numbers.get(&key) {
            return *number;
        }
        let number = self.cells.len();
        self.cells.push(Cell::default());
        self.keys.push(key.clone());
        self.numbers.insert(key, number);
        number
    }

    /// The counts of a cell.
    pub fn counts(&mut self, number: usize) -> Option<&mut Cell> {
        self.cells.get_mut(number)
    }

    /// What the cell counts.
    pub fn key(&self, number: usize) -> Option<&CellKey> {
        self.keys.get(number)
    }

    /// The counts in the form of a whole run.
    pub fn finish(self) -> Tally {
        let mut tally = self.rest;
        for (key, cell) in self.keys.into_iter().zip(self.cells) {
            tally.cells.entry(key).or_default().add(&cell);
        }
        tally
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(amount: i128, row: u64) -> ListedLine {
        ListedLine {
            amount,
            row,
            key: String::new(),
            hs: String::new(),
            from: String::new(),
            to: String::new(),
            agreement: String::new(),
            verdict: String::new(),
            detail: Vec::new(),
        }
    }

    #[test]
    fn the_list_is_the_same_in_whatever_order_lines_come() {
        let amounts: Vec<(i128, u64)> = (0..300).map(|n| (i128::from(n * 7 % 50), n)).collect();
        let mut forward = Top::default();
        let mut backward = Top::default();
        for (amount, row) in &amounts {
            if forward.admits(*amount, *row) {
                forward.insert(line(*amount, *row));
            }
        }
        for (amount, row) in amounts.iter().rev() {
            if backward.admits(*amount, *row) {
                backward.insert(line(*amount, *row));
            }
        }
        assert_eq!(forward, backward);
        assert_eq!(forward.0.len(), LISTED);
        assert_eq!(forward.0[0].amount, 49);
    }

    #[test]
    fn a_stored_tally_continues_where_it_stopped() {
        let mut tally = Tally::default();
        tally.remarks.insert(RemarkKind::HsLength, (3, 7));
        tally
            .listed
            .entry((Attention::MissedBenefit, "USD".to_owned()))
            .or_default()
            .insert(line(5, 9));
        let stored = serde_json::to_string(&tally).unwrap();
        assert_eq!(serde_json::from_str::<Tally>(&stored).unwrap(), tally);
    }
}
