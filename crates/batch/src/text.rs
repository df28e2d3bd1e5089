//! Writing numbers and fields without formatting machinery: half of the time of
//! a batch run is output.

use originis_rules_engine::hs::HsCode;

/// Appends an integer scaled by `10^places`, with at least `least` decimals and
/// no further zeros at the end.
pub fn push_scaled(out: &mut Vec<u8>, value: i128, places: u32, least: u32) {
    if value < 0 {
        out.push(b'-');
    }
    let magnitude = value.unsigned_abs();
    match u64::try_from(magnitude) {
        Ok(magnitude) => push_short(out, magnitude, places, least),
        Err(_) => push_long(out, &magnitude.to_string(), places, least),
    }
}

/// Division by a constant is several times faster than by a variable.
fn divided(value: u64, places: u32) -> (u64, u64) {
    match places {
        0 => (value, 0),
        3 => (value / 1_000, value % 1_000),
        4 => (value / 10_000, value % 10_000),
        6 => (value / 1_000_000, value % 1_000_000),
        places => {
            let scale = 10_u64.pow(places);
            (value / scale, value % scale)
        }
    }
}

fn push_short(out: &mut Vec<u8>, value: u64, places: u32, least: u32) {
    let (whole, mut fraction) = divided(value, places);
    let mut digits = itoa::Buffer::new();
    out.extend_from_slice(digits.format(whole).as_bytes());
    let mut kept = places;
    while kept > least && fraction.is_multiple_of(10) {
        fraction /= 10;
        kept -= 1;
    }
    if kept == 0 {
        return;
    }
    out.push(b'.');
    let digits = digits.format(fraction).as_bytes();
    for _ in digits.len()..kept as usize {
        out.push(b'0');
    }
    out.extend_from_slice(digits);
}

/// The same for a number of more than 64 bits.
fn push_long(out: &mut Vec<u8>, digits: &str, places: u32, least: u32) {
    let places = usize::try_from(places).unwrap_or_default();
    let least = usize::try_from(least).unwrap_or_default();
    let padded = format!("{digits:0>width$}", width = places + 1);
    let (whole, fraction) = padded
        .split_at_checked(padded.len() - places)
        .unwrap_or((&padded, ""));
    let used = fraction.trim_end_matches('0').len().max(least);
    out.extend_from_slice(whole.as_bytes());
    if used > 0 {
        out.push(b'.');
        out.extend_from_slice(fraction.get(..used).unwrap_or_default().as_bytes());
    }
}

/// Appends a code with the dots of the treaty, as `HsCode` prints it.
pub fn push_code(out: &mut Vec<u8>, code: HsCode) {
    // A one before the digits keeps their leading zeros.
    let one = 10_u64.pow(u32::from(code.digit_count()));
    let mut buffer = itoa::Buffer::new();
    let text = buffer.format(one + code.as_number()).as_bytes();
    let parts: [&[u8]; 3] = match text {
        [_, a, b] => [&[*a, *b], &[], &[]],
        [_, a, b, c, d] => [&[*a, *b], &[*c, *d], &[]],
        text => [
            text.get(1..5).unwrap_or_default(),
            text.get(5..7).unwrap_or_default(),
            text.get(7..).unwrap_or_default(),
        ],
    };
    for (index, part) in parts.into_iter().enumerate() {
        if index > 0 && !part.is_empty() {
            out.push(b'.');
        }
        out.extend_from_slice(part);
    }
}

/// Appends a field, quoted where the delimiter, a quotation mark or a line break
/// makes that necessary.
pub fn push_field(out: &mut Vec<u8>, field: &[u8], delimiter: u8) {
    let needs_quotes = field
        .iter()
        .any(|byte| *byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r'));
    if !needs_quotes {
        out.extend_from_slice(field);
        return;
    }
    out.push(b'"');
    for byte in field {
        if *byte == b'"' {
            out.push(b'"');
        }
        out.push(*byte);
    }
    out.push(b'"');
}

#[cfg(test)]
mod tests {
    use super::*;
    use originis_rules_engine::quantity::Balance;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn amounts_print_as_the_engine_prints_them(value in any::<i64>()) {
            let mut out = Vec::new();
            push_scaled(&mut out, i128::from(value), 4, 2);
            prop_assert_eq!(String::from_utf8(out).unwrap(), Balance(i128::from(value)).to_string());
        }

        #[test]
        fn codes_print_as_the_engine_prints_them(
            length in prop::sample::select(vec![2_u8, 4, 6, 7, 8, 9, 10, 11, 12]),
            digits in any::<u64>(),
        ) {
            let code = HsCode::new(digits % 10_u64.pow(u32::from(length)), length).unwrap();
            let mut out = Vec::new();
            push_code(&mut out, code);
            prop_assert_eq!(String::from_utf8(out).unwrap(), code.to_string());
        }

        #[test]
        fn numbers_of_any_length(value in any::<i128>(), short in any::<bool>(), zeros in 0_u32..5) {
            // Of 64 bits or of more, with zeros at the end.
            let value = if short { value >> 70 } else { value >> 12 } / 10_i128.pow(zeros) * 10_i128.pow(zeros);
            let mut out = Vec::new();
            push_scaled(&mut out, value, 4, 2);
            prop_assert_eq!(String::from_utf8(out).unwrap(), Balance(value).to_string());
            let mut whole = Vec::new();
            push_scaled(&mut whole, value, 0, 0);
            prop_assert_eq!(String::from_utf8(whole).unwrap(), value.to_string());
        }
    }

    #[test]
    fn fields_are_quoted_only_where_needed() {
        let mut out = Vec::new();
        push_field(&mut out, b"CC or RVC40", b',');
        push_field(&mut out, b"a;b", b';');
        push_field(&mut out, b"5\"", b',');
        assert_eq!(out, b"CC or RVC40\"a;b\"\"5\"\"\"");
    }
}
