//! The result columns, and which of them a run appends.

use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};
use thiserror::Error;

/// One result column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResultColumn {
    /// The agreement decided under.
    Agreement,
    /// The verdict on origin.
    Verdict,
    /// The origin criterion.
    Criterion,
    /// The product-specific rule.
    Rule,
    /// Every test with its outcome, and remarks on the line.
    Findings,
    /// The facts that are missing.
    Missing,
    /// The RCEP country of origin.
    CountryOfOrigin,
    /// The most-favoured-nation rate.
    MfnRate,
    /// The preferential rate.
    PrefRate,
    /// The duty saved, in the currency of the line.
    Saving,
    /// Whether the preference can be claimed.
    Claim,
    /// The identifier of the decision.
    DecisionId,
}

impl ResultColumn {
    /// All of them with their names, in the order of the contract.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Agreement, "roo_agreement"),
        (Self::Verdict, "roo_verdict"),
        (Self::Criterion, "roo_criterion"),
        (Self::Rule, "roo_rule"),
        (Self::Findings, "roo_findings"),
        (Self::Missing, "roo_missing"),
        (Self::CountryOfOrigin, "roo_country_of_origin"),
        (Self::MfnRate, "roo_mfn_rate"),
        (Self::PrefRate, "roo_pref_rate"),
        (Self::Saving, "roo_saving"),
        (Self::Claim, "roo_claim"),
        (Self::DecisionId, "roo_decision_id"),
    ];
}

/// The name of a result column without `roo_`.
pub fn bare(name: &str) -> &str {
    name.strip_prefix("roo_").unwrap_or(name)
}

/// The result columns a run appends, always in the order of the contract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct ResultColumns([bool; ResultColumn::ALL.len()]);

impl Default for ResultColumns {
    /// All of them.
    fn default() -> Self {
        Self([true; ResultColumn::ALL.len()])
    }
}

impl ResultColumns {
    /// Whether a column is appended.
    pub fn has(&self, column: ResultColumn) -> bool {
        self.0.get(column as usize) == Some(&true)
    }

    /// The names of those appended.
    pub fn names(self) -> impl Iterator<Item = &'static str> {
        ResultColumn::ALL
            .into_iter()
            .filter(move |(column, _)| self.has(*column))
            .map(|(_, name)| name)
    }
}

impl fmt::Display for ResultColumns {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.names().collect::<Vec<_>>().join(","))
    }
}

impl From<ResultColumns> for String {
    fn from(columns: ResultColumns) -> Self {
        columns.to_string()
    }
}

impl TryFrom<String> for ResultColumns {
    type Error = NoResultColumn;

    fn try_from(text: String) -> Result<Self, NoResultColumn> {
        text.parse()
    }
}

/// A name that is no result column.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct NoResultColumn {
    /// The name.
    pub name: String,
}

impl FromStr for ResultColumns {
    type Err = NoResultColumn;

    /// Reads names separated by commas, with or without `roo_`.
    fn from_str(text: &str) -> Result<Self, NoResultColumn> {
        let mut wanted = [false; ResultColumn::ALL.len()];
        for name in text.split(',').map(str::trim) {
            let slot = ResultColumn::ALL
                .iter()
                .position(|(_, known)| *known == name || bare(known) == name)
                .and_then(|position| wanted.get_mut(position));
            *slot.ok_or_else(|| NoResultColumn {
                name: name.to_owned(),
            })? = true;
        }
        Ok(Self(wanted))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_stand_in_the_order_of_the_contract_whatever_the_order_of_the_names() {
        let some: ResultColumns = "decision_id, roo_verdict".parse().unwrap();
        assert_eq!(
            some.names().collect::<Vec<_>>(),
            ["roo_verdict", "roo_decision_id"]
        );
        assert_eq!(some.to_string().parse(), Ok(some));
        assert_eq!(ResultColumns::default().names().count(), 12);
        for (number, (column, _)) in ResultColumn::ALL.into_iter().enumerate() {
            assert_eq!(column as usize, number);
        }
    }

    #[test]
    fn a_name_that_is_none_is_refused_with_the_names_that_are() {
        for text in ["verdict,colour", ""] {
            let error = text.parse::<ResultColumns>().unwrap_err().to_string();
            assert!(error.contains("verdict,criterion,rule"), "{error}");
        }
    }
}
