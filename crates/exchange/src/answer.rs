//! The answer: a determination with every sentence, figure and citation a
//! person or a program needs, in the order of the contract.

use originis_rules_engine::agreement::{AgreementBook, ProductRule, ProductRuleTable};
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::{
    self, AppliedRule, Determination, Duty, Figures, Finding, MaterialEffect, Missing,
    OriginDecision, Standing, Test, Verdict,
};
use originis_rules_engine::facts::{FactPath, Facts, ProofType};
use originis_rules_engine::hs::HsCode;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rule::ShiftLevel;
use originis_rules_engine::rulebook::RuleBook;
use originis_rules_engine::settle::would_settle;
use originis_rules_engine::tariff::TariffTable;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::{Map, Value};

use crate::canonical::decision_id;
use crate::lang::Lang;
use crate::notes::{Note, notes};
use crate::request::{Material, Production, Request};
use crate::share::{Rounding, share};
use crate::vocabulary::{self, outcome_name, word_of};
use crate::wording;
use crate::wording::finding::Subject;
use crate::wording::material::Tested;

/// The answer for one good under one agreement.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Answer {
    /// `originating`, `not_originating` or `undetermined`.
    pub verdict: &'static str,
    /// The agreement decided under.
    pub agreement: &'static str,
    /// The criterion for the proof of origin; null unless originating.
    pub criterion: Option<&'static str>,
    /// Every criterion that is met.
    pub criteria: Vec<&'static str>,
    /// `ACU` where materials of another Party were cumulated, `DMI` where the
    /// tolerance was needed: printed beside the criterion on an RCEP proof.
    pub qualifiers: Vec<&'static str>,
    /// The product rule applied; null where none was.
    pub rule: Option<RuleAnswer>,
    /// The tests in order.
    pub findings: Vec<FindingAnswer>,
    /// The facts and tables that are missing.
    pub missing: Vec<MissingAnswer>,
    /// The country of origin the rate is read for; null unless originating.
    pub country_of_origin: Option<CountryOfOriginAnswer>,
    /// The rate.
    pub rate: RateAnswer,
    /// Whether the preference can be claimed.
    pub claim: ClaimAnswer,
    /// Identifies these facts under these tables.
    pub decision_id: String,
    /// The tables the answer rests on.
    pub rules: RulesAnswer,
    /// What each material did to the result.
    pub materials: Vec<MaterialAnswer>,
    /// Assumptions made and oddities seen in the request.
    pub notes: Vec<Note>,
    /// The language of the sentences.
    pub lang: Lang,
}

/// A product-specific rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RuleAnswer {
    /// The text exactly as in the table.
    pub text: String,
    /// The chapter, heading or subheading the table prints it on.
    pub code: String,
    /// `chapter`, `heading` or `subheading`.
    pub level: &'static str,
    /// The HS edition of the table.
    pub hs_edition: &'static str,
    /// Where it stands.
    pub source: String,
    /// How sure the table is.
    pub status: &'static str,
    /// The rule in plain words.
    pub words: String,
}

/// One test with its result.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FindingAnswer {
    /// The test.
    pub test: &'static str,
    /// Its outcome.
    pub outcome: &'static str,
    /// The part of a rule split by product it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub part: Option<u8>,
    /// The result in a sentence.
    pub summary: String,
    /// The numbers it rests on, as decimal strings.
    pub figures: Map<String, Value>,
    /// Positions of the materials it rests on, from 0.
    pub materials: Vec<u16>,
    /// Where it stands in the law, in English whatever the language: it identifies
    /// the place.
    pub citation: String,
    /// The same in the language of the answer, where that is not English.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub citation_text: Option<String>,
}

/// A missing fact or table.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MissingAnswer {
    /// Its place in the request, such as `materials[0].hs`, or the table.
    pub fact: String,
    /// What it is and why it is asked for.
    pub why: String,
    /// Whether one answer to it alone can settle the question.
    pub would_settle: bool,
    /// The test that asks for it.
    pub test: &'static str,
    /// Possible answers, for codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub candidates: Vec<String>,
}

/// The country of origin.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct CountryOfOriginAnswer {
    /// The Party; null when it cannot be told.
    #[schemars(with = "Option<String>")]
    pub party: Option<Country>,
    /// The mark of an importer's choice under RCEP Article 2.6.6.
    pub mark: Option<String>,
    /// Where it stands in the law.
    pub citation: String,
    /// The rule that gives it.
    pub basis: &'static str,
    /// The same in words.
    pub summary: String,
}

/// The rate at which the good may enter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RateAnswer {
    /// The national line, when the code leads to exactly one.
    pub line: Option<String>,
    /// The most-favoured-nation duty: per cent, or the text of another rate.
    pub mfn: Option<String>,
    /// The preferential duty, likewise.
    pub preferential: Option<String>,
    /// Duty saved on the customs value.
    pub saving: Option<String>,
    /// What the saving is reckoned on.
    pub basis: Option<&'static str>,
    /// `known`, `conditional`, `no_concession`, `excluded` or `not_loaded`.
    pub status: &'static str,
    /// Whether the most-favoured-nation duty is as low or lower.
    pub mfn_is_as_good: Option<bool>,
    /// Margin of preference where the duty it is taken from is not known.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub margin: Option<String>,
    /// The national lines the code may fall under, when there are several.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(default)]
    pub lines: Vec<String>,
    /// The tables the rates were read in.
    pub sources: Vec<String>,
    /// The rates in words.
    pub summary: String,
}

/// Whether the preference can be claimed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct ClaimAnswer {
    /// `eligible`, `not_eligible` or `undetermined`.
    pub outcome: &'static str,
    /// The tests that stand in the way.
    pub blockers: Vec<&'static str>,
    /// The same in words.
    pub summary: String,
}

/// The tables an answer rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct RulesAnswer {
    /// Hash of the content of every table.
    pub fingerprint: String,
    /// The latest day any of them was read or published.
    pub as_of: String,
}

/// What one material did.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MaterialAnswer {
    /// Position in the request, from 0.
    pub index: u16,
    /// What it is called.
    pub name: Option<String>,
    /// Its code.
    pub hs: Option<String>,
    /// Its country of origin as stated.
    #[schemars(with = "Option<String>")]
    pub origin: Option<Country>,
    /// What it is to the good.
    pub role: &'static str,
    /// Its value.
    pub value: Option<String>,
    /// `originating`, `non_originating` or `undecided`.
    pub standing: &'static str,
    /// The Party it is originating in.
    #[schemars(with = "Option<String>")]
    pub originating_in: Option<Country>,
    /// Whether it made the tariff shift.
    pub shift: &'static str,
    /// Whether its value counts as non-originating.
    pub counted_as_non_originating: bool,
    /// What it did, in words.
    pub effect: String,
    /// The decision on an intermediate good.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub decision: Option<IntermediateAnswer>,
}

/// The decision on a material that has its own bill of materials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct IntermediateAnswer {
    /// `met`, `not_met` or `unknown`.
    pub outcome: &'static str,
    /// Every criterion that is met.
    pub criteria: Vec<&'static str>,
    /// The product rule applied.
    pub rule: Option<RuleAnswer>,
    /// The tests in order.
    pub findings: Vec<FindingAnswer>,
    /// What each of its materials did.
    pub materials: Vec<MaterialAnswer>,
}

impl Answer {
    /// Puts a determination into words and figures.
    pub fn of(
        book: &RuleBook,
        request: &Request,
        facts: &Facts,
        determination: &Determination,
        lang: Lang,
    ) -> Self {
        let writer = Writer {
            book,
            tables: book.agreement(determination.agreement),
            request,
            determination,
            lang,
        };
        let decided = Request {
            agreement: Some(determination.agreement),
            ..request.clone()
        };
        let origin = &determination.origin;
        let mut qualifiers = Vec::new();
        if origin.cumulation_used {
            qualifiers.push("ACU");
        }
        if origin.de_minimis_used {
            qualifiers.push("DMI");
        }
        Self {
            verdict: determination.verdict.name(),
            agreement: determination.agreement.name(),
            criterion: origin.criteria.first().map(|criterion| criterion.symbol()),
            criteria: criteria(origin),
            qualifiers,
            rule: origin.rule.and_then(|rule| writer.rule(rule)),
            findings: writer.findings(&origin.findings, &request.production),
            missing: writer.missing(facts),
            country_of_origin: writer.country_of_origin(),
            rate: rate_answer(
                book,
                &determination.rate,
                request.good.customs_value.map(|_| wording::rate::Valued {
                    currency: request.good.currency.as_deref(),
                    claim: determination.claim.outcome,
                }),
                lang,
            ),
            claim: writer.claim(),
            decision_id: decision_id(&decided, &book.fingerprint),
            rules: RulesAnswer::of(book),
            materials: writer.materials(&request.production, origin, request.from),
            notes: notes(book, request, lang),
            lang,
        }
    }

    /// The finding on a test, the first when there are several.
    pub fn finding(&self, test: Test) -> Option<&FindingAnswer> {
        self.findings
            .iter()
            .find(|finding| finding.test == test.name())
    }

    /// The verdict as the engine's type.
    pub fn verdict(&self) -> Verdict {
        [Verdict::Originating, Verdict::NotOriginating]
            .into_iter()
            .find(|verdict| verdict.name() == self.verdict)
            .unwrap_or(Verdict::Undetermined)
    }
}

fn criteria(origin: &OriginDecision) -> Vec<&'static str> {
    origin
        .criteria
        .iter()
        .map(|criterion| criterion.symbol())
        .collect()
}

/// What a material is called in sentences.
pub(crate) fn material_label(index: usize, material: &Material, lang: Lang) -> String {
    let number = index + 1;
    match (&material.name, material.hs, lang) {
        (Some(name), Some(hs), Lang::En) => format!("{name} ({hs})"),
        (Some(name), Some(hs), Lang::Zh) => format!("{name}（{hs}）"),
        (Some(name), None, _) => name.clone(),
        (None, Some(hs), Lang::En) => format!("material {number} ({hs})"),
        (None, Some(hs), Lang::Zh) => format!("材料 {number}（{hs}）"),
        (None, None, Lang::En) => format!("material {number}"),
        (None, None, Lang::Zh) => format!("材料 {number}"),
    }
}

/// The material a path of indexes leads to.
fn material_at<'a>(production: &'a Production, path: &[u16]) -> Option<(usize, &'a Material)> {
    let (first, rest) = path.split_first()?;
    let index = usize::from(*first);
    let material = production.materials.as_ref()?.get(index)?;
    if rest.is_empty() {
        Some((index, material))
    } else {
        material_at(material.production.as_ref()?, rest)
    }
}

struct Writer<'a> {
    book: &'a RuleBook,
    tables: Option<&'a AgreementBook>,
    request: &'a Request,
    determination: &'a Determination,
    lang: Lang,
}

impl Writer<'_> {
    fn rule(&self, applied: AppliedRule) -> Option<RuleAnswer> {
        let table = self.tables?.product_rules.get(applied.table)?;
        let row = table.rules.get(applied.rule)?;
        Some(rule_answer(self.book, table, row, self.lang))
    }

    fn findings(&self, findings: &[Finding], production: &Production) -> Vec<FindingAnswer> {
        let materials = production.materials.as_deref().unwrap_or_default();
        let proof_held = self
            .request
            .proof
            .as_ref()
            .is_some_and(|proof| proof.proof != ProofType::None);
        findings
            .iter()
            .map(|finding| {
                let named: Vec<String> = finding
                    .materials
                    .iter()
                    .filter_map(|index| {
                        let index = usize::from(*index);
                        let material = materials.get(index)?;
                        Some(material_label(index, material, self.lang))
                    })
                    .collect();
                let subject = Subject {
                    agreement: self.determination.agreement,
                    exporter: self.request.from,
                    importer: self.request.to,
                    proof_held,
                    materials: &named,
                    figures: finding.figures(),
                };
                let citation = self.book.citation(finding.citation);
                FindingAnswer {
                    test: finding.test.name(),
                    outcome: outcome_name(finding.outcome),
                    part: finding.part,
                    summary: wording::finding::summary(
                        finding.test,
                        finding.outcome,
                        &subject,
                        self.lang,
                    ),
                    figures: figures(finding.test, &finding.figures()),
                    materials: finding.materials.to_vec(),
                    citation: citation.to_owned(),
                    citation_text: (self.lang != Lang::En)
                        .then(|| wording::citation(citation, self.lang)),
                }
            })
            .collect()
    }

    fn missing(&self, facts: &Facts) -> Vec<MissingAnswer> {
        let settling = would_settle(self.book, facts, self.determination);
        self.determination
            .origin
            .missing
            .iter()
            .zip(settling)
            .map(|(missing, would_settle)| MissingAnswer {
                fact: missing.fact.to_string(),
                why: self.why(missing, facts.importer),
                would_settle,
                test: missing.test.name(),
                candidates: missing.candidates.iter().map(HsCode::to_string).collect(),
            })
            .collect()
    }

    fn why(&self, missing: &Missing, importer: Country) -> String {
        let path = match &missing.fact {
            FactPath::Material(path, _) | FactPath::Production(path, _) => path.as_slice(),
            _ => &[],
        };
        let material = material_at(&self.request.production, path)
            .map(|(index, material)| material_label(index, material, self.lang));
        wording::missing::why(
            &missing.fact,
            material.as_deref(),
            self.determination.agreement,
            importer,
            self.lang,
        )
    }

    fn country_of_origin(&self) -> Option<CountryOfOriginAnswer> {
        let origin = self.determination.country_of_origin?;
        let basis = wording::country_of_origin(origin.basis, self.lang);
        let summary = match (origin.party, self.lang) {
            (Some(party), Lang::En) => {
                format!("{}: {basis}", wording::country(party, self.lang))
            }
            (Some(party), Lang::Zh) => {
                format!("{}：{basis}", wording::country(party, self.lang))
            }
            (None, _) => basis.to_owned(),
        };
        Some(CountryOfOriginAnswer {
            party: origin.party,
            mark: None,
            citation: self.book.citation(origin.citation).to_owned(),
            basis: wording::country_of_origin_basis_name(origin.basis),
            summary,
        })
    }

    fn claim(&self) -> ClaimAnswer {
        let claim = &self.determination.claim;
        let lang = self.lang;
        let mut summary = wording::claim(claim.outcome, lang).to_owned();
        if !claim.blockers.is_empty() {
            let tests: Vec<String> = claim
                .blockers
                .iter()
                .map(|test| wording::blocker(*test, lang).to_owned())
                .collect();
            let tests = wording::list(&tests, lang);
            summary.push_str(&match lang {
                Lang::En => format!(" In the way: {tests}."),
                Lang::Zh => format!("障碍：{tests}。"),
            });
        }
        ClaimAnswer {
            outcome: wording::claim_name(claim.outcome),
            blockers: claim.blockers.iter().map(|test| test.name()).collect(),
            summary,
        }
    }

    fn materials(
        &self,
        production: &Production,
        origin: &OriginDecision,
        exporter: Country,
    ) -> Vec<MaterialAnswer> {
        let value_counts = origin.findings.iter().any(|finding| {
            matches!(
                finding.test,
                Test::ValueContent | Test::AggregateContent | Test::LeastDeveloped
            ) && finding.outcome != Outcome::NotApplicable
        });
        let tolerated: Vec<u16> = origin
            .findings
            .iter()
            .filter(|finding| finding.test == Test::DeMinimis && finding.outcome == Outcome::Met)
            .flat_map(|finding| finding.materials.iter().copied())
            .collect();
        (0_u16..)
            .zip(production.materials.iter().flatten())
            .zip(&origin.materials)
            .map(|((index, material), effect)| {
                let tested = Tested {
                    value: value_counts.then_some(self.determination.agreement),
                    tolerated: tolerated.contains(&index),
                };
                self.material(index, material, effect, exporter, tested)
            })
            .collect()
    }

    fn material(
        &self,
        index: u16,
        material: &Material,
        effect: &MaterialEffect,
        exporter: Country,
        tested: Tested,
    ) -> MaterialAnswer {
        let originating_in = match effect.standing {
            Standing::Originating(party) => Some(party),
            Standing::NonOriginating | Standing::Undecided => None,
        };
        let producer = material.origin.unwrap_or(exporter);
        let decision = effect
            .intermediate
            .as_deref()
            .zip(material.production.as_ref())
            .map(|(decision, production)| IntermediateAnswer {
                outcome: outcome_name(decision.outcome),
                criteria: criteria(decision),
                rule: decision.rule.and_then(|rule| self.rule(rule)),
                findings: self.findings(&decision.findings, production),
                materials: self.materials(production, decision, producer),
            });
        MaterialAnswer {
            index,
            name: material.name.clone(),
            hs: material.hs.map(|code| code.to_string()),
            origin: material.origin,
            role: word_of(vocabulary::ROLE, material.role),
            value: material.value.map(|value| value.to_string()),
            standing: wording::material::standing_name(effect.standing),
            originating_in,
            shift: outcome_name(effect.shift),
            counted_as_non_originating: effect.counted_as_non_originating,
            effect: wording::material::effect(effect, material.role, exporter, tested, self.lang),
            decision,
        }
    }
}

impl RulesAnswer {
    /// The tables of a rule book.
    pub fn of(book: &RuleBook) -> Self {
        Self {
            fingerprint: book.fingerprint.clone(),
            as_of: book.as_of.to_string(),
        }
    }
}

/// A row of a product-rule table.
pub(crate) fn rule_answer(
    book: &RuleBook,
    table: &ProductRuleTable,
    row: &ProductRule,
    lang: Lang,
) -> RuleAnswer {
    RuleAnswer {
        text: row.text.clone(),
        code: row.code.to_string(),
        level: level_name(row.code),
        hs_edition: table.edition.year(),
        source: book.citation(table.citation).to_owned(),
        status: table.status.name(),
        words: wording::rule::words(&row.rule, lang),
    }
}

/// The title of a tariff; its citation where no title is loaded.
fn table_title(book: &RuleBook, table: &TariffTable, lang: Lang) -> String {
    let path = format!("tariffs/{}.csv", table.id);
    book.tables
        .iter()
        .find(|info| info.path == path)
        .map_or_else(
            || book.citation(table.citation).to_owned(),
            |info| lang.pick(&info.title_en, &info.title_zh).to_owned(),
        )
}

/// A rate with its sources and words.
pub(crate) fn rate_answer(
    book: &RuleBook,
    rate: &determination::RateAnswer,
    valued: Option<wording::rate::Valued<'_>>,
    lang: Lang,
) -> RateAnswer {
    let mut sources: Vec<String> = Vec::new();
    for table in [rate.mfn_table, rate.table].into_iter().flatten() {
        if let Some(table) = book.tariffs.get(table) {
            let title = table_title(book, table, lang);
            if !sources.contains(&title) {
                sources.push(title);
            }
        }
    }
    let lines: Vec<String> = rate.lines.iter().map(|line| line.compact()).collect();
    let (line, lines) = match lines.as_slice() {
        [one] => (Some(one.clone()), Vec::new()),
        _ => (None, lines),
    };
    RateAnswer {
        line,
        mfn: wording::rate::figure(&rate.mfn),
        preferential: wording::rate::figure(&rate.preferential),
        saving: rate.saving.map(|saving| saving.to_string()),
        basis: valued.is_some().then_some("customs_value"),
        status: rate.status.name(),
        mfn_is_as_good: match rate.mfn_is_as_good {
            Outcome::Met => Some(true),
            Outcome::NotMet => Some(false),
            Outcome::Unknown | Outcome::NotApplicable => None,
        },
        margin: match &rate.preferential {
            Duty::Margin(margin) => Some(margin.to_string()),
            _ => None,
        },
        lines,
        sources,
        summary: wording::rate::summary(rate, valued, lang),
    }
}

/// The level of the code a rule is printed on.
pub fn level_name(code: HsCode) -> &'static str {
    match code.digit_count() {
        2 => "chapter",
        4 => "heading",
        _ => "subheading",
    }
}

/// The numbers of a finding as decimal strings.
fn figures(test: Test, figures: &Figures) -> Map<String, Value> {
    let mut fields = Map::new();
    let mut put = |key: &str, value: Option<String>| {
        if let Some(value) = value {
            fields.insert(key.to_owned(), value.into());
        }
    };
    match figures {
        Figures::None => {}
        Figures::Shift { level } => put(
            "level",
            Some(
                match level {
                    ShiftLevel::Chapter => "chapter",
                    ShiftLevel::Heading => "heading",
                    ShiftLevel::Subheading => "subheading",
                }
                .to_owned(),
            ),
        ),
        Figures::ValueContent(content) => {
            put("fob", content.fob.map(|fob| fob.to_string()));
            put("vnm", content.vnm.map(|vnm| vnm.to_string()));
            put("deducted", Some(content.deducted.to_string()));
            put("vom", Some(content.vom.to_string()));
            put("costs", Some(content.costs.to_string()));
            let share_of_fob = |part: i128| {
                content
                    .fob
                    .and_then(|fob| share(part, fob.0, Rounding::Down))
            };
            put(
                "build_down",
                content
                    .fob
                    .zip(content.vnm)
                    .and_then(|(fob, vnm)| share_of_fob(fob.0 - vnm.0)),
            );
            put(
                "build_up",
                content
                    .build_up_complete
                    .then(|| share_of_fob(content.vom.0 + content.costs.0))
                    .flatten(),
            );
            put(
                "build_down_outcome",
                Some(outcome_name(content.build_down).to_owned()),
            );
            put(
                "build_up_outcome",
                Some(outcome_name(content.build_up).to_owned()),
            );
            put(
                "threshold",
                Some(content.threshold.as_percent().to_string()),
            );
        }
        Figures::ShareOfFob {
            part,
            fob,
            threshold,
        } => {
            let rounding = if test == Test::AggregateContent {
                Rounding::Down
            } else {
                Rounding::Up
            };
            put("value", part.map(|part| part.to_string()));
            put("fob", fob.map(|fob| fob.to_string()));
            put(
                "share",
                part.zip(*fob)
                    .and_then(|(part, fob)| share(part.0, fob.0, rounding)),
            );
            put("threshold", Some(threshold.as_percent().to_string()));
        }
        Figures::DeMinimis {
            value,
            fob,
            value_threshold,
            weight,
        } => {
            put("value", value.map(|value| value.to_string()));
            put("fob", fob.map(|fob| fob.to_string()));
            put(
                "share",
                value
                    .zip(*fob)
                    .and_then(|(value, fob)| share(value.0, fob.0, Rounding::Up)),
            );
            put("threshold", Some(value_threshold.as_percent().to_string()));
            if let Some((part, whole, threshold)) = weight {
                put("weight_kg", part.map(|part| part.to_string()));
                put("total_weight_kg", whole.map(|whole| whole.to_string()));
                put(
                    "weight_share",
                    part.zip(*whole)
                        .and_then(|(part, whole)| share(part.wide(), whole.wide(), Rounding::Up)),
                );
                put("weight_threshold", Some(threshold.as_percent().to_string()));
            }
        }
        Figures::ShareOfWeight {
            part,
            whole,
            threshold,
        } => {
            put("weight_kg", part.map(|part| part.to_string()));
            put("total_weight_kg", whole.map(|whole| whole.to_string()));
            put(
                "share",
                part.zip(*whole)
                    .and_then(|(part, whole)| share(part.wide(), whole.wide(), Rounding::Down)),
            );
            put("threshold", Some(threshold.as_percent().to_string()));
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use originis_rules_engine::determine;
    use originis_testkit::book;

    use super::*;
    use crate::wording::testing::is_chinese;

    const PULLOVER: &str = include_str!("../testdata/pullover.json");

    fn answer(text: &str, lang: Lang) -> Answer {
        let book = book();
        let request = Request::from_json(text).unwrap();
        let facts = request.to_facts(&book).unwrap();
        let agreement = request.agreement.unwrap();
        let determination = determine(&book, &facts, agreement).unwrap();
        Answer::of(&book, &request, &facts, &determination, lang)
    }

    #[test]
    fn the_fields_stand_in_the_order_of_the_contract() {
        let value = serde_json::to_value(answer(PULLOVER, Lang::En)).unwrap();
        let keys: Vec<&String> = value.as_object().unwrap().keys().collect();
        let contract = [
            "verdict",
            "agreement",
            "criterion",
            "rule",
            "findings",
            "missing",
            "country_of_origin",
            "rate",
            "claim",
            "decision_id",
            "rules",
        ];
        let kept: Vec<&String> = keys
            .into_iter()
            .filter(|key| contract.contains(&key.as_str()))
            .collect();
        assert_eq!(kept, contract);
        assert_eq!(value["verdict"], "originating");
        assert_eq!(value["criterion"], "CTC");
        assert_eq!(value["rule"]["text"], "CC");
        assert_eq!(value["country_of_origin"]["party"], "CN");
        assert_eq!(value["rate"]["mfn"], "10.9");
        assert_eq!(value["rate"]["preferential"], "6.8");
        assert_eq!(value["rate"]["saving"], "51.66");
        assert_eq!(value["claim"]["outcome"], "eligible");
        assert_eq!(value["materials"][0]["origin"], "MN");
    }

    #[test]
    fn absent_facts_leave_the_answer_open_and_are_named() {
        let text = r#"{"agreement":"RCEP","from":"CN","to":"JP","date":"2026-07-15",
            "good":{"hs":"6110.12"}}"#;
        let answer = answer(text, Lang::En);
        assert_eq!(answer.verdict, "undetermined");
        assert_eq!(answer.criterion, None);
        let materials = answer
            .missing
            .iter()
            .find(|missing| missing.fact == "materials")
            .unwrap();
        assert!(materials.would_settle);
        assert_eq!(answer.claim.outcome, "undetermined");
    }

    #[test]
    fn the_language_changes_sentences_and_nothing_else() {
        let strip = |mut value: Value| {
            fn walk(value: &mut Value) {
                match value {
                    Value::Object(fields) => {
                        for key in [
                            "summary",
                            "why",
                            "words",
                            "effect",
                            "text",
                            "sources",
                            "lang",
                            "citation_text",
                        ] {
                            let is_rule_text = key == "text" && fields.contains_key("level");
                            if !is_rule_text {
                                fields.remove(key);
                            }
                        }
                        fields.values_mut().for_each(walk);
                    }
                    Value::Array(items) => items.iter_mut().for_each(walk),
                    _ => {}
                }
            }
            walk(&mut value);
            value
        };
        let of = |lang| serde_json::to_value(answer(PULLOVER, lang)).unwrap();
        let (en, zh) = (of(Lang::En), of(Lang::Zh));
        assert_eq!(en["findings"][0]["citation_text"], Value::Null);
        assert_eq!(zh["findings"][0]["citation_text"], "RCEP 第 20.6 条");
        assert!(!is_chinese(&en.to_string()));
        assert!(is_chinese(&zh.to_string()));
        assert_eq!(strip(en), strip(zh));
    }

    #[test]
    fn an_unknown_origin_is_a_visible_assumption() {
        let text = r#"{"agreement":"RCEP","from":"CN","to":"JP","date":"2026-07-15",
            "good":{"hs":"6110.12","fob":"100"},"operations":["cutting","knitting"],
            "materials":[{"name":"yarn","hs":"5108.10","value":"200"}]}"#;
        let codes: Vec<&str> = answer(text, Lang::En)
            .notes
            .iter()
            .map(|note| note.code)
            .collect();
        assert_eq!(
            codes,
            [
                "origin_not_known",
                "materials_above_price",
                "operation_near_minimal",
                "operation_substantial"
            ]
        );
    }

    #[test]
    fn the_identifier_names_the_agreement_decided() {
        let open = PULLOVER.replacen("\"RCEP\"", "null", 1);
        let book = book();
        let request = Request::from_json(&open).unwrap();
        let facts = request.to_facts(&book).unwrap();
        let id = |agreement| {
            let determination = determine(&book, &facts, agreement).unwrap();
            Answer::of(&book, &request, &facts, &determination, Lang::En).decision_id
        };
        use originis_rules_engine::agreement::Agreement;
        assert_eq!(id(Agreement::Rcep), answer(PULLOVER, Lang::Zh).decision_id);
        assert_ne!(id(Agreement::Rcep), id(Agreement::Apta));
    }
}
