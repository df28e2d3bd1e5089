//! Splitting delimited text into records and fields without copying, so that a
//! record can be written out again byte for byte.
//!
//! A quotation mark opens a quoted field only at the beginning of a field and is
//! an ordinary character elsewhere, as spreadsheets and the `csv` crate read it.

use memchr::{memchr, memchr2};

/// The quotation mark.
const QUOTE: u8 = b'"';

/// Where one field stands in its record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Span {
    /// First byte, inside the quotation marks of a quoted field.
    pub start: usize,
    /// One past the last byte.
    pub end: usize,
    /// Whether doubled quotation marks must be halved to read it.
    pub escaped: bool,
    /// Position of the field in the record including its quotation mark.
    pub outer: usize,
}

/// One record found in a text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Record {
    /// First byte of the record in the text.
    pub start: usize,
    /// One past its last byte, without the line ending.
    pub end: usize,
    /// One past its line ending.
    pub next: usize,
    /// Whether a quotation mark was opened and not closed.
    pub unterminated: bool,
}

/// Finds the record that begins at `start` and its fields, whose spans are
/// positions in `text`. `None` at the end of the text.
pub fn next_record(
    text: &[u8],
    start: usize,
    delimiter: u8,
    fields: &mut Vec<Span>,
) -> Option<Record> {
    fields.clear();
    if start >= text.len() {
        return None;
    }
    let mut outer = start;
    let mut at = start;
    // Fields are short, so that looking at eight bytes at once is quicker than a
    // search for each.
    while let Some(word) = word_at(text, at) {
        let mut marks =
            bytes_equal(word, delimiter) | bytes_equal(word, b'\n') | bytes_equal(word, QUOTE);
        while marks != 0 {
            let offset = marks.trailing_zeros() & !7;
            marks &= marks - 1;
            let position = at + (offset / 8) as usize;
            // INVARIANT: one of the three, for what is beyond the text is zero.
            let mark = (word >> offset) as u8;
            if mark == delimiter {
                fields.push(plain(outer, position));
                outer = position + 1;
            } else if mark == b'\n' {
                let end = trim_return(text, position).max(start);
                fields.push(plain(outer, end.max(outer)));
                return Some(Record {
                    start,
                    end,
                    next: position + 1,
                    unterminated: false,
                });
            } else if position == outer {
                return quoted_record(text, start, outer, delimiter, fields);
            }
        }
        at += 8;
    }
    fields.push(plain(outer, text.len()));
    Some(Record {
        start,
        end: text.len(),
        next: text.len(),
        unterminated: false,
    })
}

/// The next eight bytes, with zeros for those beyond the text.
fn word_at(text: &[u8], at: usize) -> Option<u64> {
    let rest = text.get(at..)?;
    match rest.first_chunk() {
        Some(bytes) => Some(u64::from_le_bytes(*bytes)),
        None if rest.is_empty() => None,
        None => Some(
            rest.iter()
                .rev()
                .fold(0, |word, byte| word << 8 | u64::from(*byte)),
        ),
    }
}

/// The highest bit of each byte of a word that is equal to `byte`. Added to the
/// low bits of a difference, 127 carries into the highest one unless they are all
/// zero, and never into the next byte.
const fn bytes_equal(word: u64, byte: u8) -> u64 {
    const LOW: u64 = 0x7F7F_7F7F_7F7F_7F7F;
    let difference = word ^ (byte as u64 * 0x0101_0101_0101_0101);
    !((difference & LOW).wrapping_add(LOW) | difference | LOW)
}

const fn plain(start: usize, end: usize) -> Span {
    Span {
        start,
        end,
        escaped: false,
        outer: start,
    }
}

/// Continues a record from its first quoted field on; `outer` is the position
/// of the opening quotation mark.
fn quoted_record(
    text: &[u8],
    start: usize,
    mut outer: usize,
    delimiter: u8,
    fields: &mut Vec<Span>,
) -> Option<Record> {
    loop {
        let is_quoted = text.get(outer) == Some(&QUOTE);
        let (span, position) = if is_quoted {
            let (close, escaped) = match closing_quote(text, outer + 1) {
                Some(found) => found,
                None => return Some(unterminated(text, start, outer, fields)),
            };
            let after = end_of_plain(text, close + 1, delimiter);
            let junk = after > close + 1 && !is_line_end(text, close + 1, after);
            let span = if junk {
                // Text after the closing mark: the field is taken as it stands.
                plain(outer, trim_return(text, after))
            } else {
                Span {
                    start: outer + 1,
                    end: close,
                    escaped,
                    outer,
                }
            };
            (span, after)
        } else {
            let after = end_of_plain(text, outer, delimiter);
            (plain(outer, trim_return(text, after).max(outer)), after)
        };
        fields.push(span);
        match text.get(position) {
            Some(byte) if *byte == delimiter => outer = position + 1,
            Some(_) => {
                return Some(Record {
                    start,
                    end: trim_return(text, position).max(start),
                    next: position + 1,
                    unterminated: false,
                });
            }
            None => {
                return Some(Record {
                    start,
                    end: text.len(),
                    next: text.len(),
                    unterminated: false,
                });
            }
        }
    }
}

/// A quotation mark that is never closed: the record ends at its line.
fn unterminated(text: &[u8], start: usize, outer: usize, fields: &mut Vec<Span>) -> Record {
    let newline = text
        .get(outer..)
        .and_then(|rest| memchr(b'\n', rest))
        .map(|offset| outer + offset);
    let end = newline.map_or(text.len(), |newline| trim_return(text, newline));
    fields.push(plain(outer, end.max(outer)));
    Record {
        start,
        end,
        next: newline.map_or(text.len(), |newline| newline + 1),
        unterminated: true,
    }
}

/// The closing mark of a field quoted from `from` on, and whether marks are
/// doubled inside it.
fn closing_quote(text: &[u8], from: usize) -> Option<(usize, bool)> {
    let mut at = from;
    let mut escaped = false;
    loop {
        let close = at + memchr(QUOTE, text.get(at..)?)?;
        if text.get(close + 1) == Some(&QUOTE) {
            escaped = true;
            at = close + 2;
        } else {
            return Some((close, escaped));
        }
    }
}

/// The delimiter or line feed that ends an unquoted stretch, or the text's end.
fn end_of_plain(text: &[u8], from: usize, delimiter: u8) -> usize {
    text.get(from..)
        .and_then(|rest| memchr2(delimiter, b'\n', rest))
        .map_or(text.len(), |offset| from + offset)
}

fn is_line_end(text: &[u8], from: usize, to: usize) -> bool {
    to == from + 1 && text.get(from) == Some(&b'\r')
}

/// `end` without the carriage return of a line ending.
fn trim_return(text: &[u8], end: usize) -> usize {
    let ends_line = matches!(text.get(end), Some(b'\n') | None);
    if ends_line && end > 0 && text.get(end - 1) == Some(&b'\r') {
        end - 1
    } else {
        end
    }
}

/// One past the last complete record of `text`, which begins at the beginning
/// of a record; 0 when no record is complete.
pub fn last_boundary(text: &[u8], delimiter: u8) -> usize {
    let mut boundary = 0;
    let mut at = 0;
    loop {
        let rest = text.get(at..).unwrap_or_default();
        let quote = memchr(QUOTE, rest).map_or(text.len(), |offset| at + offset);
        let outside = text.get(at..quote).unwrap_or_default();
        if let Some(newline) = memchr::memrchr(b'\n', outside) {
            boundary = at + newline + 1;
        }
        if quote == text.len() {
            return boundary;
        }
        let before = quote.checked_sub(1).and_then(|index| text.get(index));
        let opens = match before {
            None => true,
            Some(byte) => *byte == delimiter || *byte == b'\n',
        };
        if !opens {
            at = quote + 1;
            continue;
        }
        match closing_quote(text, quote + 1) {
            // A mark at the very end may be the first of a doubled one.
            Some((close, _)) if close + 1 < text.len() => at = close + 1,
            _ => return boundary,
        }
    }
}

/// The text of a field, doubled quotation marks halved.
pub fn unescaped(field: &[u8], out: &mut Vec<u8>) {
    out.clear();
    let mut rest = field;
    while let Some(mark) = memchr(QUOTE, rest) {
        out.extend_from_slice(rest.get(..=mark).unwrap_or_default());
        rest = rest.get(mark + 1..).unwrap_or_default();
        if rest.first() == Some(&QUOTE) {
            rest = rest.get(1..).unwrap_or_default();
        }
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn read(text: &[u8], delimiter: u8) -> Vec<Vec<String>> {
        let mut fields = Vec::new();
        let mut records = Vec::new();
        let mut at = 0;
        while let Some(record) = next_record(text, at, delimiter, &mut fields) {
            assert!(record.next > at, "every record moves on");
            records.push(
                fields
                    .iter()
                    .map(|span| {
                        let mut value = Vec::new();
                        let raw = &text[span.start..span.end];
                        if span.escaped {
                            unescaped(raw, &mut value);
                        } else {
                            value.extend_from_slice(raw);
                        }
                        String::from_utf8(value).unwrap()
                    })
                    .collect(),
            );
            at = record.next;
        }
        assert_eq!(at, text.len());
        records
    }

    #[test]
    fn quotes_line_endings_and_empty_fields() {
        assert_eq!(
            read(b"a,\"b,\"\"c\"\"\r\nd\",\r\n,x 5\" pipe,\nlast", b','),
            vec![
                vec!["a", "b,\"c\"\r\nd", ""],
                vec!["", "x 5\" pipe", ""],
                vec!["last"]
            ]
        );
    }

    #[test]
    fn an_open_quote_spoils_its_own_line_only() {
        let text = b"a,\"b\nc,d\n";
        let mut fields = Vec::new();
        let first = next_record(text, 0, b',', &mut fields).unwrap();
        assert!(first.unterminated);
        assert_eq!(first.next, 5);
        let second = next_record(text, first.next, b',', &mut fields).unwrap();
        assert!(!second.unterminated);
        assert_eq!(fields.len(), 2);
    }

    #[test]
    fn the_boundary_is_never_inside_quotes() {
        assert_eq!(last_boundary(b"a,b\nc,\"d\ne", b','), 4);
        assert_eq!(last_boundary(b"a,b\nc,\"d\ne\"\nf", b','), 12);
        assert_eq!(last_boundary(b"a,5\" pipe\nc", b','), 10);
        assert_eq!(last_boundary(b"a,\"b\"", b','), 0);
    }

    proptest! {
        #[test]
        fn reads_what_the_csv_crate_writes(
            rows in prop::collection::vec(prop::collection::vec("[a,;\"\n\r 商]{0,6}", 1..5), 1..6),
            delimiter in prop::sample::select(vec![b',', b';', b'\t', b'|']),
        ) {
            let mut writer = csv::WriterBuilder::new()
                .delimiter(delimiter).flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            prop_assert_eq!(read(&text, delimiter), rows.clone());
            prop_assert_eq!(last_boundary(&text, delimiter), text.len());
        }

        #[test]
        fn any_bytes_are_cut_into_records_without_loss(
            text in prop::collection::vec(prop::sample::select(b"a,\"\n\r".to_vec()), 0..60)
        ) {
            let mut fields = Vec::new();
            let mut at = 0;
            while let Some(record) = next_record(&text, at, b',', &mut fields) {
                prop_assert!(record.next > at && record.end <= record.next && record.start == at);
                prop_assert!(!fields.is_empty());
                for span in &fields {
                    prop_assert!(span.start <= span.end && span.end <= record.end);
                }
                at = record.next;
            }
            prop_assert_eq!(at, text.len());
        }
    }
}
