//! Repairs and margins in words and JSON.

use originis_exchange::{Lang, Request, RequestErrors, wording as words};
use originis_rules_engine::agreement::{Agreement, AgreementBook};
use originis_rules_engine::determination::Verdict;
use originis_rules_engine::facts::{FactPath, Facts, OriginatingStatus, ProofType, TransitField};
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::Balance;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::settle::would_settle;
use serde::Serialize;

use super::materials::Proof;
use super::{
    Change, ClaimChange, ClaimRepairs, Margin, Question, RepairOption, Repairs, TransitStep,
    claim_repairs, margin, material_at, repairs,
};
use crate::comparison::{claim_words, proof_words};
use crate::decide::not_loaded;
use crate::document::{Cell, Document, Table};
use crate::wording::{self, material_name, place};

/// What would make a good qualify, or what would break it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RepairReport {
    /// The agreement decided under.
    #[serde(serialize_with = "wording::agreement")]
    pub agreement: Agreement,
    /// The verdict as things are.
    pub verdict: &'static str,
    /// The criterion nearest to passing.
    pub nearest_criterion: Option<&'static str>,
    /// Changes that make the good originating, the least money first. Each was
    /// verified by deciding the changed good.
    pub options: Vec<OptionView>,
    /// How small a set of materials can be, and why none is smaller.
    pub smallest: Option<SmallestView>,
    /// Missing facts, and whether one answer alone would settle the question.
    pub missing: Vec<MissingView>,
    /// What would break a good that qualifies.
    pub margin: Option<MarginView>,
    /// What stands in the way of the claim of a good that qualifies, and what
    /// would remove it.
    pub claim: Option<ClaimView>,
}

/// Repairs of a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimView {
    /// The tests that stand in the way.
    pub blockers: Vec<&'static str>,
    /// Changes of carriage or proof that leave nothing in the way. Each was
    /// verified by deciding the changed facts.
    pub options: Vec<ClaimOptionView>,
    /// Said when there are none.
    pub note: Option<&'static str>,
}

/// Changes that together leave nothing in the way of the claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimOptionView {
    /// One change, or one of carriage and one of proof.
    pub changes: Vec<ClaimChangeView>,
    /// All of them in words.
    pub summary: String,
    /// The claim after them: `eligible`, or `undetermined` where something else
    /// is not known.
    pub claim: &'static str,
}

/// One change of carriage or proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClaimChangeView {
    /// `carried_direct`, `transit_kept`, `proof_issued` or `claimed_from`.
    pub change: &'static str,
    /// The facts of the request that have to be otherwise.
    pub facts: Vec<String>,
    /// The type of proof.
    pub proof: Option<ProofType>,
    /// The first day: of issue, or of the claim.
    pub from: Option<String>,
    /// The last day of issue.
    pub to: Option<String>,
}

/// One change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OptionView {
    /// `materials_originating`, `fob_at_least`, `foreign_content_at_most`,
    /// `weight_at_most`, `substantial_process` or `chemical_reaction`.
    pub change: &'static str,
    /// The change in words.
    pub summary: String,
    /// The criterion it qualifies under.
    pub criterion: &'static str,
    /// The boundary: FOB, content or weight in kilograms.
    pub boundary: Option<String>,
    /// How far the present figure is from it.
    pub difference: Option<String>,
    /// Money touched.
    pub money: Option<String>,
    /// How many materials are touched.
    pub materials_touched: usize,
    /// What to do about each, where materials are to become originating.
    pub materials: Vec<ActionView>,
}

/// What to do about one material.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ActionView {
    /// Where it stands in the request.
    pub material: String,
    /// What it is called.
    pub name: String,
    /// `certify`: it comes from a Party, so a proof of its origin may be had;
    /// `re_source`: buy it from a Party; `decide`: it has its own bill of
    /// materials, which can be repaired.
    pub action: &'static str,
    /// Its value.
    pub value: Option<String>,
}

/// The smallest sets of materials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SmallestView {
    /// Materials that are not originating or not known to be.
    pub blocking: usize,
    /// The size of the smallest set; absent when none works.
    pub size: Option<usize>,
    /// `highest_figures`, `every_set`, `at_least` or `no_set_works`.
    pub method: &'static str,
    /// Goods decided for the proof.
    pub decided: Option<usize>,
    /// The proof in words.
    pub proof: String,
}

/// A missing fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MissingView {
    /// Where it stands in the request.
    pub fact: String,
    /// What it is.
    pub words: String,
    /// Whether one answer to it alone would settle the verdict.
    pub would_settle: bool,
}

/// What would break a good that qualifies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MarginView {
    /// The criterion relied on.
    pub criterion: &'static str,
    /// No price or weight can break it.
    pub independent_of_figures: bool,
    /// The lowest FOB that still qualifies.
    pub lowest_fob: Option<String>,
    /// Value of non-originating materials now.
    pub foreign_content: Option<String>,
    /// What may be added to it, by freight or otherwise.
    pub room: Option<String>,
    /// Rise of the exchange rate it withstands, in per cent, rounded down.
    pub exchange_rate_rise: Option<String>,
    /// Room in kilograms for materials that did not change classification.
    pub weight_room: Option<String>,
    /// Materials without whose originating status it fails.
    pub depends_on: Vec<ActionView>,
    /// The whole in one or more sentences.
    pub summary: Vec<String>,
}

/// What would make the good qualify under the agreement the request names, or
/// under each that binds the two countries.
///
/// # Errors
/// When the request states what cannot be true, or names an agreement whose
/// tables are not loaded.
pub fn repair(
    book: &RuleBook,
    request: &Request,
    lang: Lang,
) -> Result<Vec<RepairReport>, RequestErrors> {
    let facts = request.to_facts(book)?;
    let agreements = match request.agreement {
        Some(agreement) => vec![agreement],
        None => originis_rules_engine::agreements_between(book, &facts).to_vec(),
    };
    agreements
        .into_iter()
        .map(|agreement| {
            report(book, request, &facts, agreement, lang).ok_or_else(|| not_loaded(agreement))
        })
        .collect()
}

fn report(
    book: &RuleBook,
    request: &Request,
    facts: &Facts,
    agreement: Agreement,
    lang: Lang,
) -> Option<RepairReport> {
    let tables = book.agreement(agreement)?;
    let present = Question { book, agreement }.decide(facts)?;
    let view = View {
        tables,
        request,
        facts,
        lang,
    };
    let found = repairs(book, facts, agreement);
    let settles = would_settle(book, facts, &present);
    Some(RepairReport {
        agreement,
        verdict: present.verdict.name(),
        nearest_criterion: found
            .as_ref()
            .and_then(|found| found.nearest)
            .map(|criterion| criterion.symbol()),
        options: found
            .iter()
            .flat_map(|found| &found.options)
            .map(|option| view.option(option))
            .collect(),
        smallest: found.as_ref().map(|found| view.smallest(found)),
        missing: present
            .origin
            .missing
            .iter()
            .zip(settles)
            .filter(|(missing, _)| {
                present.verdict != Verdict::Originating
                    && !originis_rules_engine::determine::is_claim_question(missing.test)
            })
            .map(|(missing, would_settle)| MissingView {
                fact: missing.fact.to_string(),
                words: words::missing::fact(&missing.fact, lang).to_owned(),
                would_settle,
            })
            .collect(),
        margin: margin(book, facts, agreement).map(|margin| view.margin(&margin)),
        claim: claim_repairs(book, facts, agreement).map(|found| view.claim(&found)),
    })
}

struct View<'a> {
    tables: &'a AgreementBook,
    request: &'a Request,
    facts: &'a Facts,
    lang: Lang,
}

impl View<'_> {
    fn action(&self, path: &[u16]) -> ActionView {
        let material = material_at(&self.facts.production, path);
        let from_a_party = material
            .and_then(|material| material.origin)
            .is_some_and(|origin| {
                self.tables.is_member(origin, self.facts.date) == Outcome::Met
                    && (origin == self.facts.importer
                        || self
                            .tables
                            .binds(origin, self.facts.importer, self.facts.date)
                            == Outcome::Met)
            });
        let has_bill = material.is_some_and(|material| {
            material.production.is_some() && material.status != OriginatingStatus::NonOriginating
        });
        ActionView {
            material: place(path),
            name: material_name(self.request, path, self.lang),
            action: if has_bill {
                "decide"
            } else if from_a_party {
                "certify"
            } else {
                "re_source"
            },
            value: material
                .and_then(|material| material.value)
                .map(|value| value.to_string()),
        }
    }

    fn option(&self, option: &RepairOption) -> OptionView {
        let materials = match &option.change {
            Change::MaterialsOriginating(set) => {
                set.paths.iter().map(|path| self.action(path)).collect()
            }
            _ => Vec::new(),
        };
        let (change, boundary, difference) = match &option.change {
            Change::MaterialsOriginating(_) => ("materials_originating", None, None),
            Change::FobAtLeast { fob, increase } => (
                "fob_at_least",
                Some(fob.to_string()),
                Some(increase.to_string()),
            ),
            Change::ForeignContentAtMost { content, cut } => (
                "foreign_content_at_most",
                Some(content.to_string()),
                Some(cut.to_string()),
            ),
            Change::WeightAtMost { weight, cut } => (
                "weight_at_most",
                Some(weight.to_string()),
                Some(cut.to_string()),
            ),
            Change::SubstantialProcess => ("substantial_process", None, None),
            Change::ChemicalReaction => ("chemical_reaction", None, None),
        };
        OptionView {
            change,
            summary: self.summary(option, &materials),
            criterion: option.criterion.symbol(),
            boundary,
            difference,
            money: option.money.as_ref().map(Balance::to_string),
            materials_touched: option.materials,
            materials,
        }
    }

    fn summary(&self, option: &RepairOption, materials: &[ActionView]) -> String {
        let lang = self.lang;
        match (&option.change, lang) {
            (Change::MaterialsOriginating(_), _) => {
                let parts: Vec<String> = materials
                    .iter()
                    .map(|material| {
                        let name = &material.name;
                        match (material.action, lang) {
                            ("certify", Lang::En) => format!("obtain a proof of origin for {name}"),
                            ("certify", Lang::Zh) => format!("为{name}取得原产地证明"),
                            ("decide", Lang::En) => format!("bring {name} itself to originating status"),
                            ("decide", Lang::Zh) => format!("使{name}自身取得原产资格"),
                            (_, Lang::En) => format!("buy {name} originating in a Party"),
                            (_, Lang::Zh) => format!("改用原产于缔约方的{name}"),
                        }
                    })
                    .collect();
                parts.join(lang.pick("; ", "；"))
            }
            (Change::FobAtLeast { fob, increase }, Lang::En) => format!("raise the FOB value by {increase} to at least {fob}"),
            (Change::FobAtLeast { fob, increase }, Lang::Zh) => format!("FOB价提高{increase}，至少达到{fob}"),
            (Change::ForeignContentAtMost { content, cut }, Lang::En) => format!("cut the value of the materials that count against it by {cut}, to at most {content}"),
            (Change::ForeignContentAtMost { content, cut }, Lang::Zh) => format!("将计入的非原产材料价值减少{cut}，至多{content}"),
            (Change::WeightAtMost { weight, cut }, Lang::En) => format!("cut the weight of the materials that keep their classification by {cut} kg, to at most {weight} kg"),
            (Change::WeightAtMost { weight, cut }, Lang::Zh) => format!("将未发生税则归类改变的材料减重{cut}千克，至多{weight}千克"),
            (Change::SubstantialProcess, Lang::En) => "carry out a process in the exporting country that goes beyond the listed minimal operations".to_owned(),
            (Change::SubstantialProcess, Lang::Zh) => "在出口国进行超出微小加工清单的加工".to_owned(),
            (Change::ChemicalReaction, Lang::En) => "let the chemical reaction take place in the exporting country".to_owned(),
            (Change::ChemicalReaction, Lang::Zh) => "使化学反应在出口国进行".to_owned(),
        }
    }

    fn smallest(&self, found: &Repairs) -> SmallestView {
        let lang = self.lang;
        let blocking = found.materials.blocking.len();
        let size = found.materials.smallest;
        let smaller = size.map_or(0, |size| size.saturating_sub(1));
        let one_is_enough = |method, decided| {
            let proof = match lang {
                Lang::En => format!(
                    "One of the {blocking} materials is enough, and with none changed the good fails."
                ),
                Lang::Zh => {
                    format!("{blocking}项材料中改变一项即可；一项都不改变则货物不符合。")
                }
            };
            (method, Some(decided), proof)
        };
        let (method, decided, proof) = match (found.materials.proof, lang) {
            (Proof::HighestFigures { decided }, _) if smaller == 0 => {
                one_is_enough("highest_figures", decided)
            }
            (Proof::EverySet { decided }, _) if smaller == 0 => one_is_enough("every_set", decided),
            (Proof::HighestFigures { decided }, Lang::En) => ("highest_figures", Some(decided), format!("No set of {smaller} or fewer of the {blocking} materials works: of every size up to it the sets with the highest values and weights were decided and fail, and exchanging a material for one that counts less cannot help.")),
            (Proof::HighestFigures { decided }, Lang::Zh) => ("highest_figures", Some(decided), format!("{blocking}项材料中，任何{smaller}项及以下的组合都不够：各规模中价值与重量最高的组合均已判定为不符合，换成计入更少的材料不会更好。")),
            (Proof::EverySet { decided }, Lang::En) => ("every_set", Some(decided), format!("No set of {smaller} or fewer of the {blocking} materials works: every one was decided, or lies within a larger set that fails ({decided} goods decided).")),
            (Proof::EverySet { decided }, Lang::Zh) => ("every_set", Some(decided), format!("{blocking}项材料中，任何{smaller}项及以下的组合都不够：每个组合均已判定，或包含在已判定不符合的更大组合之内（共判定{decided}次）。")),
            (Proof::AtLeast { at_least, decided }, Lang::En) => ("at_least", Some(decided), format!("With {blocking} materials the full search was stopped after {decided} goods: at least {at_least} materials are needed; the set shown has none to spare but may not be the smallest.")),
            (Proof::AtLeast { at_least, decided }, Lang::Zh) => ("at_least", Some(decided), format!("共{blocking}项材料，完整搜索在判定{decided}次后停止：至少需要{at_least}项；所示组合无多余材料，但未必最小。")),
            (Proof::NoSetWorks, Lang::En) => ("no_set_works", None, "Even with every material originating the good would not qualify: something other than the materials stands in the way.".to_owned()),
            (Proof::NoSetWorks, Lang::Zh) => ("no_set_works", None, "即使全部材料均为原产，货物仍不符合：障碍不在材料。".to_owned()),
        };
        SmallestView {
            blocking,
            size,
            method,
            decided,
            proof,
        }
    }

    fn claim(&self, found: &ClaimRepairs) -> ClaimView {
        let options: Vec<ClaimOptionView> = found
            .options
            .iter()
            .map(|option| {
                let words: Vec<String> = option
                    .changes
                    .iter()
                    .map(|change| self.claim_words(change))
                    .collect();
                ClaimOptionView {
                    changes: option.changes.iter().map(claim_change).collect(),
                    summary: words.join(self.lang.pick("; ", "；")),
                    claim: words::claim_name(option.outcome),
                }
            })
            .collect();
        let note = options.is_empty().then(|| {
            self.lang.pick(
                "No change of carriage or proof makes the claim hold.",
                "改变运输或证明均不能使货物享惠。",
            )
        });
        ClaimView {
            blockers: found.blockers.iter().map(|test| test.name()).collect(),
            options,
            note,
        }
    }

    fn claim_words(&self, change: &ClaimChange) -> String {
        let lang = self.lang;
        match (change, lang) {
            (ClaimChange::CarriedDirect, _) => {
                let from = words::country(self.facts.exporter, lang);
                let to = words::country(self.facts.importer, lang);
                match lang {
                    Lang::En => format!("carry the good straight from {from} to {to}"),
                    Lang::Zh => format!("将货物从{from}直接运往{to}"),
                }
            }
            (ClaimChange::TransitKept(steps), _) => {
                let parts: Vec<String> = steps.iter().map(|step| self.step_words(*step)).collect();
                parts.join(lang.pick(", ", "，"))
            }
            (ClaimChange::ProofIssued { proof, from, to }, Lang::En) => {
                let proof = proof_words(*proof, lang);
                format!("hold a {proof} issued from {from} to {to}")
            }
            (ClaimChange::ProofIssued { proof, from, to }, Lang::Zh) => {
                let proof = proof_words(*proof, lang);
                format!("持有{from}至{to}签发的{proof}")
            }
            (ClaimChange::ClaimedFrom(day), Lang::En) => {
                format!("claim when the proof has been issued, on {day}, and not before")
            }
            (ClaimChange::ClaimedFrom(day), Lang::Zh) => {
                format!("在证明签发之日（{day}）而非之前申报享惠")
            }
        }
    }

    fn step_words(&self, step: TransitStep) -> String {
        let lang = self.lang;
        let place = self
            .facts
            .transport
            .as_ref()
            .and_then(|transport| transport.via.get(usize::from(step.place)))
            .map(|via| words::country(via.place, lang))
            .unwrap_or_default();
        match (step.field, lang) {
            (TransitField::CustomsControl, Lang::En) => {
                format!("keep it under customs control in {place}")
            }
            (TransitField::CustomsControl, Lang::Zh) => format!("在{place}始终处于海关监管之下"),
            (TransitField::Operations, Lang::En) => {
                format!("do nothing to it in {place} beyond what direct consignment permits")
            }
            (TransitField::Operations, Lang::Zh) => {
                format!("在{place}不进行直接运输规则所许以外的处理")
            }
            (TransitField::EnteredIntoTrade, Lang::En) => {
                format!("do not put it into trade or consumption in {place}")
            }
            (TransitField::EnteredIntoTrade, Lang::Zh) => format!("在{place}不进入贸易或消费"),
            (TransitField::JustifiedByTransport, Lang::En) => {
                format!("let geography or transport alone explain the passage through {place}")
            }
            (TransitField::JustifiedByTransport, Lang::Zh) => {
                format!("仅因地理或运输原因途经{place}")
            }
        }
    }

    fn margin(&self, margin: &Margin) -> MarginView {
        let depends_on: Vec<ActionView> = margin
            .depends_on
            .iter()
            .map(|loss| self.action(&[loss.material]))
            .collect();
        MarginView {
            criterion: margin.criterion.symbol(),
            independent_of_figures: margin.independent_of_figures,
            lowest_fob: margin.lowest_fob.as_ref().map(Balance::to_string),
            foreign_content: margin
                .content
                .as_ref()
                .map(|content| content.content.to_string()),
            room: margin
                .content
                .as_ref()
                .map(|content| content.room.to_string()),
            exchange_rate_rise: margin
                .content
                .as_ref()
                .and_then(|content| content.exchange_rate_rise.clone()),
            weight_room: margin.weight.map(|weight| weight.room.to_string()),
            summary: self.margin_words(margin, &depends_on),
            depends_on,
        }
    }

    fn margin_words(&self, margin: &Margin, depends_on: &[ActionView]) -> Vec<String> {
        let lang = self.lang;
        let mut sentences = Vec::new();
        if margin.independent_of_figures {
            sentences.push(
                lang.pick(
                    "No change of price, exchange rate, freight or weight can break the result: it does not rest on a figure.",
                    "结论不依赖数值：价格、汇率、运费或重量的变化都不会使其失效。",
                )
                .to_owned(),
            );
        }
        if let Some(fob) = &margin.lowest_fob {
            sentences.push(match lang {
                Lang::En => {
                    format!("The FOB value may fall to {fob}; a unit less breaks the result.")
                }
                Lang::Zh => format!("FOB价最低可降至{fob}；再低一个单位即不符合。"),
            });
        }
        if let Some(content) = &margin.content {
            let room = &content.room;
            let now = &content.content;
            sentences.push(match lang {
                Lang::En => format!("The materials that count against it ({now}) may become dearer by {room}, through freight or price; a unit more breaks the result."),
                Lang::Zh => format!("计入的材料（{now}）可再增加{room}（运费或价格）；再多一个单位即不符合。"),
            });
            if let Some(rise) = &content.exchange_rate_rise {
                sentences.push(match lang {
                    Lang::En => format!("If all of them are paid in foreign currency, its rate may rise by {rise} %."),
                    Lang::Zh => format!("若全部以外币支付，汇率最多可上升{rise} %。"),
                });
            }
        }
        if let Some(weight) = &margin.weight {
            let room = weight.room;
            sentences.push(match lang {
                Lang::En => format!(
                    "The materials that keep their classification may weigh {room} kg more."
                ),
                Lang::Zh => format!("未发生税则归类改变的材料还可增重{room}千克。"),
            });
        }
        for material in depends_on {
            let name = &material.name;
            sentences.push(match lang {
                Lang::En => format!("Without the originating status of {name} the result would not hold: keep its proof."),
                Lang::Zh => format!("若{name}不再具备原产资格，结论不成立：请保存其证明。"),
            });
        }
        sentences
    }
}

fn claim_change(change: &ClaimChange) -> ClaimChangeView {
    let view = |change, facts| ClaimChangeView {
        change,
        facts,
        proof: None,
        from: None,
        to: None,
    };
    match change {
        ClaimChange::CarriedDirect => view("carried_direct", vec![FactPath::Transport.to_string()]),
        ClaimChange::TransitKept(steps) => view(
            "transit_kept",
            steps
                .iter()
                .map(|step| FactPath::Transit(step.place, step.field).to_string())
                .collect(),
        ),
        ClaimChange::ProofIssued { proof, from, to } => ClaimChangeView {
            proof: Some(*proof),
            from: Some(from.to_string()),
            to: Some(to.to_string()),
            ..view("proof_issued", vec![FactPath::Proof.to_string()])
        },
        ClaimChange::ClaimedFrom(day) => ClaimChangeView {
            from: Some(day.to_string()),
            ..view("claimed_from", vec![FactPath::Date.to_string()])
        },
    }
}

impl ClaimView {
    /// Adds what would make the claim hold.
    fn write(&self, document: &mut Document, lang: Lang) {
        document.heading(lang.pick("What would make the claim hold", "如何使货物可以享惠"));
        let options = self.options.iter().map(|option| match lang {
            Lang::En => format!(
                "{} — then {}",
                option.summary,
                claim_words(option.claim, lang)
            ),
            Lang::Zh => format!("{}——则{}", option.summary, claim_words(option.claim, lang)),
        });
        document.list(options.chain(self.note.map(str::to_owned)).collect());
    }
}

impl RepairReport {
    /// The report for people.
    pub fn document(&self, lang: Lang) -> Document {
        let name = self.agreement.name();
        let mut document = Document::new(if self.margin.is_some() {
            match lang {
                Lang::En => format!("{name}: how firmly the good qualifies"),
                Lang::Zh => format!("{name}：原产资格的余量"),
            }
        } else {
            match lang {
                Lang::En => format!("{name}: what would make the good qualify"),
                Lang::Zh => format!("{name}：如何使货物符合"),
            }
        });
        if let Some(margin) = &self.margin {
            document.text(match lang {
                Lang::En => format!("It is originating under {}.", margin.criterion),
                Lang::Zh => format!("货物依{}标准为原产。", margin.criterion),
            });
            document.list(margin.summary.clone());
            if let Some(claim) = &self.claim {
                claim.write(&mut document, lang);
            }
            return document;
        }
        if let Some(nearest) = self.nearest_criterion {
            document.text(match lang {
                Lang::En => format!("Nearest to passing: {nearest}."),
                Lang::Zh => format!("最接近的标准：{nearest}。"),
            });
        }
        let mut table = Table::with_head([
            "#",
            lang.pick("change", "改变"),
            lang.pick("then", "符合标准"),
            lang.pick("money touched", "涉及金额"),
            lang.pick("materials", "材料数"),
        ]);
        for (number, option) in (1..).zip(&self.options) {
            table.rows.push(vec![
                Cell::Number(i32::to_string(&number)),
                option.summary.clone().into(),
                option.criterion.into(),
                Cell::number(option.money.as_ref()),
                Cell::Number(option.materials_touched.to_string()),
            ]);
        }
        document.table(table);
        if self.options.is_empty() {
            document.text(lang.pick(
                "No single change of materials, price, weight or process was found that makes it qualify.",
                "未找到能使货物符合的材料、价格、重量或工序的单项改变。",
            ));
        }
        if let Some(smallest) = &self.smallest {
            document.heading(lang.pick("Smallest set of materials", "最小材料组合"));
            document.text(smallest.proof.clone());
        }
        if !self.missing.is_empty() {
            document.heading(lang.pick("Missing facts", "所缺事实"));
            document.list(
                self.missing
                    .iter()
                    .map(|missing| {
                        let settles = if missing.would_settle {
                            lang.pick(" — could settle it alone", "——单独即可定论")
                        } else {
                            ""
                        };
                        format!("{} ({}){settles}", missing.words, missing.fact)
                    })
                    .collect(),
            );
        }
        document
    }
}
