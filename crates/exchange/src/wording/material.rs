//! What each material did to the result.

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::{MaterialEffect, Standing, StandingReason};
use originis_rules_engine::facts::MaterialRole;
use originis_rules_engine::outcome::Outcome;

use super::country;
use crate::lang::Lang;

/// The standing in one or two words.
pub const fn standing(standing: Standing, lang: Lang) -> &'static str {
    match standing {
        Standing::Originating(_) => lang.pick("originating", "原产"),
        Standing::NonOriginating => lang.pick("non-originating", "非原产"),
        Standing::Undecided => lang.pick("open", "待定"),
    }
}

/// The name of a standing in answers.
pub const fn standing_name(standing: Standing) -> &'static str {
    match standing {
        Standing::Originating(_) => "originating",
        Standing::NonOriginating => "non_originating",
        Standing::Undecided => "undecided",
    }
}

/// The role of a material in words.
pub const fn role(role: MaterialRole, lang: Lang) -> &'static str {
    match role {
        MaterialRole::Material => lang.pick("material", "材料"),
        MaterialRole::RetailPacking => lang.pick("retail packing", "零售包装"),
        MaterialRole::TransportPacking => lang.pick("packing for transport", "运输包装"),
        MaterialRole::Accessory => lang.pick("accessory", "附件"),
        MaterialRole::Indirect => lang.pick("indirect material", "间接材料"),
    }
}

/// Why the material has its standing; empty when it is as stated and needs no
/// word.
fn because(effect: &MaterialEffect, role: MaterialRole, exporter: Country, lang: Lang) -> String {
    let text = match (effect.reason, effect.standing) {
        (StandingReason::Disregarded, _) => match role {
            MaterialRole::Accessory => lang.pick(
                "left out: sold separately, a good of its own",
                "不计：单独销售，另作货物",
            ),
            _ => lang.pick("left out: packing for transport", "不计：运输包装"),
        },
        (StandingReason::Indirect, _) => {
            lang.pick("indirect: originating wherever made", "间接材料：视为原产")
        }
        (StandingReason::UndeterminedOrigin, _) => lang.pick(
            "origin not known: counted as non-originating",
            "原产地不明：按非原产计",
        ),
        (StandingReason::NotAParty, _) => lang.pick(
            "no member of the agreement: counted as non-originating",
            "非协定成员：按非原产计",
        ),
        (StandingReason::PartyNotNamed, _) => lang.pick(
            "stated as originating, but no country named",
            "称为原产但未指明国家",
        ),
        (StandingReason::ImportedAtTheBorder, _) => lang.pick(
            "brought in by border trade: true origin needed",
            "边境贸易进口：须填真实原产地",
        ),
        (StandingReason::AccessoryNotSettled, _) => lang.pick(
            "counts only if invoiced with the good and customary: not stated",
            "仅在与货物一并开票且属惯常时计入：未说明",
        ),
        (StandingReason::Intermediate, Standing::Originating(_)) => lang.pick(
            "originating by its own bill of materials",
            "按自身物料清单具备原产资格",
        ),
        (StandingReason::Intermediate, Standing::NonOriginating) => lang.pick(
            "not originating by its own bill of materials",
            "按自身物料清单不具备原产资格",
        ),
        (StandingReason::Intermediate, Standing::Undecided) => lang.pick(
            "its own bill of materials leaves it open",
            "自身物料清单尚不足以判定",
        ),
        (StandingReason::Stated, Standing::Originating(party)) if party != exporter => {
            let name = country(party, lang);
            return match lang {
                Lang::En => format!("cumulated: originating in {name}"),
                Lang::Zh => format!("累积：{name}原产"),
            };
        }
        (StandingReason::Stated, Standing::Originating(_)) => {
            lang.pick("originating: needs no shift", "原产：无须改变归类")
        }
        (StandingReason::Stated, Standing::Undecided) => lang.pick(
            "standing of its country not settled",
            "其国家的适用情况未定",
        ),
        (StandingReason::Stated, Standing::NonOriginating) => "",
    };
    text.to_owned()
}

const fn shift(outcome: Outcome, lang: Lang) -> &'static str {
    match outcome {
        Outcome::Met => lang.pick("makes the tariff shift", "归类改变符合"),
        Outcome::NotMet => lang.pick("does not make the tariff shift", "归类改变不符"),
        Outcome::Unknown => lang.pick("tariff shift open", "归类改变待定"),
        Outcome::NotApplicable => "",
    }
}

/// What the tests of the good made of its materials.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tested {
    /// The agreement of the value test that was made.
    pub value: Option<Agreement>,
    /// Whether the material is within a tolerance that was met.
    pub tolerated: bool,
}

/// What a material did, in one line.
pub fn effect(
    effect: &MaterialEffect,
    role: MaterialRole,
    exporter: Country,
    tested: Tested,
    lang: Lang,
) -> String {
    let mut parts = vec![
        because(effect, role, exporter, lang),
        shift(effect.shift, lang).to_owned(),
    ];
    if tested.tolerated {
        parts.push(
            lang.pick("tolerated as de minimis", "按微小含量容许")
                .to_owned(),
        );
    }
    if let Some(agreement) = tested.value
        && effect.counted_as_non_originating
    {
        let counts = match agreement {
            Agreement::Rcep => lang.pick("counts in VNM", "计入 VNM"),
            Agreement::Apta => lang.pick("counts as non-originating content", "计入非原产成分"),
        };
        parts.push(counts.to_owned());
    }
    parts.retain(|part| !part.is_empty());
    if parts.is_empty() {
        parts.push(standing(effect.standing, lang).to_owned());
    }
    parts.join(lang.pick("; ", "；"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::testing::assert_both;

    #[test]
    fn every_reason_standing_and_shift_has_both_wordings() {
        let exporter: Country = "CN".parse().unwrap();
        for reason in [
            StandingReason::Stated,
            StandingReason::UndeterminedOrigin,
            StandingReason::NotAParty,
            StandingReason::PartyNotNamed,
            StandingReason::Intermediate,
            StandingReason::ImportedAtTheBorder,
            StandingReason::Indirect,
            StandingReason::Disregarded,
        ] {
            for standing in [
                Standing::Originating(exporter),
                Standing::Originating("JP".parse().unwrap()),
                Standing::NonOriginating,
                Standing::Undecided,
            ] {
                for shift in [
                    Outcome::Met,
                    Outcome::NotMet,
                    Outcome::Unknown,
                    Outcome::NotApplicable,
                ] {
                    let one = MaterialEffect {
                        standing,
                        reason,
                        shift,
                        counted_as_non_originating: true,
                        intermediate: None,
                    };
                    let text = |lang| {
                        effect(
                            &one,
                            MaterialRole::Material,
                            exporter,
                            Tested::default(),
                            lang,
                        )
                    };
                    assert_both(
                        &text(Lang::En),
                        &text(Lang::Zh),
                        &format!("{reason:?} {standing:?} {shift:?}"),
                    );
                }
            }
        }
        for one in [
            MaterialRole::Material,
            MaterialRole::RetailPacking,
            MaterialRole::TransportPacking,
            MaterialRole::Accessory,
            MaterialRole::Indirect,
        ] {
            assert_both(role(one, Lang::En), role(one, Lang::Zh), "role");
        }
    }
}
