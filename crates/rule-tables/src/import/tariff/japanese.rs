//! Reads the rates of the Japanese tariff: numbers and the nature of the rate,
//! never the words a condition is printed in.

use originis_rules_engine::quantity::{Amount, Percent};
use originis_rules_engine::rate::{Rate, SpecificRate};

/// A cell of the Japanese tariff.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PrintedRate {
    /// The rate.
    pub rate: Rate,
    /// Whether it stands in brackets, which mark a rate that is not applied.
    pub in_brackets: bool,
}

/// Reads one cell; `None` when it is no rate this reader knows.
pub fn read(text: &str) -> Option<PrintedRate> {
    let text = normalised(text);
    let unmarked = text.trim_start_matches(['●', '◎', '※', '*']);
    // Both marks stand for a rate that only goods under a further condition get.
    let is_conditional = text.starts_with(['◎', '※']);
    let (body, in_brackets) = match without_brackets(unmarked) {
        Some(inner) => (inner, true),
        None => (unmarked, false),
    };
    let mut printed = cell(body)?;
    printed.in_brackets |= in_brackets;
    if is_conditional && !matches!(printed.rate, Rate::DependsOnProduct(_)) {
        printed.rate = Rate::DependsOnProduct(vec![printed.rate]);
    }
    Some(printed)
}

/// One width for brackets, signs and spaces, no separators of thousands, no
/// footnote and no line break inside a number.
fn normalised(text: &str) -> String {
    let mut plain: String = text
        .chars()
        .filter_map(|character| match character {
            '（' => Some('('),
            '）' => Some(')'),
            '％' => Some('%'),
            '＋' => Some('+'),
            '−' => Some('-'),
            '\u{3000}' => Some(' '),
            ',' => None,
            other => Some(other),
        })
        .collect();
    for (from, to) in [("+ | ", "+"), (" | /", "/"), ("〜 | ", "〜")] {
        plain = plain.replace(from, to);
    }
    match plain.split_once('◆') {
        Some((rate, _)) => rate.trim().to_owned(),
        None => plain.trim().to_owned(),
    }
}

/// The text inside one pair of brackets that spans all of it.
fn without_brackets(text: &str) -> Option<&str> {
    let inner = text.strip_prefix('(')?.strip_suffix(')')?;
    let mut depth = 0_i32;
    for character in inner.chars() {
        match character {
            '(' => depth += 1,
            ')' => depth -= 1,
            _ => {}
        }
        if depth < 0 {
            return None;
        }
    }
    Some(inner)
}

fn plain(rate: Rate) -> Option<PrintedRate> {
    Some(PrintedRate {
        rate,
        in_brackets: false,
    })
}

fn cell(text: &str) -> Option<PrintedRate> {
    if let Some(part) = text.strip_prefix("一部") {
        let rates = alternatives(part)?;
        return plain(Rate::DependsOnProduct(
            rates.into_iter().map(|printed| printed.rate).collect(),
        ));
    }
    if text.split(" | ").any(|part| part.trim().contains(' ')) {
        return by_product(text);
    }
    if let Some((rate, floor)) = text.split_once(" | ") {
        return plain(with_floor(rate, floor)?);
    }
    if is_choice(text) || is_formula(text) {
        return plain(single(text)?);
    }
    let (rates, excluded) = match text.strip_suffix("又は非譲許") {
        Some(rates) => (rates, true),
        None => (text, false),
    };
    let printed = alternatives(rates)?;
    let in_brackets = !excluded && printed.iter().all(|one| one.in_brackets);
    let rates: Vec<Rate> = printed
        .into_iter()
        .map(|one| one.rate)
        .chain(excluded.then_some(Rate::Excluded))
        .collect();
    Some(PrintedRate {
        rate: Rate::one_of(rates),
        in_brackets,
    })
}

/// Rates for products described in words, one line each: the rate is what
/// follows the last space.
fn by_product(text: &str) -> Option<PrintedRate> {
    let mut rates = Vec::new();
    let mut names_exceptions = false;
    let mut names_the_rest = false;
    for line in text.split(" | ") {
        let (product, rate) = line.trim().rsplit_once(' ')?;
        names_exceptions |= product.contains("以外");
        names_the_rest |= product.contains("その他");
        let rate = without_brackets(rate).unwrap_or(rate);
        rates.push(single(rate)?);
    }
    if rates.len() > 1 && names_exceptions && !names_the_rest {
        rates.push(Rate::Excluded);
    }
    plain(match rates.len() {
        // One rate for some of the goods, nothing stated for the others.
        1 => Rate::DependsOnProduct(rates),
        _ => Rate::one_of(rates),
    })
}

/// `… | the duty is at least …`: a floor under the rate before it.
fn with_floor(rate: &str, floor: &str) -> Option<Rate> {
    let (_, floor) = floor
        .strip_prefix("ただしその税率が")?
        .split_once("を下回る場合は")?;
    Some(Rate::HigherOf(vec![single(floor)?, single(rate)?]))
}

/// `A〜B`, `A〜B、C又はD`: the rates that are named.
fn alternatives(text: &str) -> Option<Vec<PrintedRate>> {
    text.split("又は")
        .flat_map(|part| part.split('、'))
        .flat_map(|part| part.split('〜'))
        .map(|part| {
            let inner = without_brackets(part);
            single(inner.unwrap_or(part)).map(|rate| PrintedRate {
                rate,
                in_brackets: inner.is_some(),
            })
        })
        .collect()
}

fn is_choice(text: &str) -> bool {
    text.ends_with("税率")
}

/// Whether the duty is computed from the customs value or the composition.
fn is_formula(text: &str) -> bool {
    text.contains("課税価格") || text.contains("につき")
}

fn single(text: &str) -> Option<Rate> {
    for (ending, higher) in [
        ("のうちいずれか高い税率", true),
        ("のうちいずれか低い税率", false),
    ] {
        if let Some(choice) = text.strip_suffix(ending) {
            let rates: Option<Vec<Rate>> = choice.split("又は").map(single).collect();
            return rates.map(if higher {
                Rate::HigherOf
            } else {
                Rate::LowerOf
            });
        }
    }
    if is_formula(text) {
        return Some(Rate::DependsOnProduct(Vec::new()));
    }
    if matches!(text, "無税" | "免税") {
        return Some(Rate::FREE);
    }
    match text.split_once('+') {
        Some((percent, each)) => Some(Rate::Compound(percentage(percent)?, specific(each)?)),
        None if text.ends_with('%') => percentage(text).map(Rate::AdValorem),
        None => specific(text).map(Rate::Specific),
    }
}

fn percentage(text: &str) -> Option<Percent> {
    text.strip_suffix('%')?.parse().ok()
}

fn specific(text: &str) -> Option<SpecificRate> {
    let (amount, unit) = text.split_once("円/")?;
    let amount: Amount = amount.parse().ok()?;
    let per = match unit {
        "kg" | "l" | "kl" => unit,
        "MT" => "t",
        "㎡" => "m2",
        "頭" => "head",
        "足" => "pair",
        "本" => "piece",
        "1000本" => "1000 pieces",
        "枚" => "sheet",
        _ => return None,
    };
    Some(SpecificRate {
        amount,
        currency: "JPY".to_owned(),
        per: per.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_nature_of_rate_is_kept() {
        for (printed, rate, in_brackets) in [
            ("無税", "free", false),
            ("(無税）", "free", true),
            ("10.9%", "10.9%", false),
            ("（3.3%）", "3.3%", true),
            ("4,000,000円/頭", "4000000 JPY/head", false),
            ("(500円 | /kg)", "500 JPY/kg", true),
            ("25%＋63円/kg", "25% + 63 JPY/kg", false),
            ("29.8%+ | 915円/kg", "29.8% + 915 JPY/kg", false),
            ("*(25.5%＋509円/kg)", "25.5% + 509 JPY/kg", true),
            (
                "(8.5%＋290.70円/1,000本)",
                "8.5% + 290.7 JPY/1000 pieces",
                true,
            ),
            (
                "5.6%又は4.4%＋1.52円/㎡のうちいずれか高い税率",
                "higher(5.6%, 4.4% + 1.52 JPY/m2)",
                false,
            ),
            (
                "**(85.7%又は60.90円/kgのうちいずれか高い税率)",
                "higher(85.7%, 60.9 JPY/kg)",
                true,
            ),
            (
                "21.3%又は156.80円/lのうちいずれか低い税率 | ただしその税率が93円/lを下回る場合は93円/l",
                "higher(93 JPY/l, lower(21.3%, 156.8 JPY/l))",
                false,
            ),
            (
                "1.9%又は((500円-課税価格)×10/16)/kgのうちいずれか低い税率",
                "lower(1.9%, depends(?))",
                false,
            ),
            ("(73.70円−課税価格)/kg", "depends(?)", false),
            ("◎(170円−課税価格)/kg", "depends(?)", false),
            (
                "1キログラムにつき枝肉に係る基準輸入価格と課税価格との差額",
                "depends(?)",
                false,
            ),
        ] {
            let read = read(printed).unwrap_or_else(|| panic!("{printed}"));
            assert_eq!(read.rate, rate.parse().unwrap(), "{printed}");
            assert_eq!(read.in_brackets, in_brackets, "{printed}");
        }
    }

    #[test]
    fn conditions_become_the_set_of_rates_without_their_words() {
        for (printed, rate, in_brackets) in [
            ("◎無税", "depends(free)", false),
            ("※1％", "depends(1%)", false),
            ("(無税)〜(12%)", "depends(free, 12%)", true),
            ("(無税〜2.1%)", "depends(free, 2.1%)", true),
            ("●2.5%〜(4.8%)", "depends(2.5%, 4.8%)", false),
            ("(一部3.5%）", "depends(3.5%)", true),
            ("（一部8.4%〜10.5%)", "depends(8.4%, 10.5%)", true),
            ("無税〜5.3% ◆2", "depends(free, 5.3%)", false),
            ("●2.2%又は非譲許", "depends(2.2%, excluded)", false),
            (
                "無税〜(2.4%)又は非譲許",
                "depends(free, 2.4%, excluded)",
                false,
            ),
            (
                "(無税)〜(4.8%)又は(8.8円/kg)",
                "depends(free, 4.8%, 8.8 JPY/kg)",
                true,
            ),
            (
                "●(9%）〜（29.8%+1,159円/kg)、64円/kg、85円/kg又は341円/kg",
                "depends(9%, 29.8% + 1159 JPY/kg, 64 JPY/kg, 85 JPY/kg, 341 JPY/kg)",
                false,
            ),
            ("くらげ\u{3000}3.2%", "depends(3.2%)", false),
            (
                "鉄のもの\u{3000}無税 | その他のもの\u{3000}2.1%",
                "depends(free, 2.1%)",
                false,
            ),
            (
                "JIS\u{3000}L-1096に定める伸度が50%以上のもの\u{3000}5.3% | その他のもの\u{3000}無税",
                "depends(5.3%, free)",
                false,
            ),
            (
                "くらげ\u{3000}3.2% | うに及びくらげ以外のもの\u{3000}4%",
                "depends(3.2%, 4%, excluded)",
                false,
            ),
        ] {
            let read = read(printed).unwrap_or_else(|| panic!("{printed}"));
            assert_eq!(read.rate, rate.parse().unwrap(), "{printed}");
            assert_eq!(read.in_brackets, in_brackets, "{printed}");
        }
    }

    #[test]
    fn what_is_no_rate_is_refused() {
        for printed in ["", "10", "5円/袋", "もの", "5%又は"] {
            assert_eq!(read(printed), None, "{printed}");
        }
    }
}
