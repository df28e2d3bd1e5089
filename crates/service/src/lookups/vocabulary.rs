//! The words a request may use, with labels: what the page offers to choose from.

use std::collections::BTreeSet;

use originis_exchange::wording;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Outcome};
use crate::problem::Problem;

const OBTAINED: &str = include_str!("../../data/obtained.toml");

/// The words a request may use.
#[derive(Debug, Serialize, JsonSchema)]
pub struct Vocabulary {
    /// The agreements loaded.
    pub agreements: Vec<String>,
    /// Countries that are a Party to at least one of them.
    pub parties: Vec<String>,
    /// Every country and territory a material may come from.
    pub countries: Vec<CountryEntry>,
    /// Operations on the lists of minimal operations.
    pub operations: Vec<OperationEntry>,
    /// Types of proof of origin.
    pub proofs: Vec<String>,
    /// Ways a good may be wholly obtained.
    pub obtained: Vec<ObtainedEntry>,
}

/// A country or territory.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "CountryName")]
pub struct CountryEntry {
    /// Its code of two letters (ISO 3166-1).
    pub code: &'static str,
    /// Its name.
    pub name: &'static str,
    /// Its name in the other language, which people write as well.
    pub also: &'static str,
}

/// An operation that does not confer origin by itself.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "OperationWord")]
pub struct OperationEntry {
    /// The word in requests.
    pub word: String,
    /// The same for people.
    pub label: String,
}

/// A way a good may be wholly obtained, with the letter of each agreement.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "ObtainedWay")]
pub struct ObtainedEntry {
    /// Its name.
    pub id: String,
    /// The same for people.
    pub label: String,
    /// The letter in RCEP Article 3.3.
    #[serde(rename = "RCEP")]
    pub rcep: Option<String>,
    /// The letter in APTA Rule 2.
    #[serde(rename = "APTA")]
    pub apta: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ObtainedFile {
    way: Vec<Way>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Way {
    id: String,
    label_en: String,
    label_zh: String,
    #[serde(rename = "RCEP")]
    rcep: Option<String>,
    #[serde(rename = "APTA")]
    apta: Option<String>,
}

/// `GET /v1/vocabulary`
pub async fn vocabulary(call: &Call) -> Outcome {
    call.owner().await?;
    call.only(&[])?;
    let book = &call.service.book;
    let pick = |en: &str, zh: &str| call.lang.pick(en, zh).to_owned();
    let ways: ObtainedFile = toml::from_str(OBTAINED).map_err(|error| Problem::internal(&error))?;
    let parties: BTreeSet<String> = book
        .agreements
        .iter()
        .flat_map(|agreement| agreement.parties.iter())
        .map(|party| party.country.to_string())
        .collect();
    call.of_the_tables(&Vocabulary {
        agreements: book
            .agreements
            .iter()
            .map(|agreement| agreement.agreement.name().to_owned())
            .collect(),
        parties: parties.into_iter().collect(),
        countries: wording::countries()
            .map(|(code, en, zh)| CountryEntry {
                code,
                name: call.lang.pick(en, zh),
                also: call.lang.pick(zh, en),
            })
            .collect(),
        operations: book
            .operations
            .iter()
            .map(|operation| OperationEntry {
                word: operation.word.clone(),
                label: pick(&operation.label_en, &operation.label_zh),
            })
            .collect(),
        proofs: [
            "certificate",
            "approved_exporter",
            "exporter_declaration",
            "importer_declaration",
            "back_to_back",
            "none",
        ]
        .map(str::to_owned)
        .to_vec(),
        obtained: ways
            .way
            .into_iter()
            .map(|way| ObtainedEntry {
                label: pick(&way.label_en, &way.label_zh),
                id: way.id,
                rcep: way.rcep,
                apta: way.apta,
            })
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_letters_are_grounds_of_the_law() {
        let book = originis_rule_tables::shipped().unwrap();
        let ways: ObtainedFile = toml::from_str(OBTAINED).unwrap();
        let mut used = Vec::new();
        for way in &ways.way {
            for (agreement, letter) in [(0, &way.rcep), (1, &way.apta)] {
                let Some(letter) = letter else { continue };
                let known = book.agreements[agreement]
                    .grounds
                    .iter()
                    .any(|ground| letter == &ground.letter.to_string());
                assert!(known, "{}: {letter}", way.id);
                used.push((agreement, letter.clone()));
            }
        }
        // Every ground of RCEP can be chosen.
        for ground in &book.agreements[0].grounds {
            assert!(used.contains(&(0, ground.letter.to_string())));
        }
    }
}
