//! Rates in words, and the exact text they have in answers.

use originis_rules_engine::determination::{Duty, RateAnswer, RateStatus};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::Percent;
use originis_rules_engine::rate::Rate;

use crate::lang::Lang;

/// What is known of the preferential rate.
pub const fn status(status: RateStatus, lang: Lang) -> &'static str {
    match status {
        RateStatus::Known => lang.pick("one stated rate", "税率确定"),
        RateStatus::Conditional => lang.pick(
            "depends on the national line, the product or the season",
            "取决于具体税目、产品或季节",
        ),
        RateStatus::NoConcession => lang.pick("no preference for the line", "该税目没有优惠"),
        RateStatus::Excluded => lang.pick("excluded from the concession", "该税目不在减让之列"),
        RateStatus::NotLoaded => lang.pick("tariff not loaded", "税则未载入"),
    }
}

/// A rate as people read it.
pub fn rate(rate: &Rate, lang: Lang) -> String {
    let several =
        |rates: &[Rate]| -> Vec<String> { rates.iter().map(|one| self::rate(one, lang)).collect() };
    match rate {
        Rate::AdValorem(Percent::ZERO) => lang.pick("free", "免税").to_owned(),
        Rate::AdValorem(percent) => format!("{percent} %"),
        Rate::Specific(specific) => specific.to_string(),
        Rate::Compound(percent, specific) => format!("{percent} % + {specific}"),
        Rate::PartlyStated(percent) => match lang {
            Lang::En => format!("{percent} % and a specific duty the table does not state"),
            Lang::Zh => format!("{percent} %，另加表中未载明的从量税"),
        },
        Rate::HigherOf(rates) => match lang {
            Lang::En => format!("the higher of {}", several(rates).join(" and ")),
            Lang::Zh => format!("{} 两者从高", several(rates).join(" 与 ")),
        },
        Rate::LowerOf(rates) => match lang {
            Lang::En => format!("the lower of {}", several(rates).join(" and ")),
            Lang::Zh => format!("{} 两者从低", several(rates).join(" 与 ")),
        },
        Rate::DependsOnProduct(rates) if rates.is_empty() => lang
            .pick(
                "depends on the product; the table states a condition only",
                "取决于产品；表中仅载条件",
            )
            .to_owned(),
        Rate::DependsOnProduct(rates) => match lang {
            Lang::En => format!("{}, depending on the product", several(rates).join(" or ")),
            Lang::Zh => format!("{}（取决于产品）", several(rates).join(" 或 ")),
        },
        Rate::Excluded => lang.pick("excluded", "除外").to_owned(),
    }
}

/// Most different rates that are listed one by one.
const MOST_LISTED: usize = 4;

/// Many percentages as their range; `None` for a few rates, or where one of
/// them is no percentage.
fn range(rates: &[Option<Rate>], lang: Lang) -> Option<String> {
    if rates.len() <= MOST_LISTED {
        return None;
    }
    let percents: Vec<Percent> = rates
        .iter()
        .map(|one| one.as_ref()?.ad_valorem())
        .collect::<Option<_>>()?;
    let (least, most) = (percents.iter().min()?, percents.iter().max()?);
    Some(match lang {
        Lang::En => format!("from {least} % to {most} %"),
        Lang::Zh => format!("{least} % 至 {most} %"),
    })
}

/// The first few rates, and how many more there are.
fn shortened(rates: &[Option<Rate>], lang: Lang) -> Vec<String> {
    let shown = if rates.len() > MOST_LISTED + 1 {
        MOST_LISTED
    } else {
        rates.len()
    };
    let mut texts: Vec<String> = rates
        .iter()
        .take(shown)
        .map(|one| {
            one.as_ref()
                .map_or_else(|| lang.pick("none", "无").to_owned(), |one| rate(one, lang))
        })
        .collect();
    let more = rates.len() - shown;
    if more > 0 {
        texts.push(match lang {
            Lang::En => format!("{more} other rates"),
            Lang::Zh => format!("另 {more} 种税率"),
        });
    }
    texts
}

/// One side of a comparison as people read it.
pub fn duty(duty: &Duty, lang: Lang) -> String {
    match duty {
        Duty::NotLoaded => lang.pick("not loaded", "未载入").to_owned(),
        Duty::NoRate => lang.pick("none", "无").to_owned(),
        Duty::Rate(one) => rate(one, lang),
        Duty::OneOf(rates) => {
            let texts = match range(rates, lang) {
                Some(range) => vec![range],
                None => shortened(rates, lang),
            };
            match lang {
                Lang::En => format!("{}, depending on the line", texts.join(" or ")),
                Lang::Zh => format!("{}（取决于税目）", texts.join(" 或 ")),
            }
        }
        Duty::Margin(margin) => match lang {
            Lang::En => format!("{margin} % off a duty that is not known as one percentage"),
            Lang::Zh => format!("在税率上减让 {margin} %（税率并非单一已知百分比）"),
        },
        Duty::OneOfMargins(margins) => {
            let texts: Vec<String> = margins
                .iter()
                .map(|one| {
                    one.map_or_else(
                        || lang.pick("none", "无").to_owned(),
                        |margin| format!("{margin} %"),
                    )
                })
                .collect();
            match lang {
                Lang::En => format!("{} off the duty, depending on the line", texts.join(" or ")),
                Lang::Zh => format!("在税率上减让 {}（取决于税目）", texts.join(" 或 ")),
            }
        }
    }
}

/// A good whose customs value is known.
#[derive(Debug, Clone, Copy)]
pub struct Valued<'a> {
    /// The currency of the value.
    pub currency: Option<&'a str>,
    /// Whether the preference can be claimed for it.
    pub claim: Outcome,
}

/// The whole comparison in one or two sentences. What a preference that cannot be
/// claimed would save is never worded as a saving.
pub fn summary(answer: &RateAnswer, valued: Option<Valued<'_>>, lang: Lang) -> String {
    let (mfn, preferential) = (duty(&answer.mfn, lang), duty(&answer.preferential, lang));
    // A margin is worth saying although it gives no rate without the MFN duty.
    let is_margin = matches!(answer.preferential, Duty::Margin(_) | Duty::OneOfMargins(_));
    let mut text = match answer.status {
        RateStatus::Known | RateStatus::Conditional => match lang {
            Lang::En => format!("MFN {mfn}; preferential {preferential}."),
            Lang::Zh => format!("最惠国税率 {mfn}；协定税率 {preferential}。"),
        },
        _ if is_margin => match lang {
            Lang::En => format!("MFN {mfn}; preferential {preferential}."),
            Lang::Zh => format!("最惠国税率 {mfn}；协定税率 {preferential}。"),
        },
        other => match lang {
            Lang::En => format!("MFN {mfn}; preferential: {}.", status(other, lang)),
            Lang::Zh => format!("最惠国税率 {mfn}；协定税率：{}。", status(other, lang)),
        },
    };
    if answer.mfn_is_as_good == Outcome::Met {
        text.push_str(lang.pick(
            " The MFN rate is as low or lower, so the preference saves nothing.",
            "最惠国税率相同或更低，享受优惠并无节省。",
        ));
    } else if let (Some(saving), Some(valued)) = (answer.saving, valued) {
        let said = match valued.claim {
            Outcome::Met => lang.pick(" Saving:", "节省关税"),
            Outcome::Unknown => lang.pick(
                " Saving, if the preference can be claimed:",
                "如可享受优惠，将节省关税",
            ),
            Outcome::NotMet | Outcome::NotApplicable => lang.pick(
                " The preference, which cannot be claimed as things stand, would save",
                "目前不能享受优惠；如能享受，可节省关税",
            ),
        };
        let currency = valued.currency.unwrap_or_default();
        let amount = format!("{said} {saving} {currency}");
        text.push_str(amount.trim_end());
        text.push_str(lang.pick(".", "。"));
    }
    text
}

/// One side of a comparison in answers: the bare percentage (`0` is free), the
/// exact text of any other rate, `None` where no rate is stated.
pub fn figure(duty: &Duty) -> Option<String> {
    let text = |rate: &Rate| {
        rate.ad_valorem()
            .map_or_else(|| rate.to_string(), |percent| percent.to_string())
    };
    match duty {
        Duty::NotLoaded | Duty::NoRate | Duty::Margin(_) | Duty::OneOfMargins(_) => None,
        Duty::Rate(rate) => Some(text(rate)),
        Duty::OneOf(rates) => {
            let texts: Vec<String> = rates
                .iter()
                .map(|one| {
                    one.as_ref()
                        .map_or_else(|| "none".to_owned(), ToString::to_string)
                })
                .collect();
            Some(format!("depends({})", texts.join(", ")))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::testing::{assert_both, is_chinese};
    use originis_rules_engine::quantity::Amount;

    #[test]
    fn every_status_and_unusual_rate_has_both_wordings() {
        for value in [
            RateStatus::Known,
            RateStatus::Conditional,
            RateStatus::NoConcession,
            RateStatus::Excluded,
            RateStatus::NotLoaded,
        ] {
            assert_both(
                status(value, Lang::En),
                status(value, Lang::Zh),
                value.name(),
            );
        }
        for text in [
            "free",
            "10% + ?",
            "higher(15%, 125 JPY/kg)",
            "lower(40%, higher(5%, 1.22 AUD/kg))",
            "depends(free, 5%, excluded)",
            "depends(?)",
            "excluded",
        ] {
            let one: Rate = text.parse().unwrap();
            assert_both(&rate(&one, Lang::En), &rate(&one, Lang::Zh), text);
        }
        for one in [
            Duty::NotLoaded,
            Duty::NoRate,
            Duty::OneOf(vec![None, Some(Rate::FREE)]),
            Duty::Margin(Percent::from_thousandths(14_000)),
            Duty::OneOfMargins(vec![None, Some(Percent::from_thousandths(14_000))]),
        ] {
            assert_both(&duty(&one, Lang::En), &duty(&one, Lang::Zh), "duty");
        }
        assert!(!is_chinese(&rate(
            &"25% + 63 JPY/kg".parse().unwrap(),
            Lang::Zh
        )));
    }

    #[test]
    fn a_margin_is_said_where_no_rate_can_be() {
        let mut answer = originis_rules_engine::law::concession::not_loaded();
        answer.preferential = Duty::Margin(Percent::from_thousandths(40_000));
        for lang in [Lang::En, Lang::Zh] {
            assert!(summary(&answer, None, lang).contains("40 %"));
        }
        assert_eq!(figure(&answer.preferential), None);
    }

    #[test]
    fn a_saving_is_called_one_only_where_the_preference_can_be_claimed() {
        let mut answer = originis_rules_engine::law::concession::not_loaded();
        answer.saving = Some("51.66".parse::<Amount>().unwrap().into());
        let said = |claim, lang| {
            let valued = Valued {
                currency: Some("USD"),
                claim,
            };
            summary(&answer, Some(valued), lang)
        };
        for (claim, english, chinese) in [
            (Outcome::Met, "Saving: 51.66 USD.", "节省关税 51.66 USD。"),
            (
                Outcome::Unknown,
                "if the preference can be claimed: 51.66 USD.",
                "如可享受优惠，",
            ),
            (
                Outcome::NotMet,
                "would save 51.66 USD.",
                "目前不能享受优惠；",
            ),
        ] {
            assert!(said(claim, Lang::En).contains(english));
            assert!(said(claim, Lang::Zh).contains(chinese));
            let called_one = said(claim, Lang::En).contains(" Saving: ");
            assert_eq!(called_one, claim == Outcome::Met);
        }
        assert!(!summary(&answer, None, Lang::En).contains("51.66"));
    }

    #[test]
    fn many_rates_are_told_as_a_range_or_shortened() {
        let percents = |texts: &[&str]| -> Vec<Option<Rate>> {
            texts.iter().map(|text| text.parse().ok()).collect()
        };
        let many = Duty::OneOf(percents(&["10.9%", "2.4%", "free", "5%", "7%"]));
        assert_eq!(
            duty(&many, Lang::En),
            "from 0 % to 10.9 %, depending on the line"
        );
        let mixed = Duty::OneOf(percents(&["1%", "2%", "3%", "4%", "63 JPY/kg", "6%"]));
        assert_eq!(
            duty(&mixed, Lang::En),
            "1 % or 2 % or 3 % or 4 % or 2 other rates, depending on the line"
        );
        // What a program reads is never shortened.
        assert!(figure(&mixed).unwrap().contains("63 JPY/kg"));
    }

    #[test]
    fn figures_are_bare_percentages_or_exact_texts() {
        let of = |text: &str| figure(&Duty::Rate(text.parse().unwrap())).unwrap();
        assert_eq!(of("10.9%"), "10.9");
        assert_eq!(of("free"), "0");
        assert_eq!(of("63 JPY/kg"), "63 JPY/kg");
        assert_eq!(figure(&Duty::NotLoaded), None);
        assert_eq!(
            figure(&Duty::OneOf(vec![None, Some(Rate::FREE)])).unwrap(),
            "depends(none, free)"
        );
    }
}
