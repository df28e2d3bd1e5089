//! Declaration files in, decisions and money out.

pub mod best;
pub mod codes;
pub mod columns;
pub mod days;
pub mod decide;
pub mod duties;
pub mod extension;
pub mod failure;
pub mod hash;
pub mod identity;
pub mod input;
pub mod kept;
pub mod line;
pub mod materials;
pub mod number;
pub mod output;
pub mod remark;
pub mod report;
pub mod results;
pub mod resume;
pub mod run;
pub mod small_table;
pub mod stream;
pub mod tally;
pub mod text;
