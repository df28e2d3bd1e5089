//! Charts as inline SVG, drawn from whole numbers.

use std::fmt::Write;

use originis_exchange::columns::width;
use originis_exchange::html::escape;

/// Width of the bars, in user units.
const BAR: u128 = 420;
/// Height of one row.
const ROW: usize = 26;
/// Where the bars begin.
const LEFT: usize = 190;

/// One part of a bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its length.
    pub value: u128,
    /// Class of its colour.
    pub class: &'static str,
    /// What it is, shown when pointed at.
    pub title: String,
}

/// One bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bar {
    /// Its label.
    pub label: String,
    /// Its parts, from the left.
    pub parts: Vec<Part>,
    /// The number written behind it.
    pub note: String,
}

/// Horizontal bars on one scale.
pub fn bars(title: &str, bars: &[Bar]) -> String {
    let most = bars
        .iter()
        .map(|bar| bar.parts.iter().map(|part| part.value).sum::<u128>())
        .max()
        .unwrap_or_default();
    if most == 0 {
        return String::new();
    }
    let height = bars.len() * ROW + 8;
    let mut svg = format!(
        "<svg role=\"img\" aria-label=\"{}\" viewBox=\"0 0 800 {height}\" width=\"100%\">",
        escape(title)
    );
    for (index, bar) in bars.iter().enumerate() {
        let top = index * ROW + 4;
        let base = top + 15;
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{base}\" text-anchor=\"end\">{}<title>{}</title></text>",
            LEFT - 8,
            escape(&shortened(&bar.label)),
            escape(&bar.label)
        );
        let mut x = LEFT as u128;
        for part in &bar.parts {
            // A part that exists is never drawn as nothing.
            let width = if part.value == 0 {
                0
            } else {
                (part.value * BAR / most).max(1)
            };
            if width > 0 {
                let _ = write!(
                    svg,
                    "<rect class=\"{}\" x=\"{x}\" y=\"{top}\" width=\"{width}\" height=\"20\"><title>{}</title></rect>",
                    part.class,
                    escape(&part.title)
                );
            }
            x += width;
        }
        let _ = write!(
            svg,
            "<text x=\"{}\" y=\"{base}\">{}</text>",
            x + 8,
            escape(&bar.note)
        );
    }
    svg.push_str("</svg>");
    svg
}

fn shortened(label: &str) -> String {
    // Chinese characters take the room of two others.
    const LONGEST: usize = 26;
    if width(label) <= LONGEST {
        return label.to_owned();
    }
    let mut short = String::new();
    for character in label.chars() {
        short.push(character);
        if width(&short) >= LONGEST {
            short.pop();
            break;
        }
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bar(label: &str, values: [u128; 2]) -> Bar {
        Bar {
            label: label.to_owned(),
            parts: values
                .map(|value| Part {
                    value,
                    class: "yes",
                    title: value.to_string(),
                })
                .to_vec(),
            note: String::new(),
        }
    }

    #[test]
    fn the_longest_bar_fills_the_width_and_none_vanishes() {
        let svg = bars("x", &[bar("<a>", [1000, 1000]), bar("b", [1, 0])]);
        assert!(svg.contains("width=\"210\""), "{svg}");
        assert!(svg.contains("width=\"1\""));
        assert!(svg.contains("&lt;a&gt;") && !svg.contains("<a>"));
        assert_eq!(svg.matches("<rect").count(), 3);
        assert_eq!(bars("x", &[bar("a", [0, 0])]), "");
    }
}
