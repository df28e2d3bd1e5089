//! Which encoding a file is written in: byte order mark first, then strict
//! UTF-8, then GB18030. Bytes that fit none are reported with their position.

use encoding_rs::GB18030;
use thiserror::Error;

/// The encodings a declaration file may be written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Encoding {
    /// UTF-8, with or without byte order mark.
    Utf8,
    /// GB18030, which includes GBK and GB2312.
    Gb18030,
    /// UTF-16, little endian.
    Utf16Le,
    /// UTF-16, big endian.
    Utf16Be,
}

impl Encoding {
    /// The name used in reports and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Utf8 => "utf-8",
            Self::Gb18030 => "gb18030",
            Self::Utf16Le => "utf-16le",
            Self::Utf16Be => "utf-16be",
        }
    }

    /// The encoding of a name; GBK and GB2312 are read as GB18030.
    pub fn from_name(name: &str) -> Option<Self> {
        match name.trim().to_ascii_lowercase().as_str() {
            "utf-8" | "utf8" => Some(Self::Utf8),
            "gb18030" | "gbk" | "gb2312" | "cp936" => Some(Self::Gb18030),
            "utf-16" | "utf-16le" | "utf16" => Some(Self::Utf16Le),
            "utf-16be" => Some(Self::Utf16Be),
            _ => None,
        }
    }

    /// Whether the encoding writes two bytes for an ASCII character.
    pub const fn is_utf16(self) -> bool {
        matches!(self, Self::Utf16Le | Self::Utf16Be)
    }
}

/// What the encoding was concluded from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Evidence {
    /// A byte order mark.
    ByteOrderMark,
    /// Only ASCII so far: later bytes may still tell UTF-8 from GB18030.
    AsciiSoFar,
    /// Valid UTF-8 with characters beyond ASCII.
    ValidUtf8,
    /// Not UTF-8, but valid GB18030.
    ValidGb18030,
    /// Zero bytes at every other position.
    ZeroBytes,
    /// Named by the user.
    Stated,
}

impl Evidence {
    /// The name used in reports.
    pub const fn name(self) -> &'static str {
        match self {
            Self::ByteOrderMark => "byte_order_mark",
            Self::AsciiSoFar => "ascii_so_far",
            Self::ValidUtf8 => "valid_utf8",
            Self::ValidGb18030 => "valid_gb18030",
            Self::ZeroBytes => "zero_bytes",
            Self::Stated => "stated",
        }
    }
}

/// The encoding of a file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Detected {
    /// The encoding.
    pub encoding: Encoding,
    /// What that rests on.
    pub evidence: Evidence,
    /// Length of the byte order mark, 0 without one.
    pub mark: usize,
}

/// The bytes are in no encoding the reader knows.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub struct EncodingError {
    /// Position of the first byte that fits no encoding, from 0.
    pub position: usize,
}

/// Detects the encoding from the beginning of a file. `whole` tells whether
/// `sample` is all of it; otherwise a character cut at the end is no error.
///
/// # Errors
/// [`EncodingError`] when the bytes are neither UTF-8, UTF-16 nor GB18030.
pub fn detect(
    sample: &[u8],
    whole: bool,
    stated: Option<Encoding>,
) -> Result<Detected, EncodingError> {
    let marks: [(&[u8], Encoding); 3] = [
        (&[0xEF, 0xBB, 0xBF], Encoding::Utf8),
        (&[0xFF, 0xFE], Encoding::Utf16Le),
        (&[0xFE, 0xFF], Encoding::Utf16Be),
    ];
    let marked = marks.iter().find(|(mark, encoding)| {
        sample.starts_with(mark) && stated.is_none_or(|stated| stated == *encoding)
    });
    if let Some((mark, encoding)) = marked {
        return Ok(Detected {
            encoding: *encoding,
            evidence: Evidence::ByteOrderMark,
            mark: mark.len(),
        });
    }
    let unmarked = |encoding, evidence| Detected {
        encoding,
        evidence,
        mark: 0,
    };
    if let Some(encoding) = stated {
        return Ok(unmarked(encoding, Evidence::Stated));
    }
    if let Some(encoding) = utf16_without_mark(sample) {
        return Ok(unmarked(encoding, Evidence::ZeroBytes));
    }
    if sample.is_ascii() {
        return Ok(unmarked(Encoding::Utf8, Evidence::AsciiSoFar));
    }
    let position = match std::str::from_utf8(sample) {
        Ok(_) => return Ok(unmarked(Encoding::Utf8, Evidence::ValidUtf8)),
        Err(error) if error.error_len().is_none() && !whole => {
            return Ok(unmarked(Encoding::Utf8, Evidence::ValidUtf8));
        }
        Err(error) => error.valid_up_to(),
    };
    let complete_lines = if whole {
        sample
    } else {
        let end = memchr::memrchr(b'\n', sample).map_or(0, |newline| newline + 1);
        sample.get(..end).unwrap_or_default()
    };
    if GB18030
        .decode_without_bom_handling_and_without_replacement(complete_lines)
        .is_some()
    {
        return Ok(unmarked(Encoding::Gb18030, Evidence::ValidGb18030));
    }
    Err(EncodingError { position })
}

/// UTF-16 text that is mostly ASCII has a zero in every other byte.
fn utf16_without_mark(sample: &[u8]) -> Option<Encoding> {
    let head = sample.get(..sample.len().min(512)).unwrap_or_default();
    let pairs = head.len() / 2;
    if pairs < 4 {
        return None;
    }
    let zeros = |from: usize| {
        head.iter()
            .skip(from)
            .step_by(2)
            .filter(|b| **b == 0)
            .count()
    };
    let (first, second) = (zeros(0), zeros(1));
    let often = pairs / 4;
    if second > often && first == 0 {
        Some(Encoding::Utf16Le)
    } else if first > often && second == 0 {
        Some(Encoding::Utf16Be)
    } else {
        None
    }
}

/// Decodes GB18030 bytes; `None` when they are not valid.
pub fn decode_gb18030(bytes: &[u8]) -> Option<String> {
    GB18030
        .decode_without_bom_handling_and_without_replacement(bytes)
        .map(std::borrow::Cow::into_owned)
}

/// Appends `text` to `out` in `encoding`.
pub fn encode_into(encoding: Encoding, text: &str, out: &mut Vec<u8>) {
    match encoding {
        Encoding::Utf8 => out.extend_from_slice(text.as_bytes()),
        Encoding::Gb18030 => out.extend_from_slice(&GB18030.encode(text).0),
        Encoding::Utf16Le => out.extend(text.encode_utf16().flat_map(u16::to_le_bytes)),
        Encoding::Utf16Be => out.extend(text.encode_utf16().flat_map(u16::to_be_bytes)),
    }
}

/// A reader that decodes another encoding to UTF-8 as it is read. What cannot be
/// decoded becomes U+FFFD, which the line loop reports.
pub struct Decoding<R> {
    reader: R,
    decoder: encoding_rs::Decoder,
    encoded: Vec<u8>,
    text: Vec<u8>,
    position: usize,
    ended: bool,
}

impl<R: std::io::Read> Decoding<R> {
    /// Decodes what `reader` gives, which begins after any byte order mark.
    pub fn new(reader: R, encoding: Encoding) -> Self {
        let decoder = match encoding {
            Encoding::Utf8 => encoding_rs::UTF_8,
            Encoding::Gb18030 => GB18030,
            Encoding::Utf16Le => encoding_rs::UTF_16LE,
            Encoding::Utf16Be => encoding_rs::UTF_16BE,
        }
        .new_decoder_without_bom_handling();
        Self {
            reader,
            decoder,
            encoded: vec![0; 1 << 16],
            text: Vec::new(),
            position: 0,
            ended: false,
        }
    }
}

impl<R: std::io::Read> std::io::Read for Decoding<R> {
    fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
        while self.position == self.text.len() && !self.ended {
            let count = self.reader.read(&mut self.encoded)?;
            self.ended = count == 0;
            let mut source = self.encoded.get(..count).unwrap_or_default();
            self.text.clear();
            self.position = 0;
            loop {
                let mut decoded = String::with_capacity(source.len() * 3 + 64);
                let (result, read, _) =
                    self.decoder
                        .decode_to_string(source, &mut decoded, self.ended);
                self.text.extend_from_slice(decoded.as_bytes());
                source = source.get(read..).unwrap_or_default();
                if result == encoding_rs::CoderResult::InputEmpty {
                    break;
                }
            }
        }
        let ready = self.text.get(self.position..).unwrap_or_default();
        let count = ready.len().min(out.len());
        for (slot, byte) in out.iter_mut().zip(ready) {
            *slot = *byte;
        }
        self.position += count;
        Ok(count)
    }
}

/// Decodes a whole byte string, replacing what cannot be decoded; for text that
/// is only shown.
pub fn decode_lossy(encoding: Encoding, bytes: &[u8]) -> String {
    match encoding {
        Encoding::Utf8 => String::from_utf8_lossy(bytes).into_owned(),
        Encoding::Gb18030 => GB18030.decode_without_bom_handling(bytes).0.into_owned(),
        Encoding::Utf16Le => encoding_rs::UTF_16LE
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
        Encoding::Utf16Be => encoding_rs::UTF_16BE
            .decode_without_bom_handling(bytes)
            .0
            .into_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn named(sample: &[u8]) -> (Encoding, Evidence, usize) {
        let found = detect(sample, true, None).unwrap();
        (found.encoding, found.evidence, found.mark)
    }

    #[test]
    fn each_encoding_is_told_by_its_bytes() {
        use Encoding::{Gb18030, Utf8, Utf16Be, Utf16Le};
        assert_eq!(named(b"hs,fob\n"), (Utf8, Evidence::AsciiSoFar, 0));
        assert_eq!(
            named("商品编号\n".as_bytes()),
            (Utf8, Evidence::ValidUtf8, 0)
        );
        assert_eq!(
            named("\u{feff}商品编号\n".as_bytes()),
            (Utf8, Evidence::ByteOrderMark, 3)
        );
        let mut gbk = Vec::new();
        encode_into(Gb18030, "商品编号,原产国（地区）\n", &mut gbk);
        assert_eq!(named(&gbk), (Gb18030, Evidence::ValidGb18030, 0));
        for encoding in [Utf16Le, Utf16Be] {
            let mut marked = Vec::new();
            encode_into(encoding, "\u{feff}商品编号\n", &mut marked);
            assert_eq!(named(&marked), (encoding, Evidence::ByteOrderMark, 2));
            let mut bare = Vec::new();
            encode_into(encoding, "hs,fob,origin\n1,2,3\n", &mut bare);
            assert_eq!(named(&bare), (encoding, Evidence::ZeroBytes, 0));
        }
    }

    #[test]
    fn a_character_cut_at_the_end_of_a_sample_is_no_error() {
        let bytes = "原产国\n".as_bytes();
        let cut = bytes.get(..bytes.len() - 2).unwrap();
        assert_ne!(named(cut).0, Encoding::Utf8);
        assert_eq!(detect(cut, false, None).unwrap().encoding, Encoding::Utf8);
    }

    #[test]
    fn bytes_of_no_encoding_are_reported_with_their_position() {
        let error = detect(b"hs,\xFF\xFF\n", true, None).unwrap_err();
        assert_eq!(error.position, 3);
    }
}
