//! Reading declaration files: encoding, layout, chunks, records.

pub mod encoding;
pub mod layout;
pub mod record;
pub mod rows;
pub mod sheet;
pub mod source;
