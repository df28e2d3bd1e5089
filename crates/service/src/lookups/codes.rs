//! Finding codes by words: our own short labels for every chapter, the main
//! headings and some subheadings, in both languages. The labels explain; the
//! legal text of the nomenclature is not loaded.

use std::collections::{BTreeMap, BTreeSet};

use originis_exchange::Lang;
use originis_rules_engine::hs::{HsCode, HsEdition};
use originis_rules_engine::rulebook::RuleBook;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::call::{Call, Outcome};

const FILE: &str = include_str!("../../data/labels.csv");

/// Codes that fit a search, best first.
#[derive(Debug, Serialize, JsonSchema)]
pub struct CodeList {
    /// The codes.
    pub codes: Vec<CodeEntry>,
}

/// A code with what it stands for, in a few words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "Code")]
pub struct CodeEntry {
    /// Its digits. Fewer than six stand for a group to choose from.
    pub code: String,
    /// Our short label; null where only its group has one.
    pub label: Option<String>,
    /// The label of the group it belongs to.
    pub within: Option<String>,
}

/// Every label, by digits.
#[derive(Debug)]
pub struct Labels {
    by_code: BTreeMap<String, Label>,
}

#[derive(Debug, Deserialize)]
struct Label {
    code: String,
    label_en: String,
    label_zh: String,
    /// Further words to be found by, separated by semicolons.
    words: String,
}

impl Label {
    fn in_lang(&self, lang: Lang) -> &str {
        match lang {
            Lang::En => &self.label_en,
            Lang::Zh => &self.label_zh,
        }
    }
}

impl Labels {
    /// The labels inside the program.
    ///
    /// # Errors
    /// When the file is not well formed, which a test rules out.
    pub fn shipped() -> Result<Self, csv::Error> {
        let mut by_code = BTreeMap::new();
        for label in csv::Reader::from_reader(FILE.as_bytes()).deserialize::<Label>() {
            let label = label?;
            by_code.insert(label.code.clone(), label);
        }
        Ok(Self { by_code })
    }

    /// The entry for a code; the group is the nearest one with a label.
    fn entry(&self, code: &str, lang: Lang) -> CodeEntry {
        let of = |digits: usize| code.get(..digits).and_then(|group| self.by_code.get(group));
        let within = match code.len() {
            2 => None,
            4 => of(2),
            _ => of(4).or_else(|| of(2)),
        };
        CodeEntry {
            code: code.to_owned(),
            label: self
                .by_code
                .get(code)
                .map(|label| label.in_lang(lang).to_owned()),
            within: within.map(|label| label.in_lang(lang).to_owned()),
        }
    }

    /// Codes that begin with these digits: the next level below, or the code
    /// itself.
    fn below(&self, book: &RuleBook, digits: &str, lang: Lang, limit: usize) -> Vec<CodeEntry> {
        let Some(codes) = book.nomenclature.edition(HsEdition::Hs2022) else {
            return Vec::new();
        };
        let length = match digits.len() {
            0..=1 => 2,
            2..=3 => 4,
            _ => 6,
        };
        let found: BTreeSet<String> = codes
            .codes()
            .iter()
            .map(|subheading| subheading.code().compact())
            .filter(|code| code.starts_with(digits.get(..6).unwrap_or(digits)))
            .filter_map(|code| code.get(..length).map(str::to_owned))
            .collect();
        found
            .iter()
            .take(limit)
            .map(|code| self.entry(code, lang))
            .collect()
    }

    /// Codes whose labels hold the words of a search in either language. Every
    /// word must occur; where none fits wholly, any word will do.
    fn search(&self, text: &str, lang: Lang, limit: usize) -> Vec<CodeEntry> {
        let wanted: Vec<String> = text
            .to_lowercase()
            .split(|character: char| !character.is_alphanumeric())
            .filter(|word| !word.is_empty())
            .map(singular)
            .collect();
        let scored = |all: bool| {
            let mut scored: Vec<(u32, &String)> = self
                .by_code
                .iter()
                .filter_map(|(code, label)| {
                    let scores: Vec<u32> =
                        wanted.iter().map(|word| label_score(label, word)).collect();
                    let hit = scores.iter().filter(|score| **score > 0).count();
                    let enough = if all { hit == wanted.len() } else { hit > 0 };
                    enough.then(|| (scores.iter().sum::<u32>(), code))
                })
                .collect();
            // Best first; among equals headings before their parts and before
            // chapters, then by code.
            scored.sort_by_key(|(score, code)| {
                (
                    std::cmp::Reverse(*score),
                    match code.len() {
                        4 => 0,
                        6 => 1,
                        _ => 2,
                    },
                    (*code).clone(),
                )
            });
            scored
        };
        if wanted.is_empty() {
            return Vec::new();
        }
        let mut found = scored(true);
        if found.is_empty() {
            found = scored(false);
        }
        found
            .into_iter()
            .take(limit)
            .map(|(_, code)| self.entry(code, lang))
            .collect()
    }
}

/// How well a word fits a label: whole word 4, beginning of a word 2, part of
/// Chinese text 3, none 0. A word of the label counts one more than one of the
/// further words.
fn label_score(label: &Label, word: &str) -> u32 {
    let in_text = |text: &str| -> u32 {
        if !word.is_ascii() {
            return if text.contains(word) { 3 } else { 0 };
        }
        let lower = text.to_lowercase();
        lower
            .split(|character: char| !character.is_alphanumeric())
            .map(|known| {
                let known = singular(known);
                if known == word {
                    4
                } else if word.len() >= 3 && known.starts_with(word) {
                    2
                } else {
                    0
                }
            })
            .max()
            .unwrap_or(0)
    };
    let labelled = in_text(&label.label_en).max(in_text(&label.label_zh));
    let further = in_text(&label.words);
    if labelled > 0 {
        labelled.max(further) + 1
    } else {
        further
    }
}

/// English plurals are as good as singulars.
fn singular(word: impl AsRef<str>) -> String {
    let word = word.as_ref();
    if let Some(stem) = word.strip_suffix("ies").filter(|stem| stem.len() >= 3) {
        return format!("{stem}y");
    }
    for ending in ["sses", "shes", "ches", "xes"] {
        if word.ends_with(ending) {
            return word.strip_suffix("es").unwrap_or(word).to_owned();
        }
    }
    word.strip_suffix('s')
        .filter(|stem| stem.len() >= 3 && !stem.ends_with('s'))
        .unwrap_or(word)
        .to_owned()
}

/// `GET /v1/codes`
pub async fn codes(call: &Call) -> Outcome {
    call.owner().await?;
    call.only(&["q", "limit"])?;
    let limit = call.page()?.count;
    let limit = usize::try_from(limit).unwrap_or(20);
    let text = call.parameter("q").unwrap_or_default();
    let digits: String = text
        .chars()
        .filter(|character| !matches!(character, '.' | ' ' | '-'))
        .collect();
    let labels = &call.service.labels;
    let found = if text.parse::<HsCode>().is_ok()
        || (!digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()))
    {
        labels.below(&call.service.book, &digits, call.lang, limit)
    } else {
        labels.search(text, call.lang, limit)
    };
    call.of_the_tables(&CodeList { codes: found })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(text: &str, lang: Lang) -> Vec<String> {
        Labels::shipped()
            .unwrap()
            .search(text, lang, 10)
            .into_iter()
            .map(|entry| entry.code)
            .collect()
    }

    #[test]
    fn every_chapter_has_a_label_and_every_label_both_languages() {
        let labels = Labels::shipped().unwrap();
        for chapter in (1..=97).filter(|chapter| *chapter != 77) {
            assert!(
                labels.by_code.contains_key(&format!("{chapter:02}")),
                "{chapter}"
            );
        }
        for label in labels.by_code.values() {
            assert!(label.label_en.is_ascii(), "{}", label.code);
            assert!(!label.label_zh.is_ascii(), "{}", label.code);
        }
    }

    #[test]
    fn goods_are_found_by_words_in_both_languages() {
        assert_eq!(search("sweaters", Lang::En)[0], "6110");
        assert!(search("cashmere sweater", Lang::En).contains(&"611012".to_owned()));
        assert_eq!(search("毛衣", Lang::Zh)[0], "6110");
        assert!(search("锂电池", Lang::Zh).is_empty() || search("电池", Lang::Zh).len() > 1);
        assert_eq!(search("batteries", Lang::En)[0], "8506");
        assert_eq!(search("laptop", Lang::En)[0], "8471");
        assert!(search("nonexistentword", Lang::En).is_empty());
    }

    #[test]
    fn digits_lead_to_the_next_level_below() {
        let labels = Labels::shipped().unwrap();
        let book = originis_testkit::book();
        let below = |digits: &str| -> Vec<String> {
            labels
                .below(&book, digits, Lang::En, 10)
                .into_iter()
                .map(|entry| entry.code)
                .collect()
        };
        assert!(below("61").contains(&"6110".to_owned()));
        assert_eq!(below("611012"), ["611012"]);
        let entry = &labels.below(&book, "6110", Lang::En, 1)[0];
        assert_eq!(entry.code.len(), 6);
        assert_eq!(
            entry.within.as_deref(),
            Some("Jerseys, pullovers, cardigans")
        );
    }
}
