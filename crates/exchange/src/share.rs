//! Shares in per cent for people to read. They never decide anything.

use std::fmt::Write;

/// The side a share is rounded to: away from passing, so that what fails never
/// prints as the threshold it fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Rounding {
    /// For a share that must reach a threshold.
    Down,
    /// For a share that may not exceed a threshold.
    Up,
}

/// `part / whole` in per cent with two decimals; `None` when `whole` is not
/// positive.
pub(crate) fn share(part: i128, whole: i128, rounding: Rounding) -> Option<String> {
    if whole <= 0 {
        return None;
    }
    let scaled = part.checked_mul(10_000)?;
    let hundredths = match rounding {
        Rounding::Down => scaled.div_euclid(whole),
        Rounding::Up => -(-scaled).div_euclid(whole),
    };
    let magnitude = hundredths.unsigned_abs();
    let mut text = String::new();
    if hundredths < 0 {
        text.push('-');
    }
    write!(text, "{}.{:02}", magnitude / 100, magnitude % 100).ok()?;
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_away_from_passing() {
        assert_eq!(share(1, 3, Rounding::Down).unwrap(), "33.33");
        assert_eq!(share(1, 3, Rounding::Up).unwrap(), "33.34");
        assert_eq!(share(1, 10, Rounding::Up).unwrap(), "10.00");
        assert_eq!(share(-1, 3, Rounding::Down).unwrap(), "-33.34");
        assert_eq!(share(-1, 400, Rounding::Up).unwrap(), "-0.25");
        assert_eq!(share(1, 0, Rounding::Up), None);
    }
}
