//! Text made safe for the HTML pages the product writes: reports, certificate
//! sheets, lessons.

/// The text with the characters that mean something in HTML, inside elements
/// and quoted attributes alike, replaced by their entities.
pub fn escape(text: &str) -> String {
    let mut safe = String::with_capacity(text.len());
    for character in text.chars() {
        match character {
            '&' => safe.push_str("&amp;"),
            '<' => safe.push_str("&lt;"),
            '>' => safe.push_str("&gt;"),
            '"' => safe.push_str("&quot;"),
            '\'' => safe.push_str("&#39;"),
            other => safe.push(other),
        }
    }
    safe
}

#[cfg(test)]
mod tests {
    use super::escape;

    #[test]
    fn markup_from_a_file_stays_text() {
        assert_eq!(
            escape("<b title=\"x\">R&D's</b>"),
            "&lt;b title=&quot;x&quot;&gt;R&amp;D&#39;s&lt;/b&gt;"
        );
        assert_eq!(escape("羊绒"), "羊绒");
    }
}
