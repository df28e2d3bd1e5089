//! RCEP country of origin explained: Article 2.6, the choices it leaves the
//! importer, and the rate each of them gives.

use originis_exchange::{Lang, Request, RequestErrors};
use originis_rules_engine::agreement::{Agreement, AgreementBook, CitationId, Status, in_force};
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::{
    CountryOfOriginBasis, Criterion, Determination, Duty, RateAnswer, Verdict,
};
use originis_rules_engine::determine;
use originis_rules_engine::facts::Facts;
use originis_rules_engine::law::Inquiry;
use originis_rules_engine::law::concession::{RateQuestion, rate};
use originis_rules_engine::law::country_of_origin::{
    contributions, domestic_value, on_appendix, value_from_elsewhere,
};
use originis_rules_engine::law::minimal_operations::work_done;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::quantity::{Balance, Percent, percentage_for_display};
use originis_rules_engine::rulebook::RuleBook;
use serde::Serialize;

use crate::document::{Cell, Document, Table};
use crate::duty::dutiable_value;
use crate::wording::{self, cited};

/// The explanation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct OriginReport {
    /// The verdict on origin; only an originating good has a country of origin.
    pub verdict: &'static str,
    /// The Party, when it can be told.
    pub party: Option<String>,
    /// The paragraph of Article 2.6 that gives it, as in the answer.
    pub basis: &'static str,
    /// The mark on the proof when the Party cannot be told: none when it can.
    pub mark: Option<String>,
    /// Whether the importing Party's rates differ by Party at all.
    pub party_applies_differentials: bool,
    /// Whether the loaded rates for this line differ by Party.
    pub rates_differ_on_line: &'static str,
    /// Whether the line stands in the importing Party's appendix.
    pub appendix: AppendixView,
    /// Whether more than minimal operations took place in the exporting Party;
    /// absent when not known.
    pub beyond_minimal: Option<bool>,
    /// Value of originating materials by Party.
    pub contributions: Vec<Contribution>,
    /// The Party determined and the importer's choices under 2.6.6.
    pub choices: Vec<Choice>,
    /// The reasoning, step by step.
    pub reasoning: Vec<Step>,
}

/// The appendix condition of Article 2.6.3.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AppendixView {
    /// `met`: listed on the day; `not_met`: known to be absent; `unknown`.
    pub listed: &'static str,
    /// Domestic value in per cent of FOB, rounded down.
    pub domestic_value: Option<String>,
    /// The least domestic value required.
    pub threshold: Option<String>,
    /// Whether it is reached.
    pub outcome: &'static str,
}

/// What one Party contributed in originating materials.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Contribution {
    /// The Party.
    pub party: String,
    /// Value of its originating materials.
    pub value: String,
}

/// One way of naming the country of origin, with the rate it gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// `determined`, `highest_of_contributors` or `highest_of_all`.
    pub choice: &'static str,
    /// The Party whose rate applies; absent when it cannot be told.
    pub party: Option<String>,
    /// The mark on the proof of origin.
    pub mark: Option<&'static str>,
    /// Numeric country code of the importing country's declaration.
    pub numeric_code: Option<String>,
    /// Letter country code of the declaration.
    pub letter_code: Option<String>,
    /// The rate; absent when not known.
    pub rate: Option<String>,
    /// Duty in money; absent when not known.
    pub duty: Option<String>,
    /// What has to be said about it.
    pub note: String,
    /// Where it stands in the law.
    pub citation: String,
}

/// One step of the reasoning.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Step {
    /// What is concluded.
    pub text: String,
    /// Where it stands in the law.
    pub citation: String,
}

/// Explains the RCEP country of origin of a good. `None` when RCEP is not
/// loaded.
///
/// # Errors
/// When the request states what cannot be true.
pub fn country_of_origin(
    book: &RuleBook,
    request: &Request,
    lang: Lang,
) -> Result<Option<OriginReport>, RequestErrors> {
    let facts = request.to_facts(book)?;
    let Some(tables) = book.agreement(Agreement::Rcep) else {
        return Ok(None);
    };
    let Some(determination) = determine(book, &facts, Agreement::Rcep) else {
        return Ok(None);
    };
    let question = Question {
        book,
        tables,
        facts: &facts,
        inquiry: Inquiry::of_good(book, tables, &facts),
        determination: &determination,
        lang,
    };
    Ok(Some(question.report()))
}

struct Question<'a> {
    book: &'a RuleBook,
    tables: &'a AgreementBook,
    facts: &'a Facts,
    inquiry: Inquiry<'a>,
    determination: &'a Determination,
    lang: Lang,
}

/// A Party with the rate it would get.
struct PartyRate {
    party: Country,
    answer: RateAnswer,
}

/// The highest of several rates, or why it cannot be told.
enum Highest<'a> {
    Of(&'a PartyRate),
    Nobody,
    NotComparable,
}

impl Question<'_> {
    fn report(&self) -> OriginReport {
        let origin = self.determination.country_of_origin;
        let party = origin.and_then(|origin| origin.party);
        let basis = origin.map_or(CountryOfOriginBasis::Unknown, |origin| origin.basis);
        let originating = self.determination.verdict == Verdict::Originating;
        let listed = on_appendix(&self.inquiry, self.facts);
        let domestic = if originating {
            domestic_value(&self.inquiry, self.facts, &self.determination.origin)
        } else {
            Outcome::Unknown
        };
        let contributed = contributions(
            self.facts
                .production
                .materials
                .as_deref()
                .unwrap_or_default(),
            &self.determination.origin.materials,
        );
        let rates = self.rates_by_party();
        let choices = if originating {
            self.choices(party, contributed.as_deref(), &rates)
        } else {
            Vec::new()
        };
        let differ = rates_differ(&rates);
        OriginReport {
            verdict: self.determination.verdict.name(),
            party: party.map(|party| party.to_string()),
            basis: originis_exchange::wording::country_of_origin_basis_name(basis),
            mark: None,
            party_applies_differentials: self.applies_differentials(),
            rates_differ_on_line: originis_exchange::outcome_name(differ),
            appendix: AppendixView {
                listed: originis_exchange::outcome_name(listed),
                domestic_value: self.domestic_share(),
                threshold: self.threshold().map(|(percent, _)| percent.to_string()),
                outcome: originis_exchange::outcome_name(domestic),
            },
            beyond_minimal: work_done(&self.inquiry).beyond_minimal(),
            contributions: contributed
                .iter()
                .flatten()
                .map(|(party, value)| Contribution {
                    party: party.to_string(),
                    value: Balance(*value).to_string(),
                })
                .collect(),
            reasoning: self.reasoning(originating, listed, domestic, basis, party, differ),
            choices,
        }
        .marked()
    }

    fn applies_differentials(&self) -> bool {
        self.tables
            .party(self.facts.importer)
            .is_some_and(|party| party.tariff_differentials)
    }

    fn threshold(&self) -> Option<(i32, CitationId)> {
        in_force(&self.tables.thresholds.domestic_value, self.facts.date)
            .map(|row| (row.value.as_percent(), row.citation))
    }

    fn domestic_share(&self) -> Option<String> {
        let fob = self.inquiry.positive_fob()?.wide();
        let foreign = value_from_elsewhere(self.facts, &self.determination.origin)?;
        percentage_for_display(fob - foreign, fob)
    }

    /// The rate of every Party the agreement binds with the importer on the day.
    fn rates_by_party(&self) -> Vec<PartyRate> {
        let Some(day) = self.facts.date else {
            return Vec::new();
        };
        self.tables
            .parties
            .iter()
            .map(|party| party.country)
            .filter(|party| {
                *party != self.facts.importer
                    && self.tables.binds(*party, self.facts.importer, Some(day)) != Outcome::NotMet
            })
            .map(|party| PartyRate {
                party,
                answer: rate(
                    self.book,
                    Agreement::Rcep,
                    &RateQuestion {
                        importer: self.facts.importer,
                        origin: party,
                        code: self.facts.good.hs,
                        edition: self.facts.good.edition,
                        day,
                        value: dutiable_value(self.tables, self.facts),
                    },
                ),
            })
            .collect()
    }

    fn choices(
        &self,
        party: Option<Country>,
        contributed: Option<&[(Country, i128)]>,
        rates: &[PartyRate],
    ) -> Vec<Choice> {
        let lang = self.lang;
        let cite = self.book.citation(self.tables.articles.country_of_origin);
        let paragraph = |number: &str| format!("{cite}{number}");
        let mut choices = Vec::new();
        let determined = party.and_then(|party| rates.iter().find(|rate| rate.party == party));
        let note = match (party, determined) {
            (Some(_), _) => lang
                .pick("as Article 2.6 determines it", "按第二·六条确定")
                .to_owned(),
            (None, _) => lang
                .pick(
                    "cannot be told from the facts and tables at hand",
                    "现有事实与数据表不足以确定",
                )
                .to_owned(),
        };
        choices.push(self.choice("determined", party, None, determined, note, paragraph("")));
        if !self.applies_differentials() {
            return choices;
        }
        let contributors: Vec<&PartyRate> = rates
            .iter()
            .filter(|rate| {
                contributed.is_some_and(|shares| {
                    shares
                        .iter()
                        .any(|(party, value)| *party == rate.party && *value > 0)
                })
            })
            .collect();
        let of_contributors = if contributed.is_none() {
            Highest::NotComparable
        } else {
            highest(&contributors)
        };
        let all: Vec<&PartyRate> = rates.iter().collect();
        for (name, mark, found, number, proviso) in [
            (
                "highest_of_contributors",
                "*",
                of_contributors,
                ".6(a)",
                lang.pick(
                    "highest rate among the Parties that contributed originating materials; the importer must be able to prove them",
                    "提供原产材料的各缔约方中的最高税率；进口商须能证明这些材料",
                ),
            ),
            (
                "highest_of_all",
                "**",
                highest(&all),
                ".6(b)",
                lang.pick(
                    "highest rate among all Parties; nothing further to prove about contributions",
                    "所有缔约方中的最高税率；无须另行证明各方贡献",
                ),
            ),
        ] {
            let (chosen, note) = match found {
                Highest::Of(chosen) => (Some(chosen), proviso.to_owned()),
                Highest::Nobody => (
                    None,
                    lang.pick(
                        "no originating material of any Party is counted, so this choice is empty",
                        "未计入任何缔约方的原产材料，此项不可用",
                    )
                    .to_owned(),
                ),
                Highest::NotComparable => (
                    None,
                    lang.pick(
                        "not every rate in question is loaded as a plain percentage, so the highest cannot be told",
                        "有关税率未全部载入或不是单一从价税率，无法判断最高者",
                    )
                    .to_owned(),
                ),
            };
            choices.push(self.choice(
                name,
                chosen.map(|chosen| chosen.party),
                Some(mark),
                chosen,
                note,
                paragraph(number),
            ));
        }
        choices
    }

    fn choice(
        &self,
        name: &'static str,
        party: Option<Country>,
        mark: Option<&'static str>,
        found: Option<&PartyRate>,
        note: String,
        citation: String,
    ) -> Choice {
        let codes = mark.and_then(|mark| {
            self.tables
                .formalities
                .origin_choice_codes
                .iter()
                .filter(|row| {
                    row.importer
                        .is_none_or(|named| named == self.facts.importer)
                })
                .filter(|row| {
                    self.facts
                        .date
                        .is_none_or(|day| row.term.period.contains(day))
                })
                .map(|row| &row.term.value)
                .find(|codes| codes.mark == mark)
        });
        let percent = found.and_then(|found| plain(&found.answer));
        Choice {
            choice: name,
            party: party.map(|party| party.to_string()),
            mark,
            numeric_code: codes.map(|codes| codes.numeric.clone()),
            letter_code: codes.map(|codes| codes.letters.clone()),
            rate: found.and_then(|found| {
                originis_exchange::wording::rate::figure(&found.answer.preferential)
            }),
            duty: percent
                .zip(dutiable_value(self.tables, self.facts))
                .map(|(percent, value)| percent.of(value).to_string()),
            note,
            citation,
        }
    }

    fn reasoning(
        &self,
        originating: bool,
        listed: Outcome,
        domestic: Outcome,
        basis: CountryOfOriginBasis,
        party: Option<Country>,
        rates_differ: Outcome,
    ) -> Vec<Step> {
        let lang = self.lang;
        let article = self.tables.articles.country_of_origin;
        let mut steps = Vec::new();
        let mut step = |text: String, citation: CitationId| {
            steps.push(Step {
                text,
                citation: self.book.citation(citation).to_owned(),
            });
        };
        let importer = wording::country(self.facts.importer, lang);
        let exporter = wording::country(self.facts.exporter, lang);
        if !originating {
            step(
                lang.pick(
                    "The good is not shown to be originating; only an originating good has a country of origin.",
                    "货物尚未被确认为原产货物；只有原产货物才有原产国。",
                )
                .to_owned(),
                article,
            );
            return steps;
        }
        if !self.applies_differentials() {
            step(
                match lang {
                    Lang::En => format!(
                        "{importer} applies one rate to every Party, so the exporting Party is the country of origin and every answer gives the same rate."
                    ),
                    Lang::Zh => format!(
                        "{importer}对所有缔约方适用同一税率，因此以出口缔约方为原产国，各种答案税率相同。"
                    ),
                },
                article,
            );
            return steps;
        }
        step(
            match (rates_differ, lang) {
                (Outcome::Met, Lang::En) => format!(
                    "{importer} applies different rates to different Parties, on this line as well: the country of origin decides the rate."
                ),
                (Outcome::Met, Lang::Zh) => {
                    format!("{importer}对不同缔约方适用不同税率，本税目亦然：原产国决定税率。")
                }
                (Outcome::NotMet, Lang::En) => format!(
                    "{importer} applies different rates to different Parties, but the same to all on this line: the rate does not depend on the country of origin."
                ),
                (Outcome::NotMet, Lang::Zh) => format!(
                    "{importer}对不同缔约方适用不同税率，但本税目对各方税率相同：税率不取决于原产国。"
                ),
                (Outcome::Unknown | Outcome::NotApplicable, Lang::En) => format!(
                    "{importer} applies different rates to different Parties; whether it does on this line cannot be told from the rates loaded, so the country of origin is taken to decide the rate."
                ),
                (Outcome::Unknown | Outcome::NotApplicable, Lang::Zh) => format!(
                    "{importer}对不同缔约方适用不同税率；已载入的税率不足以判断本税目是否如此，故视为原产国决定税率。"
                ),
            },
            article,
        );
        let appendix = self
            .tables
            .appendices
            .iter()
            .find(|table| table.importer == self.facts.importer);
        let appendix_cite = appendix.map_or(article, |table| table.citation);
        step(
            match (listed, appendix.map(|table| table.status)) {
                (Outcome::Met, _) => lang.pick(
                    "The line stands in its appendix: the domestic value condition decides, whatever the criterion.",
                    "该税目列入其附录：不论适用何种标准，均由国内增值条件决定。",
                ),
                (Outcome::NotMet | Outcome::NotApplicable, _) => lang.pick(
                    "The line is not in its appendix.",
                    "该税目不在其附录中。",
                ),
                (Outcome::Unknown, None) => lang.pick(
                    "Its appendix is not loaded, so the line is not known to be absent from it.",
                    "其附录未载入，不能认定该税目不在附录中。",
                ),
                (Outcome::Unknown, Some(Status::Partial)) => lang.pick(
                    "Only part of its appendix is loaded, so the line is not known to be absent from it.",
                    "其附录仅部分载入，不能认定该税目不在附录中。",
                ),
                (Outcome::Unknown, Some(_)) => lang.pick(
                    "The appendix lists a line of the same subheading; whether it is this good cannot be told.",
                    "附录列有同一子目的税目；无法判断是否即为本货物。",
                ),
            }
            .to_owned(),
            appendix_cite,
        );
        if listed != Outcome::NotMet
            && let Some((threshold, citation)) = self.threshold()
        {
            step(
                self.domestic_value_words(domestic, threshold, &exporter),
                citation,
            );
        }
        if listed != Outcome::Met {
            step(self.criterion_words(&exporter), article);
        }
        let conclusion = match party {
            Some(party) => {
                let name = wording::country(party, lang);
                let why = originis_exchange::wording::country_of_origin(basis, lang);
                match lang {
                    Lang::En => format!("Country of origin: {name} ({why})."),
                    Lang::Zh => format!("原产国：{name}（{why}）。"),
                }
            }
            None => lang
                .pick(
                    "The country of origin stays open; the importer may claim under one of the marked choices.",
                    "原产国未能确定；进口商可选择带标记的方式申报。",
                )
                .to_owned(),
        };
        step(conclusion, article);
        steps
    }

    fn domestic_value_words(&self, outcome: Outcome, threshold: i32, exporter: &str) -> String {
        let share = self.domestic_share();
        match (outcome, share, self.lang) {
            (Outcome::Met, Some(share), Lang::En) => format!(
                "Domestic value in {exporter}: {share} % of FOB, counting only its own originating materials; at least {threshold} % is required, so it is reached."
            ),
            (Outcome::Met, Some(share), Lang::Zh) => format!(
                "{exporter}的国内增值为FOB的{share} %（仅计其本国原产材料）；要求不低于{threshold} %，已达到。"
            ),
            (Outcome::NotMet, Some(share), Lang::En) => format!(
                "Domestic value in {exporter}: {share} % of FOB, counting only its own originating materials; at least {threshold} % is required, so it is not reached."
            ),
            (Outcome::NotMet, Some(share), Lang::Zh) => format!(
                "{exporter}的国内增值为FOB的{share} %（仅计其本国原产材料）；要求不低于{threshold} %，未达到。"
            ),
            (Outcome::Met, None, Lang::En) => format!(
                "The good is wholly obtained in {exporter}, so the whole of its value is added there."
            ),
            (Outcome::Met, None, Lang::Zh) => {
                format!("货物在{exporter}完全获得，全部价值均在该国增加。")
            }
            (_, _, Lang::En) => format!(
                "Domestic value in {exporter} cannot be computed without the FOB value and the value of every material; at least {threshold} % would be required."
            ),
            (_, _, Lang::Zh) => format!(
                "缺少FOB价或某项材料的价值，无法计算{exporter}的国内增值；要求不低于{threshold} %。"
            ),
        }
    }

    fn criterion_words(&self, exporter: &str) -> String {
        let only_exclusive = self
            .determination
            .origin
            .criteria
            .iter()
            .all(|criterion| *criterion == Criterion::ProducedExclusively);
        match (
            only_exclusive,
            work_done(&self.inquiry).beyond_minimal(),
            self.lang,
        ) {
            (false, _, Lang::En) => format!(
                "Outside the appendix: originating status was acquired in {exporter} by its criterion, so {exporter} is the country of origin."
            ),
            (false, _, Lang::Zh) => {
                format!("附录以外：货物依其标准在{exporter}取得原产资格，因此{exporter}为原产国。")
            }
            (true, Some(true), Lang::En) => format!(
                "Outside the appendix: a PE good that underwent more than minimal operations in {exporter}, which is therefore the country of origin."
            ),
            (true, Some(true), Lang::Zh) => format!(
                "附录以外：PE货物在{exporter}经过超出微小加工的处理，因此{exporter}为原产国。"
            ),
            (true, Some(false), Lang::En) => format!(
                "Outside the appendix: a PE good that underwent only minimal operations in {exporter}; the Party that contributed the highest value of originating materials is the country of origin."
            ),
            (true, Some(false), Lang::Zh) => format!(
                "附录以外：PE货物在{exporter}仅经过微小加工；以提供原产材料价值最高的缔约方为原产国。"
            ),
            (true, None, Lang::En) => format!(
                "Outside the appendix: for a PE good it matters whether more than minimal operations took place in {exporter}, which is not stated."
            ),
            (true, None, Lang::Zh) => format!(
                "附录以外：对PE货物须看在{exporter}的加工是否超出微小加工，而这一点未说明。"
            ),
        }
    }
}

/// The rate when it is one plain percentage.
fn plain(answer: &RateAnswer) -> Option<Percent> {
    match &answer.preferential {
        Duty::Rate(rate) => rate.ad_valorem(),
        _ => None,
    }
}

fn highest<'a>(rates: &[&'a PartyRate]) -> Highest<'a> {
    if rates.is_empty() {
        return Highest::Nobody;
    }
    let mut highest: Option<(&PartyRate, Percent)> = None;
    for rate in rates {
        let Some(percent) = plain(&rate.answer) else {
            return Highest::NotComparable;
        };
        if highest.is_none_or(|(_, known)| percent > known) {
            highest = Some((rate, percent));
        }
    }
    highest.map_or(Highest::Nobody, |(rate, _)| Highest::Of(rate))
}

/// Whether the preferences of the line differ by Party. Two stated rates that
/// differ show it; that they are all the same is known only where each Party has
/// one loaded for the whole code, for what lines of a code share may still
/// differ line by line.
fn rates_differ(rates: &[PartyRate]) -> Outcome {
    let mut stated = Vec::new();
    let mut open = rates.is_empty();
    for rate in rates {
        match &rate.answer.preferential {
            Duty::NotLoaded | Duty::OneOf(_) | Duty::OneOfMargins(_) => open = true,
            duty @ (Duty::NoRate | Duty::Rate(_) | Duty::Margin(_)) => stated.push(duty),
        }
    }
    if stated.windows(2).any(|pair| pair.first() != pair.last()) {
        Outcome::Met
    } else if open {
        Outcome::Unknown
    } else {
        Outcome::NotMet
    }
}

impl OriginReport {
    /// The mark goes on the proof only where the Party cannot be told.
    fn marked(mut self) -> Self {
        if self.party.is_none() && self.verdict == Verdict::Originating.name() {
            self.mark = self
                .choices
                .iter()
                .find(|choice| choice.mark.is_some() && choice.party.is_some())
                .and_then(|choice| choice.mark)
                .map(str::to_owned);
        }
        self
    }

    /// The report for people.
    pub fn document(&self, lang: Lang) -> Document {
        let mut document = Document::new(lang.pick(
            "RCEP country of origin (Article 2.6)",
            "RCEP原产国（第二·六条）",
        ));
        for step in &self.reasoning {
            document.text(cited(&step.text, &step.citation, lang));
        }
        if !self.contributions.is_empty() {
            document.heading(lang.pick("Originating materials by Party", "各缔约方原产材料价值"));
            let mut table =
                Table::with_head([lang.pick("Party", "缔约方"), lang.pick("value", "价值")]);
            for share in &self.contributions {
                table.rows.push(vec![
                    share.party.clone().into(),
                    Cell::Number(share.value.clone()),
                ]);
            }
            document.table(table);
        }
        if !self.choices.is_empty() {
            document.heading(lang.pick("Choices and their rates", "可选方式及税率"));
            let mut table = Table::with_head([
                lang.pick("choice", "方式"),
                lang.pick("Party", "缔约方"),
                lang.pick("mark", "标记"),
                lang.pick("customs code", "海关代码"),
                lang.pick("rate", "税率"),
                lang.pick("duty", "税额"),
                lang.pick("remark", "说明"),
            ]);
            for choice in &self.choices {
                let codes = choice
                    .numeric_code
                    .as_ref()
                    .zip(choice.letter_code.as_ref())
                    .map(|(numeric, letters)| format!("{numeric} / {letters}"));
                table.rows.push(vec![
                    choice_words(choice.choice, lang).into(),
                    Cell::text(choice.party.as_ref()),
                    Cell::text(choice.mark),
                    Cell::text(codes),
                    Cell::text(choice.rate.as_ref()),
                    Cell::number(choice.duty.as_ref()),
                    choice.note.clone().into(),
                ]);
            }
            document.table(table);
        }
        document
    }
}

fn choice_words(choice: &str, lang: Lang) -> &'static str {
    match choice {
        "determined" => lang.pick("as determined", "按规定确定"),
        "highest_of_contributors" => lang.pick(
            "2.6.6(a) highest of contributors",
            "2.6.6(a) 相关成员最高税率",
        ),
        _ => lang.pick("2.6.6(b) highest of all", "2.6.6(b) 所有成员最高税率"),
    }
}
