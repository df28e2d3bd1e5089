//! Cuts a stream into chunks of whole records. Only this part is sequential:
//! it reads and looks for record boundaries; parsing runs in the workers.

use std::io::{self, Read};

use memchr::memchr;

use super::record::last_boundary;

/// Bytes handed to a worker at a time.
pub const CHUNK: usize = 256 * 1024;
/// The longest record accepted. A quotation mark that is not closed within it
/// is taken to spoil its own line only.
pub const LONGEST_RECORD: usize = 8 * 1024 * 1024;

/// Moves a chunk boundary to an earlier one, so that records that belong
/// together stay together; returns the boundary unchanged when it cannot.
pub type Regroup = dyn Fn(&[u8], usize) -> usize + Send;

/// A stream cut into chunks of whole records.
pub struct Source {
    reader: Box<dyn Read + Send>,
    carry: Vec<u8>,
    delimiter: u8,
    chunk: usize,
    offset: u64,
    ended: bool,
    regroup: Option<Box<Regroup>>,
}

impl Source {
    /// A source that gives `head` and then what `reader` gives. The text begins
    /// at the beginning of a record, `offset` bytes into the stream.
    pub fn new(head: Vec<u8>, reader: Box<dyn Read + Send>, delimiter: u8, offset: u64) -> Self {
        Self {
            reader,
            carry: head,
            delimiter,
            chunk: CHUNK,
            offset,
            ended: false,
            regroup: None,
        }
    }

    /// Sets the chunk size; tests use small ones.
    #[must_use]
    pub fn with_chunk(mut self, bytes: usize) -> Self {
        self.chunk = bytes.max(1);
        self
    }

    /// Keeps records together that belong together.
    #[must_use]
    pub fn with_regroup(mut self, regroup: Box<Regroup>) -> Self {
        self.regroup = Some(regroup);
        self
    }

    /// What was read and not handed out, and the rest of the stream.
    pub fn into_parts(self) -> (Vec<u8>, Box<dyn Read + Send>) {
        (self.carry, self.reader)
    }

    /// Bytes of the stream handed out so far.
    pub const fn offset(&self) -> u64 {
        self.offset
    }

    /// Passes over `bytes` of the stream, which end at a record boundary.
    ///
    /// # Errors
    /// When the stream cannot be read, or ends earlier.
    pub fn skip(&mut self, bytes: u64) -> io::Result<()> {
        let mut left = bytes;
        let held = (self.carry.len() as u64).min(left);
        self.carry
            .drain(..usize::try_from(held).unwrap_or_default());
        left -= held;
        let skipped = io::copy(&mut self.reader.by_ref().take(left), &mut io::sink())?;
        if skipped < left {
            return Err(io::Error::new(
                io::ErrorKind::UnexpectedEof,
                "the input is shorter than the part already done",
            ));
        }
        self.offset += bytes;
        Ok(())
    }

    /// Fills `text` with the next chunk and returns its offset in the stream;
    /// `None` at the end.
    ///
    /// # Errors
    /// When the stream cannot be read.
    pub fn next_chunk(&mut self, text: &mut Vec<u8>) -> io::Result<Option<u64>> {
        text.clear();
        std::mem::swap(text, &mut self.carry);
        let mut wanted = self.chunk;
        loop {
            self.fill(text, wanted)?;
            if self.ended {
                break;
            }
            let mut boundary = last_boundary(text, self.delimiter);
            if boundary == 0 && text.len() >= LONGEST_RECORD {
                boundary = memchr(b'\n', text).map_or(text.len(), |newline| newline + 1);
            } else if boundary > 0
                && let Some(regroup) = &self.regroup
            {
                boundary = regroup(text, boundary);
            }
            if boundary > 0 {
                self.carry.clear();
                self.carry
                    .extend_from_slice(text.get(boundary..).unwrap_or_default());
                text.truncate(boundary);
                break;
            }
            wanted = text.len().saturating_mul(2).max(self.chunk);
        }
        if text.is_empty() {
            return Ok(None);
        }
        let offset = self.offset;
        self.offset += text.len() as u64;
        Ok(Some(offset))
    }

    fn fill(&mut self, text: &mut Vec<u8>, wanted: usize) -> io::Result<()> {
        let missing = wanted.saturating_sub(text.len()).max(1);
        if self.ended {
            return Ok(());
        }
        let read = self
            .reader
            .by_ref()
            .take(missing as u64)
            .read_to_end(text)?;
        self.ended = read < missing;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::input::record::next_record;
    use proptest::prelude::*;

    fn chunks(text: &[u8], size: usize) -> Vec<Vec<u8>> {
        let reader = io::Cursor::new(text.to_vec());
        let mut source = Source::new(Vec::new(), Box::new(reader), b',', 0).with_chunk(size);
        let mut all = Vec::new();
        let mut chunk = Vec::new();
        let mut expected = 0;
        while let Some(offset) = source.next_chunk(&mut chunk).unwrap() {
            assert_eq!(offset, expected);
            expected += chunk.len() as u64;
            all.push(chunk.clone());
        }
        all
    }

    fn records(text: &[u8]) -> Vec<Vec<u8>> {
        let mut fields = Vec::new();
        let mut found = Vec::new();
        let mut at = 0;
        while let Some(record) = next_record(text, at, b',', &mut fields) {
            found.push(text[record.start..record.next].to_vec());
            at = record.next;
        }
        found
    }

    #[test]
    fn a_quoted_newline_never_ends_a_chunk() {
        let parts = chunks(b"a,\"x\ny\"\nb,c\nd,e", 6);
        assert_eq!(parts, [b"a,\"x\ny\"\nb,c\n".to_vec(), b"d,e".to_vec()]);
    }

    #[test]
    fn skipping_continues_where_it_stopped() {
        let reader = io::Cursor::new(b"c,d\ne,f\n".to_vec());
        let mut source = Source::new(b"a,b\n".to_vec(), Box::new(reader), b',', 0);
        source.skip(8).unwrap();
        let mut chunk = Vec::new();
        assert_eq!(source.next_chunk(&mut chunk).unwrap(), Some(8));
        assert_eq!(chunk, b"e,f\n");
        assert!(source.skip(1).is_err());
    }

    proptest! {
        #[test]
        fn cutting_changes_no_record(
            rows in prop::collection::vec(prop::collection::vec("[a,\"\n 商]{0,8}", 1..4), 0..12),
            size in 1_usize..40,
        ) {
            let mut writer = csv::WriterBuilder::new().flexible(true).from_writer(Vec::new());
            for row in &rows {
                writer.write_record(row).unwrap();
            }
            let text = writer.into_inner().unwrap();
            let parts = chunks(&text, size);
            prop_assert_eq!(parts.concat(), text.clone());
            let cut: Vec<_> = parts.iter().flat_map(|part| records(part)).collect();
            prop_assert_eq!(cut, records(&text));
        }
    }
}
