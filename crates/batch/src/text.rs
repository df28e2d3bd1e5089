//! Writing numbers and fields without formatting machinery: half of the time of
//! a batch run is output.

use originis_rules_engine::hs::HsCode;

/// Appends the digits of a whole number.
pub fn push_whole(out: &mut Vec<u8>, value: u128) {
    let mut digits = [0_u8; 40];
    let mut rest = value;
    let mut used = 0;
    for slot in digits.iter_mut().rev() {
        // INVARIANT: the remainder is below ten.
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

/// Appends an integer scaled by `10^places`, with at least `least` decimals and
/// no further zeros at the end.
pub fn push_scaled(out: &mut Vec<u8>, value: i128, places: u32, least: u32) {
    if value < 0 {
        out.push(b'-');
    }
    let scale = 10_u128.pow(places);
    let magnitude = value.unsigned_abs();
    // Division of 64-bit numbers is several times faster.
    let (whole, mut fraction) = match (u64::try_from(magnitude), u64::try_from(scale)) {
        (Ok(magnitude), Ok(scale)) => {
            (u128::from(magnitude / scale), u128::from(magnitude % scale))
        }
        _ => (magnitude / scale, magnitude % scale),
    };
    push_small(out, whole);
    let mut kept = places;
    while kept > least && fraction % 10 == 0 {
        fraction /= 10;
        kept -= 1;
    }
    if kept == 0 {
        return;
    }
    out.push(b'.');
    let mut divisor = 10_u128.pow(kept - 1);
    while divisor > 0 {
        out.push(b'0' + (fraction / divisor % 10) as u8);
        divisor /= 10;
    }
}

fn push_small(out: &mut Vec<u8>, value: u128) {
    let Ok(mut rest) = u64::try_from(value) else {
        return push_whole(out, value);
    };
    let mut digits = [0_u8; 20];
    let mut used = 0;
    for slot in digits.iter_mut().rev() {
        *slot = b'0' + (rest % 10) as u8;
        rest /= 10;
        used += 1;
        if rest == 0 {
            break;
        }
    }
    out.extend_from_slice(digits.get(digits.len() - used..).unwrap_or_default());
}

/// Appends a code with the dots of the treaty, as `HsCode` prints it.
pub fn push_code(out: &mut Vec<u8>, code: HsCode) {
    let length = u32::from(code.digit_count());
    let mut divisor = 10_u64.pow(length.saturating_sub(1));
    for position in 0..length {
        let dotted = match length {
            2 => false,
            4 => position == 2,
            _ => position == 4 || position == 6,
        };
        if dotted {
            out.push(b'.');
        }
        out.push(b'0' + (code.as_number() / divisor % 10) as u8);
        divisor /= 10;
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
        fn whole_numbers(value in any::<u128>()) {
            let mut out = Vec::new();
            push_whole(&mut out, value);
            prop_assert_eq!(String::from_utf8(out).unwrap(), value.to_string());
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
