//! From verdict to best decision: which origin and agreement give the lowest
//! lawful duty, what would make a failing good qualify, and what paper to hold.

pub mod document;
pub mod repair;
pub mod workbook;
