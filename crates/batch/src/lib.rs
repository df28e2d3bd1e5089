//! Declaration files in, decisions and money out.

pub mod codes;
pub mod columns;
pub mod hash;
pub mod input;
pub mod line;
pub mod materials;
pub mod number;
pub mod remark;
