//! Any bytes as a declaration file: no panic, and every line of it comes out
//! again byte for byte with its results behind it.
//!
//! Run with `cargo +nightly fuzz run reader` in `crates/batch/fuzz`.

#![no_main]

use std::io::{self, Cursor, Write};
use std::sync::{Arc, LazyLock, Mutex};

use libfuzzer_sys::fuzz_target;
use originis_batch::run::{Input, Inputs, Options, Outputs, Progress, run};
use originis_rules_engine::rulebook::RuleBook;

static BOOK: LazyLock<RuleBook> = LazyLock::new(originis_testkit::book);

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

fuzz_target!(|bytes: &[u8]| {
    let mut text = "商品编号,原产国,最终目的国,总价,规格型号\n".as_bytes().to_vec();
    text.extend_from_slice(bytes);
    let written = Shared::default();
    let inputs = Inputs {
        lines: Input {
            name: "fuzz".to_owned(),
            reader: Box::new(Cursor::new(text.clone())),
        },
        headers: None,
        products: None,
        materials: None,
    };
    let outputs = Outputs {
        lines: Box::new(written.clone()),
        rejects: Some(Box::new(io::sink())),
        facts: Some(Box::new(io::sink())),
        facts_materials: Some(Box::new(io::sink())),
    };
    let options = Options {
        threads: 1,
        chunk: 64,
        ..Options::default()
    };
    if let Ok(finished) = run(&BOOK, inputs, outputs, &options, &Progress::default()) {
        let out = written.0.lock().unwrap();
        // Every byte of the input is in the output, in its order.
        if finished.layout.detected.encoding == finished.layout.text_encoding {
            let mut rest = out.iter();
            assert!(text.iter().all(|byte| rest.any(|other| other == byte)));
        }
    }
});
