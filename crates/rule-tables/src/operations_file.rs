//! The vocabulary of minimal operations (`operations.toml`).

use std::collections::BTreeMap;

use originis_rules_engine::agreement::{Agreement, CitationId};
use originis_rules_engine::facts::Operation;
use originis_rules_engine::rulebook::OperationWord;
use serde::Deserialize;
use toml::Spanned;

use crate::bilingual::Text;
use crate::citations::Citations;
use crate::problem::Problem;
use crate::toml_values::TomlFile;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationsFile {
    operation: Vec<OperationRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct OperationRow {
    word: Spanned<String>,
    label_en: Spanned<String>,
    label_zh: Spanned<String>,
    /// Citation of the list of each agreement the operation is on.
    lists: BTreeMap<Spanned<String>, Spanned<String>>,
}

/// The words and the agreements whose list of minimal operations they are on.
#[derive(Debug, Default)]
pub struct Operations {
    /// The vocabulary.
    pub words: Vec<OperationWord>,
    /// Listed operations with their citation.
    pub listed: Vec<(Agreement, Operation, CitationId)>,
}

/// Reads the vocabulary.
pub fn read(
    file: &str,
    text: &str,
    citations: &mut Citations,
    problems: &mut Vec<Problem>,
) -> Operations {
    let (toml, rows) = match TomlFile::read::<OperationsFile>(file, text) {
        Ok(read) => read,
        Err(problem) => {
            problems.push(problem);
            return Operations::default();
        }
    };
    let mut operations = Operations::default();
    for (number, row) in (1_u16..).zip(&rows.operation) {
        let operation = Operation(number);
        let word = row.word.get_ref();
        let well_formed = !word.is_empty()
            && word
                .chars()
                .all(|character| character.is_ascii_lowercase() || character == '_');
        if !well_formed {
            problems.push(toml.problem(
                "word",
                &row.word,
                Text::new(
                    format!("`{word}` is not an operation word: use lowercase letters and `_`"),
                    format!("`{word}` 不是加工工序用词：请只用小写字母和 `_`"),
                ),
            ));
        }
        if operations.words.iter().any(|known| known.word == *word) {
            problems.push(toml.problem(
                "word",
                &row.word,
                Text::new(
                    format!("`{word}` is listed twice: join the rows"),
                    format!("`{word}` 重复列出：请合并两行"),
                ),
            ));
        }
        for (key, label) in [("label_en", &row.label_en), ("label_zh", &row.label_zh)] {
            if label.get_ref().trim().is_empty() {
                problems.push(toml.problem(
                    key,
                    label,
                    Text::new(
                        "is empty: every word has a label in both languages",
                        "为空：每个用词都须有中英文名称",
                    ),
                ));
            }
        }
        for (agreement, citation) in &row.lists {
            if let Some(agreement) = toml.parse("lists", agreement, problems) {
                let citation = citations.number(citation.get_ref());
                operations.listed.push((agreement, operation, citation));
            }
        }
        operations.words.push(OperationWord {
            operation,
            word: word.clone(),
            label_en: row.label_en.get_ref().clone(),
            label_zh: row.label_zh.get_ref().clone(),
        });
    }
    operations
}
