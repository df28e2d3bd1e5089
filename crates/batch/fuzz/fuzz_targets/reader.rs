//! Any bytes as a declaration file, with or without headings of ours before
//! them, in any encoding and output form.

#![no_main]

use std::io::{self, Cursor, Read, Write};
use std::sync::{Arc, LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use originis_batch::input::encoding::Encoding;
use originis_batch::input::sheet::{Content, as_text, content};
use originis_batch::run::{Finished, Input, Inputs, Options, OutputForm, Outputs, Progress, run};
use originis_rules_engine::rulebook::RuleBook;

static BOOK: LazyLock<RuleBook> = LazyLock::new(originis_testkit::book);

const HEADINGS: &str =
    "报关单号,项号,商品编号,原产国,最终目的国,总价,成交方式,运费标记,运费,规格型号,产品编码\n";
const BILL_HEADINGS: &str = "product_code,name,hs,origin,status,value,parent\n";

#[derive(Clone, Default)]
struct Shared(Arc<Mutex<Vec<u8>>>);

impl Write for Shared {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl Shared {
    fn take(&self) -> Vec<u8> {
        std::mem::take(&mut self.0.lock().unwrap())
    }
}

fn input(name: &str, bytes: Vec<u8>) -> Input {
    Input {
        name: name.to_owned(),
        reader: Box::new(Cursor::new(bytes)) as Box<dyn Read + Send>,
    }
}

/// Runs a file with chunks of a size; the result with its bytes.
fn decide(
    lines: &[u8],
    bill: Option<&[u8]>,
    form: OutputForm,
    chunk: usize,
    encoding: Option<Encoding>,
) -> Option<(Finished, Vec<u8>)> {
    let written = Shared::default();
    let mut options = Options {
        form,
        threads: 1,
        chunk,
        ..Options::default()
    };
    options.layout.encoding = encoding;
    let inputs = Inputs {
        lines: input("lines", lines.to_vec()),
        headers: None,
        products: None,
        materials: bill.map(|bytes| input("bill", bytes.to_vec())),
    };
    let outputs = Outputs {
        lines: Box::new(written.clone()),
        rejects: Some(Box::new(io::sink())),
        facts: Some(Box::new(io::sink())),
        facts_materials: Some(Box::new(io::sink())),
    };
    let finished = run(&BOOK, inputs, outputs, &options, &Progress::default()).ok()?;
    Some((finished, written.take()))
}

// The first byte chooses how the rest is used.
fuzz_target!(|bytes: &[u8]| {
    let Some((&choice, rest)) = bytes.split_first() else {
        return;
    };
    let mut lines = Vec::new();
    if choice & 1 == 0 {
        lines.extend_from_slice(HEADINGS.as_bytes());
    }
    // A zero byte divides the lines from a bill of materials.
    let mut parts = rest.splitn(2, |byte| choice & 2 == 2 && *byte == 0);
    lines.extend_from_slice(parts.next().unwrap_or_default());
    let bill = parts.next().map(|rows| {
        let mut bill = BILL_HEADINGS.as_bytes().to_vec();
        bill.extend_from_slice(rows);
        bill
    });
    if content(&lines) != Content::Delimited {
        let mut text = Vec::new();
        match as_text(Cursor::new(lines)) {
            Ok((mut reader, _)) => reader.read_to_end(&mut text).unwrap(),
            Err(_) => return,
        };
        lines = text;
    }
    let form = match choice >> 2 & 3 {
        0 => OutputForm::JsonLines,
        _ => OutputForm::AsInput,
    };
    let encoding = match choice >> 4 & 3 {
        0 => Some(Encoding::Gb18030),
        1 => Some(Encoding::Utf8),
        _ => None,
    };
    let Some((finished, out)) = decide(&lines, bill.as_deref(), form, 64, encoding) else {
        return;
    };
    // How a file is cut into chunks is seen in no result.
    let whole = decide(&lines, bill.as_deref(), form, 1 << 20, encoding);
    if whole.is_none_or(|(other, bytes)| {
        bytes != out || other.checkpoint.tally != finished.checkpoint.tally
    }) {
        panic!("the result depends on the chunks");
    }
    if form == OutputForm::JsonLines {
        // One object for each line, each of it JSON.
        let text = String::from_utf8(out).unwrap();
        let rows = text
            .lines()
            .filter(|row| row.starts_with('{') && row.ends_with('}'))
            .count();
        assert_eq!(rows, text.lines().count());
        assert_eq!(rows as u64, finished.checkpoint.tally.lines);
    } else if finished.layout.detected.encoding == finished.layout.text_encoding {
        // Every byte of the input is in the output, in its order.
        let mut rest = out.iter();
        assert!(lines.iter().all(|byte| rest.any(|other| other == byte)));
    }
});
