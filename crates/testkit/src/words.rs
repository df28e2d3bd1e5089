//! Whether something is told to people in both languages.

/// What is wrong with a sentence and its Chinese; `None` when the Chinese is
/// Chinese, nothing of the English sentence is left in it, and both name what
/// is `kept`: files, rows, columns, symbols.
pub fn untold(en: &str, zh: &str, kept: &[&str]) -> Option<String> {
    let is_chinese = |c: char| ('\u{4e00}'..='\u{9fff}').contains(&c);
    if !sentence(zh).chars().any(is_chinese) {
        return Some(format!("no Chinese: {zh}"));
    }
    for name in kept {
        for text in [en, zh] {
            if !text.contains(name) {
                return Some(format!("`{name}` is not named: {text}"));
            }
        }
    }
    let chinese = sentence(zh);
    let english = sentence(en);
    let words: Vec<&str> = english.split(' ').collect();
    let is_word = |word: &&str| word.len() > 1 && word.bytes().all(|b| b.is_ascii_lowercase());
    words
        .windows(2)
        .filter(|pair| pair.iter().all(is_word))
        .map(|pair| pair.join(" "))
        .find(|pair| chinese.contains(pair))
        .map(|pair| format!("`{pair}` is left of the English: {zh}"))
}

/// The text without what it quotes.
fn sentence(text: &str) -> String {
    text.split('`').step_by(2).collect()
}

#[cfg(test)]
mod tests {
    use super::untold;

    #[test]
    fn what_is_not_told_is_noticed() {
        let en = "a.csv, row 2: the row has no code: add one";
        for (zh, fault) in [
            ("a.csv, row 2: the row has no code: add one", "no Chinese"),
            ("a.csv, row 2: `没有编码`", "no Chinese"),
            ("b.csv 第 2 行：没有编码", "`a.csv` is not named"),
            ("a.csv 第 2 行：没有编码（the row）", "`the row` is left"),
        ] {
            let found = untold(en, zh, &["a.csv", "2"]).unwrap();
            assert!(found.contains(fault), "{found}");
        }
        assert_eq!(untold(en, "a.csv 第 2 行：没有编码", &["a.csv", "2"]), None);
        // What is quoted stays as it is.
        assert_eq!(untold("`the row` is wrong", "`the row` 有误", &[]), None);
    }
}
