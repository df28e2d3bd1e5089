//! Rows whose number of columns is known only at the end, kept outside memory
//! until then and read back as comma-separated text of even width.

use std::io::{self, BufReader, BufWriter, Read, Seek, Write};

use tempfile::SpooledTempFile;

use crate::text::push_field;

/// Rows are kept in memory up to this many bytes, beyond them in a temporary
/// file without a name.
const IN_MEMORY: usize = 4 << 20;

/// Rows on their way to becoming text.
pub struct Rows {
    kept: BufWriter<SpooledTempFile>,
    row: Vec<u8>,
    widest: usize,
}

impl Default for Rows {
    fn default() -> Self {
        Self {
            kept: BufWriter::new(SpooledTempFile::new(IN_MEMORY)),
            row: Vec::new(),
            widest: 0,
        }
    }
}

impl Rows {
    /// Adds a row.
    ///
    /// # Errors
    /// When the temporary file cannot be written.
    pub fn push<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
        self.row.clear();
        let mut width = 0;
        for cell in cells {
            if width > 0 {
                self.row.push(b',');
            }
            push_field(&mut self.row, cell.as_bytes(), b',');
            width += 1;
        }
        self.widest = self.widest.max(width);
        for number in [self.row.len(), width] {
            self.kept.write_all(&(number as u64).to_le_bytes())?;
        }
        self.kept.write_all(&self.row)
    }

    /// The rows as text, below `headings` where they are given; the first `skip`
    /// columns, which are empty in every row, are left away.
    ///
    /// # Errors
    /// When the temporary file cannot be read again.
    pub fn text(mut self, headings: Option<&[String]>, skip: usize) -> io::Result<Text> {
        let mut head = Vec::new();
        if let Some(headings) = headings {
            self.widest = self.widest.max(headings.len());
            for (index, heading) in headings.iter().enumerate() {
                if index > 0 {
                    head.push(b',');
                }
                push_field(&mut head, heading.as_bytes(), b',');
            }
            head.push(b'\n');
        }
        let mut kept = self.kept.into_inner().map_err(|error| error.into_error())?;
        kept.rewind()?;
        Ok(Text {
            kept: BufReader::with_capacity(1 << 16, kept),
            width: self.widest,
            skip,
            row: head,
            at: 0,
        })
    }
}

/// Kept rows as comma-separated text.
pub struct Text {
    kept: BufReader<SpooledTempFile>,
    width: usize,
    skip: usize,
    row: Vec<u8>,
    at: usize,
}

impl Text {
    /// Takes the next row; whether there was one.
    fn next_row(&mut self) -> io::Result<bool> {
        let Some(length) = self.number()? else {
            return Ok(false);
        };
        let width = self.number()?.ok_or(io::ErrorKind::UnexpectedEof)?;
        self.row.clear();
        self.row.resize(length, 0);
        self.kept.read_exact(&mut self.row)?;
        // A row without cells still has as many separators as any other.
        let missing = self.width.saturating_sub(width.max(1));
        self.row.extend(std::iter::repeat_n(b',', missing));
        self.row.push(b'\n');
        self.at = self.skip;
        Ok(true)
    }

    fn number(&mut self) -> io::Result<Option<usize>> {
        let mut bytes = [0; 8];
        let mut first = [0; 1];
        if self.kept.read(&mut first)? == 0 {
            return Ok(None);
        }
        let [start, rest @ ..] = &mut bytes;
        *start = first.first().copied().unwrap_or_default();
        self.kept.read_exact(rest)?;
        usize::try_from(u64::from_le_bytes(bytes))
            .map(Some)
            .map_err(io::Error::other)
    }
}

impl Read for Text {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.at >= self.row.len() {
            if !self.next_row()? {
                return Ok(0);
            }
        }
        let left = self.row.get(self.at..).unwrap_or_default();
        let count = left.len().min(buffer.len());
        for (target, byte) in buffer.iter_mut().zip(left) {
            *target = *byte;
        }
        self.at += count;
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(rows: Rows, headings: Option<&[String]>, skip: usize) -> String {
        let mut text = String::new();
        rows.text(headings, skip)
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn rows_come_back_in_their_order_and_of_even_width() {
        let mut rows = Rows::default();
        rows.push(["", "a,b"].into_iter()).unwrap();
        rows.push(["", "x", "y"].into_iter()).unwrap();
        rows.push(std::iter::empty()).unwrap();
        assert_eq!(read(rows, None, 1), "\"a,b\",\nx,y\n,\n");
    }

    #[test]
    fn what_does_not_stay_in_memory_comes_back_as_well() {
        let mut rows = Rows::default();
        let long = "x".repeat(1000);
        for number in 0..10_000 {
            rows.push([number.to_string().as_str(), &long].into_iter())
                .unwrap();
        }
        let headings = ["n".to_owned(), "t".to_owned(), "u".to_owned()];
        let text = read(rows, Some(&headings), 0);
        let mut lines = text.lines();
        assert_eq!(lines.next(), Some("n,t,u"));
        for number in 0..10_000 {
            assert_eq!(lines.next(), Some(format!("{number},{long},").as_str()));
        }
        assert_eq!(lines.next(), None);
    }
}
