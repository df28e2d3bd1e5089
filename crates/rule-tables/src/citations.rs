//! Numbers the citations of all tables, each text once.

use std::collections::HashMap;

use originis_rules_engine::agreement::CitationId;

/// The citations met so far.
#[derive(Debug, Default)]
pub struct Citations {
    texts: Vec<String>,
    numbers: HashMap<String, CitationId>,
}

impl Citations {
    /// The number of a citation, new or known.
    pub fn number(&mut self, text: &str) -> CitationId {
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let number = CitationId(u16::try_from(self.texts.len()).unwrap_or(u16::MAX));
        self.texts.push(text.to_owned());
        self.numbers.insert(text.to_owned(), number);
        number
    }

    /// The texts in the order of their numbers.
    pub fn into_texts(self) -> Vec<String> {
        self.texts
    }
}
