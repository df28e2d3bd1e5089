//! Text in columns where a Chinese character takes two cells.

use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

/// Cells a text takes on a terminal.
pub fn width(text: &str) -> usize {
    UnicodeWidthStr::width(text)
}

/// The text with spaces after it, at least `cells` wide.
pub fn pad(text: &str, cells: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', cells.saturating_sub(width(text))));
    padded
}

/// The text with spaces before it, at least `cells` wide.
pub fn pad_left(text: &str, cells: usize) -> String {
    let mut padded: String = std::iter::repeat_n(' ', cells.saturating_sub(width(text))).collect();
    padded.push_str(text);
    padded
}

/// The text cut to `cells`, with an ellipsis where something was left out.
pub fn cut(text: &str, cells: usize) -> String {
    if width(text) <= cells {
        return text.to_owned();
    }
    let mut kept = String::new();
    let mut taken = 1;
    for character in text.chars() {
        let next = character.width().unwrap_or_default();
        if taken + next > cells {
            break;
        }
        taken += next;
        kept.push(character);
    }
    kept.push('…');
    kept
}

/// Whether a line may be broken on both sides of the character.
fn stands_alone(character: char) -> bool {
    matches!(character, '\u{3000}'..='\u{9fff}' | '\u{f900}'..='\u{faff}' | '\u{ff00}'..='\u{ffef}')
}

/// Whether the character may not begin a line.
fn closes(character: char) -> bool {
    "，。；：、！？）〕】》”’％…".contains(character)
}

/// Whether the character may not end a line.
fn opens(character: char) -> bool {
    "（〔【《“‘".contains(character)
}

/// A piece that is never broken, and whether a space stood before it.
struct Piece {
    text: String,
    spaced: bool,
}

fn pieces(text: &str) -> Vec<Piece> {
    let mut pieces: Vec<Piece> = Vec::new();
    let mut spaced = false;
    // Whether the next character may join the last piece.
    let mut open = false;
    for character in text.chars() {
        if character.is_whitespace() {
            spaced = true;
            open = false;
            continue;
        }
        // A percentage stays on one line with its sign.
        if let ('%', Some(last)) = (character, pieces.last_mut()) {
            if spaced {
                last.text.push(' ');
            }
            last.text.push('%');
            (spaced, open) = (false, true);
            continue;
        }
        let alone = stands_alone(character);
        let joins = !spaced
            && (open || closes(character))
            && (!alone || closes(character) || pieces.last().is_some_and(ends_open));
        match pieces.last_mut() {
            Some(last) if joins => last.text.push(character),
            _ => pieces.push(Piece {
                text: character.to_string(),
                spaced,
            }),
        }
        open = !alone || opens(character);
        spaced = false;
    }
    pieces
}

fn ends_open(piece: &Piece) -> bool {
    piece.text.chars().last().is_some_and(opens)
}

/// The text in lines of at most `cells`, broken at spaces and between Chinese
/// characters; a longer word stays whole.
pub fn wrap(text: &str, cells: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut taken = 0;
    for piece in pieces(text) {
        let space = usize::from(piece.spaced && !line.is_empty());
        let wide = width(&piece.text);
        if !line.is_empty() && taken + space + wide > cells {
            lines.push(std::mem::take(&mut line));
            taken = 0;
        } else if space == 1 {
            line.push(' ');
            taken += 1;
        }
        line.push_str(&piece.text);
        taken += wide;
    }
    if !line.is_empty() || lines.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_chinese_character_takes_two_cells() {
        assert_eq!(pad("羊绒纱", 8), "羊绒纱  ");
        assert_eq!(pad_left("羊绒", 6), "  羊绒");
        assert_eq!(cut("羊绒针织套头衫", 7), "羊绒针…");
        assert_eq!(width(&cut("cashmere pullover", 9)), 9);
    }

    #[test]
    fn lines_break_at_spaces_and_between_chinese_characters() {
        assert_eq!(wrap("one two  three", 7), ["one two", "three"]);
        let lines = wrap(
            "每项非原产材料与货物归入不同的品目（前四位），且均不属于品目 55.09 至 55.11。",
            20,
        );
        assert!(lines.iter().all(|line| width(line) <= 20), "{lines:?}");
        assert!(
            lines.iter().all(|line| !line.starts_with(closes)),
            "{lines:?}"
        );
        assert!(lines.iter().all(|line| !line.ends_with(opens)), "{lines:?}");
        assert_eq!(wrap("is 40.00 % here", 8), ["is", "40.00 %", "here"]);
        assert_eq!(wrap("", 10), [""]);
        assert_eq!(wrap("unbreakable", 4), ["unbreakable"]);
    }

    #[test]
    fn wrapping_loses_no_character() {
        for text in ["不计（运输包装）。", "a（b）c", "x 羊绒 y", "“引用”后文"]
        {
            let kept: String = wrap(text, 3).concat();
            let all: String = text.chars().filter(|c| !c.is_whitespace()).collect();
            assert_eq!(kept.replace(' ', ""), all);
        }
    }
}
