//! A large materials file that is read along with the declaration: both stand
//! in the same order, and only the rows of one chunk are held at a time.

use std::collections::HashSet;
use std::io::{self, Read};

use memchr::memmem;

use crate::columns::Columns;
use crate::input::record::{Span, next_record};
use crate::line::{Cells, LineNumber};
use crate::materials::{BillKey, MaterialColumns};

/// Bytes read at a time.
const READ: usize = 1 << 20;
/// Bytes held beyond those a chunk is expected to have.
const SPARE: usize = 1 << 14;
/// Lines at the end of a chunk whose rows are searched for directly.
const TRIED: usize = 4;

/// A materials file in the order of the declaration lines.
pub struct MaterialStream {
    reader: Box<dyn Read + Send>,
    held: Vec<u8>,
    delimiter: u8,
    columns: MaterialColumns,
    /// Bytes of the last chunk, and of the rows that belonged to it.
    proportion: (usize, usize),
    ended: bool,
}

impl MaterialStream {
    /// A stream of rows; `held` is what was read of them already.
    pub fn new(
        held: Vec<u8>,
        reader: Box<dyn Read + Send>,
        delimiter: u8,
        columns: MaterialColumns,
    ) -> Self {
        Self {
            reader,
            held,
            delimiter,
            columns,
            proportion: (1, 3),
            ended: false,
        }
    }

    /// Moves the rows of the lines of `chunk` from the stream to `out`.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn take(
        &mut self,
        chunk: &[u8],
        delimiter: u8,
        declaration: &Columns,
        out: &mut Vec<u8>,
    ) -> io::Result<()> {
        out.clear();
        let last = last_keys(chunk, delimiter, declaration);
        // A little more than the chunk before had, in proportion, so that what is
        // searched backwards for the last bill is short.
        let (lines, rows) = self.proportion;
        let mut wanted = chunk.len().saturating_mul(rows) / lines.max(1) + SPARE;
        let end = loop {
            self.fill(wanted)?;
            if !self.columns.key_leads() {
                break self.walk(chunk, delimiter, declaration)?;
            }
            if let Some(start) = self.find(&last) {
                if let Some(end) = self.end_of_bill(start) {
                    break end;
                }
            } else if self.ended || self.held.len() > chunk.len().saturating_mul(64) {
                break self.walk(chunk, delimiter, declaration)?;
            }
            wanted = wanted.saturating_mul(2);
        };
        out.extend_from_slice(self.held.get(..end).unwrap_or_default());
        self.held.drain(..end);
        self.proportion = (chunk.len(), end);
        Ok(())
    }

    /// What no line has taken when the declaration has ended, as far as its first
    /// rows.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn left_over(&mut self) -> io::Result<&[u8]> {
        loop {
            self.fill(READ)?;
            let blank = self.held.iter().all(u8::is_ascii_whitespace);
            if !blank || self.ended {
                return Ok(&self.held);
            }
            self.held.clear();
        }
    }

    fn fill(&mut self, wanted: usize) -> io::Result<()> {
        let missing = wanted.saturating_sub(self.held.len());
        if self.ended || missing == 0 {
            return Ok(());
        }
        let read = self
            .reader
            .by_ref()
            .take(missing as u64)
            .read_to_end(&mut self.held)?;
        self.ended = read < missing;
        Ok(())
    }

    /// The last row of one of the keys, later keys first.
    fn find(&self, keys: &[Vec<u8>]) -> Option<usize> {
        keys.iter().find_map(|key| {
            let mut pattern = key.clone();
            if self.columns.key == BillKey::EntryAndLine {
                let hyphen = memchr::memrchr(b'-', key)?;
                *pattern.get_mut(hyphen)? = self.delimiter;
            }
            pattern.push(self.delimiter);
            memmem::rfind_iter(&self.held, &pattern)
                .take(TRIED)
                .find(|found| {
                    let begins_row = found
                        .checked_sub(1)
                        .is_none_or(|before| self.held.get(before) == Some(&b'\n'));
                    begins_row && self.key_at(*found).as_deref() == Some(key)
                })
        })
    }

    fn key_at(&self, start: usize) -> Option<Vec<u8>> {
        let mut fields: Vec<Span> = Vec::new();
        next_record(&self.held, start, self.delimiter, &mut fields)?;
        let mut key = Vec::new();
        let cells = Cells {
            text: &self.held,
            fields: &fields,
        };
        self.columns.key_of(&cells, &mut key);
        Some(key)
    }

    /// One past the rows that share the key of the row at `start`; `None` when
    /// more must be read to tell.
    fn end_of_bill(&self, start: usize) -> Option<usize> {
        let first = self.key_at(start)?;
        let mut fields: Vec<Span> = Vec::new();
        let mut key = Vec::new();
        let mut at = start;
        while let Some(record) = next_record(&self.held, at, self.delimiter, &mut fields) {
            let complete = record.next < self.held.len() || self.ended;
            if !complete {
                return None;
            }
            let cells = Cells {
                text: &self.held,
                fields: &fields,
            };
            self.columns.key_of(&cells, &mut key);
            if key != first {
                return Some(at);
            }
            at = record.next;
        }
        self.ended.then_some(at)
    }

    /// Row by row, as long as the rows belong to lines of the chunk: the way for
    /// chunks whose last lines have no materials.
    fn walk(&mut self, chunk: &[u8], delimiter: u8, declaration: &Columns) -> io::Result<usize> {
        let mut keys = HashSet::new();
        let mut fields: Vec<Span> = Vec::new();
        let mut key = Vec::new();
        let mut at = 0;
        while let Some(record) = next_record(chunk, at, delimiter, &mut fields) {
            let cells = Cells {
                text: chunk,
                fields: &fields,
            };
            LineNumber::of(declaration, &cells).write(&mut key);
            keys.insert(key.clone());
            at = record.next;
        }
        let mut end = 0;
        loop {
            while let Some(record) = next_record(&self.held, end, self.delimiter, &mut fields) {
                if record.next == self.held.len() && !self.ended {
                    break;
                }
                let cells = Cells {
                    text: &self.held,
                    fields: &fields,
                };
                self.columns.key_of(&cells, &mut key);
                // A blank row belongs to nothing and is passed over.
                if record.start < record.end && !keys.contains(&key) {
                    return Ok(end);
                }
                end = record.next;
            }
            if self.ended {
                return Ok(end);
            }
            self.fill(self.held.len() + READ)?;
        }
    }
}

/// The keys of the last lines of a chunk, last first.
fn last_keys(chunk: &[u8], delimiter: u8, declaration: &Columns) -> Vec<Vec<u8>> {
    let mut fields: Vec<Span> = Vec::new();
    let mut keys = Vec::new();
    let mut end = chunk.len();
    while keys.len() < TRIED && end > 0 {
        let body = chunk.get(..end.saturating_sub(1)).unwrap_or_default();
        let start = memchr::memrchr(b'\n', body).map_or(0, |newline| newline + 1);
        // A line break inside quotes gives a part of a record; its key is then
        // not found and the next one is tried.
        if let Some(record) = next_record(chunk, start, delimiter, &mut fields)
            && record.next == end
        {
            let mut key = Vec::new();
            let cells = Cells {
                text: chunk,
                fields: &fields,
            };
            LineNumber::of(declaration, &cells).write(&mut key);
            keys.push(key);
        }
        end = start;
    }
    keys
}
