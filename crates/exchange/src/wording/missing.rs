//! Missing facts: what each is, and why it is asked for.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::country::Country;
use originis_rules_engine::facts::{
    CostElement, FactPath, GoodField, MaterialField, ProductionField, TableNeeded, TransitField,
};

use super::{country, fill};
use crate::lang::Lang;

/// What a missing fact is, in a few words, without the material it belongs to.
pub const fn fact(fact: &FactPath, lang: Lang) -> &'static str {
    match fact {
        FactPath::Date => lang.pick("the date of importation", "进口日期"),
        FactPath::Good(field) => match field {
            GoodField::Hs => lang.pick("the HS code of the good", "货物的 HS 编码"),
            GoodField::Fob => lang.pick("the FOB value", "FOB 价格"),
            GoodField::Weight => lang.pick("the weight of the good", "货物重量"),
            GoodField::CustomsValue => lang.pick("the customs value", "完税价格"),
            GoodField::Part => lang.pick("the part of the rule", "规则分项"),
        },
        FactPath::Production(_, field) => match field {
            ProductionField::WhollyObtained => {
                lang.pick("the ground for being wholly obtained", "完全获得的理由")
            }
            ProductionField::Materials => lang.pick("the list of materials", "材料清单"),
            ProductionField::Cost(element) => match element {
                CostElement::Labour => lang.pick("direct labour", "直接人工"),
                CostElement::Overhead => lang.pick("direct overhead", "直接间接费用"),
                CostElement::Profit => lang.pick("profit", "利润"),
                CostElement::Other => lang.pick("other cost", "其他成本"),
            },
            ProductionField::Costs => lang.pick("costs and profit", "成本与利润"),
            ProductionField::Operations => lang.pick("the operations", "加工工序"),
            ProductionField::ChemicalReaction => lang.pick(
                "whether a chemical reaction takes place",
                "是否发生化学反应",
            ),
        },
        FactPath::Material(_, field) => match field {
            MaterialField::Hs => lang.pick("its HS code", "其 HS 编码"),
            MaterialField::Origin => lang.pick("the country where it is originating", "其原产国"),
            MaterialField::Status => lang.pick("its originating status", "其原产资格"),
            MaterialField::Value => lang.pick("its value", "其价值"),
            MaterialField::Weight => lang.pick("its weight", "其重量"),
            MaterialField::AccessoryWithGood => {
                lang.pick("whether it is invoiced with the good", "是否与货物一并开票")
            }
            MaterialField::ActiveIngredient => {
                lang.pick("whether it is an active ingredient", "是否为活性成分")
            }
        },
        FactPath::Transport => lang.pick("the route", "运输路线"),
        FactPath::Transit(_, field) => match field {
            TransitField::CustomsControl => lang.pick(
                "whether it stayed under customs control",
                "是否处于海关监管之下",
            ),
            TransitField::Operations => {
                lang.pick("what was done to the good there", "在当地对货物做了什么")
            }
            TransitField::EnteredIntoTrade => {
                lang.pick("whether it entered into trade there", "是否在当地进入贸易")
            }
            TransitField::JustifiedByTransport => lang.pick(
                "whether geography or transport explains the transit",
                "是否因地理或运输原因过境",
            ),
        },
        FactPath::Proof => lang.pick("the proof of origin", "原产地证明"),
        FactPath::ProofIssued => lang.pick("the day the proof was issued", "原产地证明签发日期"),
        FactPath::Table(table) => match table {
            TableNeeded::ProductRule => lang.pick("the rule for this code", "该编码的规则"),
            TableNeeded::PartyStanding => {
                lang.pick("the standing of the two countries", "两国间协定的适用情况")
            }
            TableNeeded::LeastDevelopedStatus => {
                lang.pick("the status as least developed country", "最不发达国家地位")
            }
            TableNeeded::MinimalOperations => {
                lang.pick("the list of minimal operations", "微小加工清单")
            }
            TableNeeded::Tariff => lang.pick("the tariff of the importer", "进口国税则"),
            TableNeeded::ProofTerms => lang.pick(
                "which proofs the two countries use",
                "两国可用的原产地证明种类",
            ),
            TableNeeded::Threshold => lang.pick("the threshold on the day", "该日期的限额"),
            TableNeeded::Appendix => lang.pick(
                "the importer's appendix under Article 2.6",
                "进口方第 2.6 条附录",
            ),
        },
    }
}

/// The official table that would have to be loaded, and whose it is.
fn official(table: TableNeeded, agreement: Agreement, importer: Country, lang: Lang) -> String {
    let country = country(importer, lang);
    match (table, lang) {
        (TableNeeded::Tariff, Lang::En) => {
            format!("the official tariff of {country} with its {agreement} rates")
        }
        (TableNeeded::Tariff, Lang::Zh) => {
            format!("{country}官方公布的税则及其 {agreement} 协定税率")
        }
        (TableNeeded::Appendix, Lang::En) => {
            format!("the official appendix of {country} to its {agreement} schedule")
        }
        (TableNeeded::Appendix, Lang::Zh) => {
            format!("{country}官方公布的 {agreement} 关税承诺表附录")
        }
        (TableNeeded::ProductRule, Lang::En) => {
            format!("the official product-specific rules of {agreement}")
        }
        (TableNeeded::ProductRule, Lang::Zh) => {
            format!("官方公布的 {agreement} 产品特定原产地规则")
        }
        (_, Lang::En) => format!("the official terms of {agreement}"),
        (_, Lang::Zh) => format!("官方公布的 {agreement} 条款"),
    }
}

/// What depends on a missing fact; of a table that is not loaded, `{table}` is
/// to be named.
const fn reason(fact: &FactPath, lang: Lang) -> &'static str {
    match fact {
        FactPath::Date => lang.pick(
            "law, membership and rates are read on the day of importation",
            "法律、成员资格和税率均以进口日期为准",
        ),
        FactPath::Good(field) => match field {
            GoodField::Hs => lang.pick(
                "the rule and the rate hang on one subheading; choose the code that fits the good",
                "规则和税率取决于唯一的子目；请选定与货物相符的编码",
            ),
            GoodField::Fob => lang.pick(
                "every share is measured against the FOB value",
                "各项比例均以 FOB 价格为基数",
            ),
            GoodField::Weight => lang.pick(
                "a tolerance by weight is measured against the weight of the good",
                "按重量的容许限度以货物重量为基数",
            ),
            GoodField::CustomsValue => lang.pick(
                "duty and the limit for goods without proof are measured against it",
                "关税和免提交证明的限额以完税价格计算",
            ),
            GoodField::Part => lang.pick(
                "the rule differs by product within the code",
                "同一编码内的规则因产品而异",
            ),
        },
        FactPath::Production(_, field) => match field {
            ProductionField::WhollyObtained => lang.pick(
                "without non-originating materials the good must be wholly obtained on a ground of the law that fits it",
                "未使用非原产材料的货物须具备与其相符的完全获得理由",
            ),
            ProductionField::Materials => lang.pick(
                "nothing can be concluded while it is not known what the good is made of; an empty list says that nothing is used",
                "不知道货物由何材料制成就不能作出结论；空清单表示未使用任何材料",
            ),
            ProductionField::Cost(_) | ProductionField::Costs => lang.pick(
                "the share is built up from originating materials and these costs, and they must agree with the FOB value",
                "比例由原产材料和这些成本累加而得，且须与 FOB 价格相符",
            ),
            ProductionField::Operations => lang.pick(
                "it must be seen that more is done than the operations that never confer origin; of a process that counts among them only when it is simple, say whether it is",
                "须能看出所做加工超出不赋予原产资格的微小加工；某工序仅在简单时才属微小加工的，须说明是否简单",
            ),
            ProductionField::ChemicalReaction => lang.pick(
                "one alternative of the rule is a chemical reaction",
                "规则的选项之一是化学反应",
            ),
        },
        FactPath::Material(_, field) => match field {
            MaterialField::Hs => lang.pick(
                "the change of classification is judged by its code; choose the code that fits",
                "税则归类改变须按其编码判定；请选定相符的编码",
            ),
            MaterialField::Origin => lang.pick(
                "it counts as originating only in a named member of the agreement",
                "只有指明协定成员才能计为原产",
            ),
            MaterialField::Status => lang.pick(
                "until its origin is proved it counts as non-originating",
                "在证明原产资格之前按非原产计算",
            ),
            MaterialField::Value => lang.pick(
                "its value enters the shares that are compared",
                "其价值计入须比较的比例",
            ),
            MaterialField::Weight => lang.pick(
                "its weight enters the share that is compared",
                "其重量计入须比较的比例",
            ),
            MaterialField::AccessoryWithGood => lang.pick(
                "an accessory sold separately is a good of its own",
                "单独销售的附件另作货物",
            ),
            MaterialField::ActiveIngredient => lang.pick(
                "the rule counts the weight of active ingredients",
                "规则按活性成分的重量计算",
            ),
        },
        FactPath::Transport => lang.pick(
            "the preference is kept only by goods carried directly or handled under customs control",
            "只有直接运输或在海关监管下处理的货物才能保持优惠资格",
        ),
        FactPath::Transit(..) => lang.pick(
            "in a place of transit the good must stay as it is, under customs control",
            "货物在中转地须保持原状并处于海关监管之下",
        ),
        FactPath::Proof => lang.pick(
            "the preference is claimed with a proof of origin",
            "申请优惠须凭原产地证明",
        ),
        FactPath::ProofIssued => lang.pick(
            "a proof is valid for a limited time from the day it is issued",
            "原产地证明自签发之日起在限期内有效",
        ),
        FactPath::Table(table) => match table {
            TableNeeded::PartyStanding => lang.pick(
                "sources disagree or are silent on whether the agreement applies between them",
                "关于两国间是否适用，资料不一致或没有记载",
            ),
            TableNeeded::Threshold
            | TableNeeded::ProductRule
            | TableNeeded::Tariff
            | TableNeeded::Appendix => lang.pick(
                "it is not loaded, so nothing is concluded from it; ask the administrator to load {table}",
                "尚未载入，不据以作出结论；请联系系统管理员载入{table}",
            ),
            TableNeeded::LeastDevelopedStatus
            | TableNeeded::MinimalOperations
            | TableNeeded::ProofTerms => lang.pick(
                "it is not confirmed for the day, so nothing is concluded from it",
                "该日期的情况未经确认，不据以作出结论",
            ),
        },
    }
}

/// Why a missing fact is asked for: what it is, of which material, and what
/// depends on it; of a table that is not loaded, which official table it is.
pub fn why(
    missing: &FactPath,
    material: Option<&str>,
    agreement: Agreement,
    importer: Country,
    lang: Lang,
) -> String {
    let table = match missing {
        FactPath::Table(table) => official(*table, agreement, importer, lang),
        _ => String::new(),
    };
    let what = fact(missing, lang);
    let reason = fill(reason(missing, lang), &[("table", &table)]);
    match (material, lang) {
        (Some(name), Lang::En) => format!("{name}, {what}: {reason}"),
        (None, Lang::En) => format!("{what}: {reason}"),
        (Some(name), Lang::Zh) => format!("{name}，{what}：{reason}"),
        (None, Lang::Zh) => format!("{what}：{reason}"),
    }
}

/// Every fact that may be missing, of the first material and the first place of
/// transit.
fn all_facts() -> Vec<FactPath> {
    let mut facts = vec![
        FactPath::Date,
        FactPath::Transport,
        FactPath::Proof,
        FactPath::ProofIssued,
    ];
    facts.extend(
        [
            GoodField::Hs,
            GoodField::Fob,
            GoodField::Weight,
            GoodField::CustomsValue,
            GoodField::Part,
        ]
        .map(FactPath::Good),
    );
    facts.extend(
        [
            ProductionField::WhollyObtained,
            ProductionField::Materials,
            ProductionField::Cost(CostElement::Labour),
            ProductionField::Cost(CostElement::Overhead),
            ProductionField::Cost(CostElement::Profit),
            ProductionField::Cost(CostElement::Other),
            ProductionField::Costs,
            ProductionField::Operations,
            ProductionField::ChemicalReaction,
        ]
        .map(|field| FactPath::Production(Vec::new().into(), field)),
    );
    facts.extend(
        [
            MaterialField::Hs,
            MaterialField::Origin,
            MaterialField::Status,
            MaterialField::Value,
            MaterialField::Weight,
            MaterialField::AccessoryWithGood,
            MaterialField::ActiveIngredient,
        ]
        .map(|field| FactPath::Material(vec![0].into(), field)),
    );
    facts.extend(
        [
            TransitField::CustomsControl,
            TransitField::Operations,
            TransitField::EnteredIntoTrade,
            TransitField::JustifiedByTransport,
        ]
        .map(|field| FactPath::Transit(0, field)),
    );
    facts.extend(
        [
            TableNeeded::ProductRule,
            TableNeeded::PartyStanding,
            TableNeeded::LeastDevelopedStatus,
            TableNeeded::MinimalOperations,
            TableNeeded::Tariff,
            TableNeeded::ProofTerms,
            TableNeeded::Threshold,
            TableNeeded::Appendix,
        ]
        .map(FactPath::Table),
    );
    facts
}

/// What a missing fact is, from its name in answers, with or without the number
/// of its material; `None` for a name that is no fact.
pub fn by_name(name: &str, lang: Lang) -> Option<String> {
    /// Facts by their names without numbers.
    static FACTS: LazyLock<BTreeMap<String, FactPath>> = LazyLock::new(|| {
        all_facts()
            .into_iter()
            .map(|fact| (without_numbers(&fact.to_string()), fact))
            .collect()
    });
    match name {
        "from" => return Some(lang.pick("the exporting country", "出口国").to_owned()),
        "to" => return Some(lang.pick("the importing country", "进口国").to_owned()),
        _ => {}
    }
    let name = without_numbers(name);
    // What is said of the material of a material is said of a material.
    let own = name
        .rfind("materials[].")
        .and_then(|start| name.get(start..));
    let own = own.unwrap_or(&name);
    let known = |name: &str| FACTS.get(name).map(|known| fact(known, lang));
    let what = known(own).or_else(|| known(own.strip_prefix("materials[].")?))?;
    let owner = if own.starts_with("materials[].") {
        lang.pick("a material: ", "材料：")
    } else if own.starts_with("transport.via[].") {
        lang.pick("a place of transit: ", "中转地：")
    } else {
        ""
    };
    Some(format!("{owner}{what}"))
}

/// `materials[12].hs` becomes `materials[].hs`.
fn without_numbers(name: &str) -> String {
    name.split_inclusive('[')
        .map(|part| part.trim_start_matches(|c: char| c.is_ascii_digit()))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::wording::testing::assert_both;

    #[test]
    fn every_missing_fact_has_both_wordings() {
        for fact in all_facts() {
            for material in [None, Some("yarn")] {
                let [en, zh] = Lang::ALL.map(|lang| {
                    let japan = "JP".parse().unwrap();
                    why(&fact, material, Agreement::Rcep, japan, lang)
                });
                assert_both(&en, &zh, &fact.to_string());
                // The page shows it: what is to be done is no command.
                for text in [en, zh] {
                    assert!(!text.contains('`') && !text.contains("originis"), "{text}");
                }
            }
        }
    }

    #[test]
    fn a_table_that_is_not_loaded_is_named_with_whose_it_is() {
        let tariff = FactPath::Table(TableNeeded::Tariff);
        let [en, zh] = Lang::ALL.map(|lang| {
            let japan = "JP".parse().unwrap();
            why(&tariff, None, Agreement::Rcep, japan, lang)
        });
        assert!(
            en.ends_with(
                "ask the administrator to load the official tariff of Japan with its RCEP rates"
            ),
            "{en}"
        );
        assert!(
            zh.ends_with("请联系系统管理员载入日本官方公布的税则及其 RCEP 协定税率"),
            "{zh}"
        );
    }

    #[test]
    fn a_fact_is_named_from_its_name_with_and_without_numbers() {
        for fact in all_facts() {
            let name = fact.to_string();
            let [en, zh] = Lang::ALL.map(|lang| by_name(&name, lang).unwrap());
            assert_both(&en, &zh, &name);
            assert_eq!(by_name(&without_numbers(&name), Lang::Zh), Some(zh));
        }
        for (name, zh) in [
            ("materials", "材料清单"),
            ("operations", "加工工序"),
            ("from", "出口国"),
            ("materials[].value", "材料：其价值"),
            ("materials[3].materials[12].hs", "材料：其 HS 编码"),
            ("materials[].materials", "材料：材料清单"),
        ] {
            assert_eq!(by_name(name, Lang::Zh).as_deref(), Some(zh), "{name}");
        }
        assert_eq!(by_name("concession", Lang::En), None);
    }
}
