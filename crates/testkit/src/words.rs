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
