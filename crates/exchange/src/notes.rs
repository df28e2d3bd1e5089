//! What was assumed, and what looks odd, in a request that can be decided.

use originis_rules_engine::facts::{MaterialRole, Operation, OriginatingStatus};
use originis_rules_engine::quantity::{Amount, Balance};
use originis_rules_engine::rulebook::RuleBook;
use schemars::JsonSchema;
use serde::Serialize;

use crate::answer::material_label;
use crate::facts::operation;
use crate::lang::Lang;
use crate::request::{Production, Request};

/// Something a reader should know about how the request was read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Note {
    /// `assumption` or `warning`.
    pub kind: &'static str,
    /// What kind of note; stable, for programs.
    pub code: &'static str,
    /// The place in the request, a JSON pointer.
    pub pointer: String,
    /// The note in words.
    pub text: String,
}

/// The notes on a request.
pub(crate) fn notes(book: &RuleBook, request: &Request, lang: Lang) -> Vec<Note> {
    let mut notes = Vec::new();
    production_notes(
        book,
        &request.production,
        request.good.fob,
        "",
        lang,
        &mut notes,
    );
    notes
}

fn production_notes(
    book: &RuleBook,
    production: &Production,
    whole: Option<Amount>,
    pointer: &str,
    lang: Lang,
    notes: &mut Vec<Note>,
) {
    for (index, material) in production.materials.iter().flatten().enumerate() {
        let place = format!("{pointer}/materials/{index}");
        let name = material_label(index, material, lang);
        if material.status == OriginatingStatus::Unknown
            && material.production.is_none()
            && material.role != MaterialRole::Indirect
            && material.role != MaterialRole::TransportPacking
        {
            notes.push(Note {
                kind: "assumption",
                code: "origin_not_known",
                pointer: format!("{place}/status"),
                text: match lang {
                    Lang::En => format!("{name}: origin not known, counted as non-originating"),
                    Lang::Zh => format!("{name}：原产地不明，按非原产计算"),
                },
            });
        }
        for (position, deduction) in material.deductions.iter().enumerate() {
            if !deduction.proved {
                notes.push(Note {
                    kind: "assumption",
                    code: "unproved_not_deducted",
                    pointer: format!("{place}/deductions/{position}"),
                    text: match lang {
                        Lang::En => format!(
                            "{name}: {} is not shown by documents and is not deducted",
                            deduction.amount
                        ),
                        Lang::Zh => {
                            format!("{name}：{} 未经证明，不予扣除", deduction.amount)
                        }
                    },
                });
            }
        }
        if let Some(own) = &material.production {
            production_notes(book, own, material.value, &place, lang, notes);
        }
    }
    value_notes(production, whole, pointer, lang, notes);
    operation_notes(book, production, pointer, lang, notes);
}

/// Materials, or materials and costs together, that cost more than the price.
fn value_notes(
    production: &Production,
    whole: Option<Amount>,
    pointer: &str,
    lang: Lang,
    notes: &mut Vec<Note>,
) {
    let Some(whole) = whole else { return };
    let materials: i128 = production
        .materials
        .iter()
        .flatten()
        .filter(|material| material.role != MaterialRole::TransportPacking)
        .filter_map(|material| material.value)
        .map(Amount::wide)
        .sum();
    let costs: i128 = production
        .costs
        .elements()
        .into_iter()
        .filter_map(|(_, amount)| amount)
        .map(Amount::wide)
        .sum();
    let total = if materials > whole.wide() {
        Some((materials, "materials_above_price", "/materials"))
    } else if materials + costs > whole.wide() {
        Some((materials + costs, "parts_above_price", "/costs"))
    } else {
        None
    };
    if let Some((total, code, field)) = total {
        let total = Balance(total);
        notes.push(Note {
            kind: "warning",
            code,
            pointer: format!("{pointer}{field}"),
            text: match (lang, code) {
                (Lang::En, "materials_above_price") => format!(
                    "the materials add up to {total}, more than the value {whole}: check quantities and currency"
                ),
                (Lang::En, _) => format!(
                    "materials and costs add up to {total}, more than the value {whole}: check the figures"
                ),
                (Lang::Zh, "materials_above_price") => {
                    format!("材料合计 {total}，超过货价 {whole}：请核对数量与币种")
                }
                (Lang::Zh, _) => {
                    format!("材料与成本合计 {total}，超过货价 {whole}：请核对数字")
                }
            },
        });
    }
}

/// A word on no list is a substantial process; one that is a listed word
/// without its `simple_` does not tell which it is.
fn operation_notes(
    book: &RuleBook,
    production: &Production,
    pointer: &str,
    lang: Lang,
    notes: &mut Vec<Note>,
) {
    let mut substantial = Vec::new();
    for (index, word) in production.operations.iter().flatten().enumerate() {
        let stands_for = operation(book, word);
        if stands_for == Operation::SUBSTANTIAL {
            substantial.push(word.clone());
        }
        let near = stands_for.simple_form().and_then(|simple| {
            book.operations
                .iter()
                .find(|known| known.operation == simple)
        });
        notes.extend(near.map(|near| Note {
            kind: "warning",
            code: "operation_near_minimal",
            pointer: format!("{pointer}/operations/{index}"),
            text: match lang {
                Lang::En => format!(
                    "{word} alone does not say whether it is simple; write {} where it needs no special skill or equipment, or else name the skill or machine, such as {word} on dedicated machines",
                    near.word
                ),
                Lang::Zh => format!(
                    "仅写“{word}”看不出是否简单；若无须专门技能或设备，请写“{}”，否则请写明技能或设备，例如“专用设备{word}”",
                    near.word
                ),
            },
        }));
    }
    if !substantial.is_empty() {
        let words = substantial.join(lang.pick(", ", "、"));
        notes.push(Note {
            kind: "assumption",
            code: "operation_substantial",
            pointer: format!("{pointer}/operations"),
            text: match lang {
                Lang::En => format!(
                    "on no list of minimal operations, so taken as substantial processing: {words}"
                ),
                Lang::Zh => format!("不在微小加工清单之列，按实质性加工处理：{words}"),
            },
        });
    }
}
