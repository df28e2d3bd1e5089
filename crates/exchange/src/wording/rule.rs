//! A product-specific rule in plain words.

use originis_rules_engine::hs::HsCode;
use originis_rules_engine::rule::{
    Alternative, Exclusion, ExclusionForm, HsUnit, OriginRule, Proviso, Requirement, ShiftLevel,
    TariffShift,
};

use crate::lang::Lang;

/// The whole rule in words.
pub fn words(rule: &OriginRule, lang: Lang) -> String {
    match rule {
        OriginRule::Uniform(requirement) => sentence(requirement, lang),
        OriginRule::ByProduct(parts) => {
            let opening = lang.pick("The rule depends on the product.", "规则因产品而异。");
            let mut text = opening.to_owned();
            for (number, part) in (1..).zip(parts) {
                let requirement = sentence(&part.requirement, lang);
                text.push_str(&match lang {
                    Lang::En => format!(" ({number}) {}: {requirement}", part.product),
                    Lang::Zh => format!(
                        "（{number}）{}：{requirement}",
                        chinese_product(&part.product)
                    ),
                });
            }
            text
        }
    }
}

/// Products a rule is split by, in the words of the table and in Chinese.
const PRODUCTS: &[(&str, &str)] = &[
    ("of insects", "昆虫制品"),
    ("all other goods", "其他货物"),
    ("other", "其他"),
    ("manufactured tobacco substitutes", "烟草代用品"),
    (
        "acetal and hemiacetal peroxides",
        "缩醛过氧化物和半缩醛过氧化物",
    ),
];

/// A product in Chinese; one of a table that brings other words stays in them.
fn chinese_product(product: &str) -> String {
    let species = product.strip_prefix("carp ");
    match (
        PRODUCTS.iter().find(|(words, _)| *words == product),
        species,
    ) {
        (Some((_, chinese)), _) => (*chinese).to_owned(),
        (None, Some(species)) => format!("鲤科鱼 {}", species.replace(" other than ", " 不含 ")),
        (None, None) => product.to_owned(),
    }
}

/// One requirement as a sentence of its own.
pub fn sentence(requirement: &Requirement, lang: Lang) -> String {
    let alternatives: Vec<String> = requirement
        .alternatives
        .iter()
        .map(|alternative| alternative_words(alternative, lang))
        .collect();
    match (alternatives.as_slice(), lang) {
        ([one], Lang::En) => format!("{}.", capitalise(one)),
        ([one], Lang::Zh) => format!("{one}。"),
        (several, Lang::En) => format!(
            "One of these is enough: {}.",
            numbered(several, "; or ", |number, text| format!(
                "({number}) {text}"
            ))
        ),
        (several, Lang::Zh) => format!(
            "满足下列之一即可：{}。",
            numbered(several, "；或", |number, text| format!(
                "（{number}）{text}"
            ))
        ),
    }
}

fn numbered(texts: &[String], between: &str, one: impl Fn(usize, &str) -> String) -> String {
    texts
        .iter()
        .enumerate()
        .map(|(index, text)| one(index + 1, text))
        .collect::<Vec<_>>()
        .join(between)
}

fn capitalise(text: &str) -> String {
    let mut characters = text.chars();
    characters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(characters).collect()
    })
}

/// One alternative, without its closing full stop.
pub fn alternative_words(alternative: &Alternative, lang: Lang) -> String {
    match alternative {
        Alternative::WhollyObtained => lang
            .pick(
                "the good is wholly obtained or produced in a member, or made there exclusively from originating materials",
                "货物在一成员完全获得或生产，或在该成员仅使用原产材料生产",
            )
            .to_owned(),
        Alternative::TariffShift(shift) => shift_words(shift, lang),
        Alternative::ValueContent(threshold) => {
            let percent = threshold.as_percent();
            match lang {
                Lang::En => format!("the regional value content is at least {percent} % of FOB"),
                Lang::Zh => format!("区域价值成分不低于 FOB 价格的 {percent} %"),
            }
        }
        Alternative::ChemicalReaction => lang
            .pick(
                "the good comes from a chemical reaction, as the agreement defines it, in a member",
                "货物由在一成员发生的、符合协定定义的化学反应制得",
            )
            .to_owned(),
    }
}

fn shift_words(shift: &TariffShift, lang: Lang) -> String {
    let level = match shift.level {
        ShiftLevel::Chapter => lang.pick("chapter (first two digits)", "章（前两位）"),
        ShiftLevel::Heading => lang.pick("heading (first four digits)", "品目（前四位）"),
        ShiftLevel::Subheading => lang.pick("subheading (first six digits)", "子目（前六位）"),
    };
    let mut text = match lang {
        Lang::En => {
            format!("every non-originating material is classified in another {level} than the good")
        }
        Lang::Zh => format!("每项非原产材料与货物归入不同的{level}"),
    };
    if let Some(exclusion) = &shift.except {
        let codes = exclusion_words(exclusion, lang);
        text.push_str(&match lang {
            Lang::En => format!(", and none is from {codes}"),
            Lang::Zh => format!("，且均不属于{codes}"),
        });
    }
    if let Some(Proviso::OriginatingActiveIngredientWeight(least)) = shift.proviso {
        let percent = least.as_percent();
        text.push_str(&match lang {
            Lang::En => format!(
                ", and at least {percent} % of the weight of the active ingredients is originating"
            ),
            Lang::Zh => format!("，且活性成分总重量中至少 {percent} % 为原产"),
        });
    }
    text
}

fn exclusion_words(exclusion: &Exclusion, lang: Lang) -> String {
    match &exclusion.form {
        ExclusionForm::AnyOf(codes) | ExclusionForm::AllOf(codes) => {
            list_of_codes(exclusion.unit, codes, lang)
        }
        ExclusionForm::Through(first, last) => match lang {
            Lang::En => format!(
                "{} {first} through {last}",
                unit(exclusion.unit, true, lang)
            ),
            Lang::Zh => match exclusion.unit {
                HsUnit::Chapter => format!("第 {first} 章至第 {last} 章"),
                HsUnit::Heading | HsUnit::Subheading => {
                    format!("{} {first} 至 {last}", unit(exclusion.unit, true, lang))
                }
            },
        },
    }
}

const fn unit(unit: HsUnit, several: bool, lang: Lang) -> &'static str {
    match (unit, several) {
        (HsUnit::Chapter, false) => lang.pick("chapter", "章"),
        (HsUnit::Chapter, true) => lang.pick("chapters", "章"),
        (HsUnit::Heading, false) => lang.pick("heading", "品目"),
        (HsUnit::Heading, true) => lang.pick("headings", "品目"),
        (HsUnit::Subheading, false) => lang.pick("subheading", "子目"),
        (HsUnit::Subheading, true) => lang.pick("subheadings", "子目"),
    }
}

fn list_of_codes(kind: HsUnit, codes: &[HsCode], lang: Lang) -> String {
    let printed: Vec<String> = codes.iter().map(ToString::to_string).collect();
    let name = unit(kind, printed.len() > 1, lang);
    match (lang, printed.split_last()) {
        (Lang::En, Some((last, rest))) if !rest.is_empty() => {
            format!("{name} {} or {last}", rest.join(", "))
        }
        (Lang::En, _) => format!("{name} {}", printed.join(", ")),
        (Lang::Zh, _) => match kind {
            HsUnit::Chapter => format!("第 {} 章", printed.join("、")),
            HsUnit::Heading | HsUnit::Subheading => format!("{name} {}", printed.join("、")),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::testing::assert_both;

    fn both(text: &str) -> (String, String) {
        let rule: OriginRule = text.parse().unwrap();
        (words(&rule, Lang::En), words(&rule, Lang::Zh))
    }

    #[test]
    fn every_form_has_both_wordings() {
        for text in [
            "WO",
            "CC",
            "CTH",
            "CTSH",
            "RVC40",
            "CR",
            "CC except from Chapter 01",
            "CTH except from headings 55.09 through 55.11",
            "CTH except from heading 72.08 or 72.09 or RVC40",
            "CTSH except from subheading 8504.31, 8504.32 or 8504.34 or RVC40",
            "CTSH except from subheadings 2204.22 and 2204.29",
            "CTH or RVC40 or CR",
            "CTSH provided that at least 50 per cent of the total weight of the active ingredient(s) is originating or RVC40",
            "(1) of insects: CC or RVC40; (2) all other goods: CC",
        ] {
            let (en, zh) = both(text);
            assert_both(&en, &zh, text);
        }
    }

    #[test]
    fn and_and_or_are_never_confused() {
        assert_eq!(
            both("CTH except from headings 55.09 through 55.11 or RVC40").0,
            "One of these is enough: (1) every non-originating material is classified in another \
             heading (first four digits) than the good, and none is from headings 55.09 through \
             55.11; or (2) the regional value content is at least 40 % of FOB."
        );
        // A list joined by "and" in the table still bars each code by itself.
        assert!(
            both("CTSH except from subheadings 2204.22 and 2204.29")
                .0
                .ends_with("none is from subheadings 2204.22 or 2204.29.")
        );
        assert_eq!(
            both("CC except from Chapter 01").1,
            "每项非原产材料与货物归入不同的章（前两位），且均不属于第 01 章。"
        );
    }
}
