//! Decimal numbers as declaration files print them, read exactly.

use originis_rules_engine::quantity::{Amount, Weight};

/// A non-negative decimal with six places, enough for quantities (five) and
/// prices (four).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct Decimal(pub i64);

/// Why a cell is no number.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum NumberProblem {
    /// Other characters than digits, one point and thousands separators.
    NotANumber,
    /// `1.02E+09`: digits were lost when the cell was shown in scientific form.
    Scientific,
    /// Below zero.
    Negative,
    /// More decimals, or more digits, than can be held exactly.
    TooLong,
}

impl Decimal {
    /// Decimal places held.
    pub const PLACES: u32 = 6;
    /// One.
    pub const ONE: Self = Self(1_000_000);

    /// Reads a cell; `None` when it is empty. Thousands separators, also
    /// full-width ones, are accepted where they stand between groups of three
    /// digits.
    ///
    /// # Errors
    /// [`NumberProblem`] when it is no non-negative number.
    pub fn read(cell: &[u8]) -> Result<Option<Self>, NumberProblem> {
        if let Some(value) = plain(cell) {
            return Ok(Some(value));
        }
        let text = trimmed(cell);
        if text.is_empty() {
            return Ok(None);
        }
        careful(text).map(Some)
    }

    /// As an amount of money, when it has no more than four decimals.
    pub fn amount(self) -> Option<Amount> {
        (self.0 % 100 == 0)
            .then(|| Amount::from_minor(self.0 / 100))
            .flatten()
    }

    /// As a weight in kilograms.
    pub fn weight(self) -> Option<Weight> {
        Weight::from_milligrams(self.0)
    }

    /// The value wide enough to multiply.
    pub const fn wide(self) -> i128 {
        self.0 as i128
    }

    /// The exact product; `None` when six decimals do not hold it.
    pub fn times(self, other: Self) -> Option<Self> {
        let product = self.wide().checked_mul(other.wide())?;
        let scale = Self::ONE.wide();
        (product % scale == 0)
            .then(|| i64::try_from(product / scale).ok())
            .flatten()
            .map(Self)
    }
}

impl From<Amount> for Decimal {
    fn from(amount: Amount) -> Self {
        Self(amount.minor().saturating_mul(100))
    }
}

/// The cell without surrounding blanks and the tabs Excel exports put before
/// text cells.
#[inline]
pub fn trimmed(cell: &[u8]) -> &[u8] {
    match cell {
        // No blank comes after the space in ASCII; the usual case.
        [first, .., last] if *first > b' ' && *last > b' ' => cell,
        cell => cell.trim_ascii(),
    }
}

/// Nineteen digits fit in 64 bits, with a point among them.
const LONGEST_PLAIN: usize = 20;

/// Digits with at most one point: the usual case.
fn plain(text: &[u8]) -> Option<Decimal> {
    if text.is_empty() || text.len() > LONGEST_PLAIN {
        return None;
    }
    let mut value = 0_u64;
    let mut point = None;
    for (position, byte) in text.iter().enumerate() {
        match byte {
            b'0'..=b'9' => value = value.checked_mul(10)?.checked_add(u64::from(byte - b'0'))?,
            b'.' if point.is_none() && position > 0 => point = Some(position),
            _ => return None,
        }
    }
    let places = match point {
        None => 0,
        Some(point) => text.len() - 1 - point,
    };
    if point.is_some() && places == 0 {
        return None;
    }
    let scale = *SCALES.get(places)?;
    i64::try_from(value).ok()?.checked_mul(scale).map(Decimal)
}

/// What a number with so many decimals is multiplied by.
const SCALES: [i64; Decimal::PLACES as usize + 1] = [1_000_000, 100_000, 10_000, 1_000, 100, 10, 1];

fn careful(text: &[u8]) -> Result<Decimal, NumberProblem> {
    let text = std::str::from_utf8(text).map_err(|_| NumberProblem::NotANumber)?;
    let narrow: String = text
        .chars()
        .filter(|character| !character.is_whitespace())
        .map(|character| match character {
            '\u{ff01}'..='\u{ff5e}' => {
                char::from_u32(u32::from(character) - 0xfee0).unwrap_or(character)
            }
            other => other,
        })
        .collect();
    if let Some(rest) = narrow.strip_prefix('-') {
        let is_number = rest
            .bytes()
            .all(|b| b.is_ascii_digit() || b == b'.' || b == b',');
        return Err(if is_number {
            NumberProblem::Negative
        } else {
            NumberProblem::NotANumber
        });
    }
    if is_scientific(&narrow) {
        return Err(NumberProblem::Scientific);
    }
    let (whole, fraction) = narrow.split_once('.').unwrap_or((&narrow, ""));
    if whole.contains(',') && !has_groups_of_three(whole) {
        return Err(NumberProblem::NotANumber);
    }
    let digits: String = whole.chars().filter(|c| *c != ',').collect();
    let all_digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if digits.is_empty() || !all_digits(&digits) || !all_digits(fraction) {
        return Err(NumberProblem::NotANumber);
    }
    let kept = fraction.trim_end_matches('0');
    let digits = match digits.trim_start_matches('0') {
        "" => "0",
        digits => digits,
    };
    let joined = if kept.is_empty() {
        digits.to_owned()
    } else {
        format!("{digits}.{kept}")
    };
    plain(joined.as_bytes()).ok_or(NumberProblem::TooLong)
}

fn has_groups_of_three(whole: &str) -> bool {
    let mut groups = whole.split(',');
    let first = groups.next().unwrap_or_default();
    (1..=3).contains(&first.len()) && groups.all(|group| group.len() == 3)
}

/// `1.02E+09`, as a spreadsheet shows a long code or number.
pub fn is_scientific(text: &str) -> bool {
    let Some((mantissa, exponent)) = text.split_once(['E', 'e']) else {
        return false;
    };
    let exponent = exponent.trim_start_matches(['+', '-']);
    let is_number = |part: &str| {
        !part.is_empty()
            && part
                .bytes()
                .all(|byte| byte.is_ascii_digit() || byte == b'.')
    };
    is_number(mantissa) && is_number(exponent)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<Option<i64>, NumberProblem> {
        Decimal::read(text.as_bytes()).map(|value| value.map(|value| value.0))
    }

    #[test]
    fn plain_and_dressed_numbers() {
        for (text, value) in [
            ("1200.50", 1_200_500_000),
            ("\t1,200.50 ", 1_200_500_000),
            ("１，２００．５０", 1_200_500_000),
            ("12.500000000", 12_500_000),
            ("0", 0),
            ("7.00000", 7_000_000),
            ("9223372036854.775807", i64::MAX),
            ("00000000000000000000001.50", 1_500_000),
        ] {
            assert_eq!(read(text), Ok(Some(value)), "{text}");
        }
        assert_eq!(read("  "), Ok(None));
    }

    #[test]
    fn what_is_no_number_says_why() {
        use NumberProblem::{Negative, NotANumber, Scientific, TooLong};
        for (text, problem) in [
            ("1.02E+09", Scientific),
            ("-5", Negative),
            ("--5", NotANumber),
            ("12,34", NotANumber),
            ("1.200,50", NotANumber),
            (".5", NotANumber),
            ("abc", NotANumber),
            ("1.2345678", TooLong),
            ("9223372036854.775808", TooLong),
            ("99999999999999999999", TooLong),
        ] {
            assert_eq!(read(text), Err(problem), "{text}");
        }
    }

    #[test]
    fn products_are_exact_or_nothing() {
        let number = |text: &str| Decimal::read(text.as_bytes()).unwrap().unwrap();
        assert_eq!(number("2.5").times(number("0.4")), Some(number("1")));
        assert_eq!(number("0.000001").times(number("0.1")), None);
    }
}
