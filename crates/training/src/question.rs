//! A case laid out for a reader: the question before a prediction, the reply
//! after it. The terminal, the packs, the page and a class all show this.

use originis_exchange::{Lang, wording};
use originis_rules_engine::country::Country;
use originis_rules_engine::determination::Verdict;
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use crate::exercise::{Exercise, list_at, text_at};
use crate::library::{Case, Library, Text};

/// The verdicts a learner may predict, in the order they are offered.
pub const VERDICTS: [Verdict; 3] = [
    Verdict::Originating,
    Verdict::NotOriginating,
    Verdict::Undetermined,
];

/// A case before it is predicted; the key is not in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "LearnQuestion")]
pub struct Question {
    /// Id of the case.
    pub id: String,
    /// Id of its sector.
    pub sector: String,
    /// Name of its sector.
    pub sector_name: String,
    /// 1 easy, 2 medium, 3 hard.
    pub level: u8,
    /// What it is about.
    pub title: String,
    /// The situation as a trader would tell it.
    pub story: String,
    /// The facts.
    pub facts: Facts,
    /// What is asked.
    pub question: String,
    /// The answers to choose from.
    pub choices: Vec<String>,
    /// Changes of one fact, each to be predicted again.
    pub changes: Vec<String>,
}

/// The facts of a case in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Facts {
    /// Route, good, costs, work and papers, each with its label.
    pub lines: Vec<FactLine>,
    /// Headings of the columns of a material.
    pub columns: Vec<String>,
    /// Materials; null when they are not known, empty when none are used.
    pub materials: Option<Vec<MaterialLine>>,
}

/// One fact with its label.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct FactLine {
    /// What it is.
    pub label: String,
    /// The fact.
    pub text: String,
}

/// One material; a cell says so when it is not known.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct MaterialLine {
    /// What it is called, with its role where it has one.
    pub name: String,
    /// HS code.
    pub hs: String,
    /// Country of origin.
    pub origin: String,
    /// Whether it is originating, in words.
    pub status: String,
    /// Value in the currency of the good.
    pub value: String,
    /// Weight in kilograms.
    pub weight_kg: String,
}

impl MaterialLine {
    /// Its cells in the order of [`Facts::columns`].
    pub fn cells(&self) -> [&str; 6] {
        [
            &self.name,
            &self.hs,
            &self.origin,
            &self.status,
            &self.value,
            &self.weight_kg,
        ]
    }
}

/// What the engine decided, in words.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "LearnTrace")]
pub struct Trace {
    /// `originating`, `not_originating` or `undetermined`.
    pub verdict: String,
    /// The verdict in a word or two.
    pub short: String,
    /// The verdict as a sentence.
    pub sentence: String,
    /// The agreement.
    pub agreement: String,
    /// The first criterion met; empty when none is.
    pub criterion: String,
    /// The rule; empty when none was applied.
    pub rule: String,
    /// The rule in words.
    pub rule_words: String,
    /// Tests that apply, with their outcome.
    pub findings: Vec<TraceFinding>,
    /// Why each missing fact matters.
    pub missing: Vec<String>,
    /// Id of the decision.
    pub decision_id: String,
}

/// One test of a trace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "LearnFinding")]
pub struct TraceFinding {
    /// `met`, `not_met` or `unknown`.
    pub outcome: String,
    /// What was found.
    pub summary: String,
    /// Where the test stands in the law.
    pub citation: String,
}

/// The reply to a prediction.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "LearnReply")]
pub struct Reply {
    /// Whether the decision bears the choice out.
    pub right: bool,
    /// The choice the decision bears out, from 0.
    pub key: usize,
    /// Why the choice fits or fails.
    pub reply: String,
    /// Where the reason stands in the law.
    pub cite: String,
    /// The decision.
    pub trace: Trace,
    /// What goes wrong in practice.
    pub pitfalls: Vec<String>,
    /// Papers to keep.
    pub evidence: Vec<String>,
}

/// The reply to a prediction of the verdict after one fact has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[schemars(rename = "LearnChangeReply")]
pub struct ChangeReply {
    /// Whether the decision is the one predicted.
    pub right: bool,
    /// The decision with the fact changed.
    pub trace: Trace,
}

/// Lays a case out as a question.
pub fn question(library: &Library, case: &Case, lang: Lang) -> Question {
    Question {
        id: case.id.clone(),
        sector: case.sector.clone(),
        sector_name: library
            .sector(&case.sector)
            .map_or(&case.sector, |sector| match lang {
                Lang::En => &sector.name.en,
                Lang::Zh => &sector.name.zh,
            })
            .clone(),
        level: case.level,
        title: case.title.in_lang(lang).to_owned(),
        story: case.story.in_lang(lang).to_owned(),
        facts: facts(library, case.request_in(lang), lang),
        question: case.question.in_lang(lang).to_owned(),
        choices: case
            .choices
            .iter()
            .map(|choice| choice.text.in_lang(lang).to_owned())
            .collect(),
        changes: case
            .changes
            .iter()
            .map(|change| change.ask.in_lang(lang).to_owned())
            .collect(),
    }
}

/// The reply to a choice; `None` when the case has no such choice.
pub fn reply(case: &Case, decided: &Exercise, choice: usize, lang: Lang) -> Option<Reply> {
    let chosen = case.choices.get(choice)?;
    let texts = |texts: &[Text]| {
        texts
            .iter()
            .map(|text| text.in_lang(lang).to_owned())
            .collect()
    };
    Some(Reply {
        right: *decided.right.get(choice)?,
        key: decided.key(),
        reply: chosen.reply.in_lang(lang).to_owned(),
        cite: wording::citation(&chosen.cite, lang),
        trace: trace(&decided.answer, lang),
        pitfalls: texts(&case.pitfalls),
        evidence: texts(&case.evidence),
    })
}

/// The reply to a predicted verdict; `None` when the case has no such change.
pub fn change_reply(
    decided: &Exercise,
    change: usize,
    predicted: Verdict,
    lang: Lang,
) -> Option<ChangeReply> {
    let answer = decided.changed.get(change)?;
    Some(ChangeReply {
        right: verdict(answer) == predicted,
        trace: trace(answer, lang),
    })
}

/// The verdict of an answer.
pub fn verdict(answer: &Value) -> Verdict {
    verdict_named(text_at(answer, "/verdict")).unwrap_or(Verdict::Undetermined)
}

/// The verdict of this name.
pub fn verdict_named(name: &str) -> Option<Verdict> {
    VERDICTS.into_iter().find(|verdict| verdict.name() == name)
}

/// Lays a decision out.
pub fn trace(answer: &Value, lang: Lang) -> Trace {
    let text = |pointer: &str| text_at(answer, pointer).to_owned();
    let verdict = verdict(answer);
    Trace {
        verdict: verdict.name().to_owned(),
        short: wording::verdict_short(verdict, lang).to_owned(),
        sentence: wording::verdict(verdict, lang).to_owned(),
        agreement: text("/agreement"),
        criterion: text("/criterion"),
        rule: text("/rule/text"),
        rule_words: text("/rule/words"),
        findings: list_at(answer, "/findings")
            .filter(|finding| text_at(finding, "/outcome") != "not_applicable")
            .map(|finding| TraceFinding {
                outcome: text_at(finding, "/outcome").to_owned(),
                summary: text_at(finding, "/summary").to_owned(),
                citation: wording::citation(text_at(finding, "/citation"), lang),
            })
            .collect(),
        missing: list_at(answer, "/missing")
            .map(|missing| text_at(missing, "/why").to_owned())
            .collect(),
        decision_id: text("/decision_id"),
    }
}

fn facts(library: &Library, request: &Value, lang: Lang) -> Facts {
    let text = |pointer: &str| text_at(request, pointer);
    let mut lines = Vec::new();
    let mut line = |(en, zh): (&str, &str), text: String| {
        if !text.is_empty() {
            lines.push(FactLine {
                label: lang.pick(en, zh).to_owned(),
                text,
            });
        }
    };
    line(
        ("From, to, date", "出口方、进口方、日期"),
        format!(
            "{} → {}, {}",
            country(text("/from"), lang),
            country(text("/to"), lang),
            text("/date")
        ),
    );
    line(("Good", "货物"), text("/good/name").to_owned());
    let edition = text("/good/hs_edition");
    line(
        ("HS code", "HS 编码"),
        if edition.is_empty() {
            text("/good/hs").to_owned()
        } else {
            format!("{} (HS {edition})", text("/good/hs"))
        },
    );
    let currency = text("/good/currency");
    for (label, pointer, unit) in [
        (("Value FOB", "FOB 价值"), "/good/fob", currency),
        (
            ("Customs value", "完税价格"),
            "/good/customs_value",
            currency,
        ),
        (
            ("Weight", "重量"),
            "/good/weight_kg",
            lang.pick("kg", "千克"),
        ),
    ] {
        let amount = text(pointer);
        if !amount.is_empty() {
            line(label, format!("{amount} {unit}"));
        }
    }
    let costs: Vec<String> = [
        ("/costs/labour", ("labour", "人工")),
        ("/costs/overhead", ("overhead", "制造费用")),
        ("/costs/profit", ("profit", "利润")),
        ("/costs/other", ("other", "其他")),
    ]
    .into_iter()
    .filter(|(pointer, _)| !text(pointer).is_empty())
    .map(|(pointer, (en, zh))| format!("{} {}", lang.pick(en, zh), text(pointer)))
    .collect();
    line(("Costs", "成本"), joined(&costs, lang));
    line(
        ("Operations", "加工工序"),
        operations(library, request, "/operations", lang),
    );
    if request.get("chemical_reaction").and_then(Value::as_bool) == Some(true) {
        line(
            ("Chemical reaction", "化学反应"),
            lang.pick("yes", "是").to_owned(),
        );
    }
    let ground = text("/wholly_obtained");
    if !ground.is_empty() {
        line(
            ("Claimed as wholly obtained", "主张完全获得"),
            lang.pick("ground", "条款").to_owned() + &format!(" ({ground})"),
        );
    }
    line(("Transport", "运输"), transport(library, request, lang));
    line(("Proof of origin", "原产地证明"), proof(request, lang));
    let mut materials = None;
    if request.get("materials").is_some() {
        let mut rows = Vec::new();
        for material in list_at(request, "/materials") {
            rows.push(material_line(material, "", lang));
            for part in list_at(material, "/materials") {
                rows.push(material_line(part, "↳ ", lang));
            }
        }
        materials = Some(rows);
    }
    Facts {
        lines,
        columns: [
            ("Materials", "物料清单"),
            ("HS code", "HS 编码"),
            ("Origin", "原产地"),
            ("Status", "原产状态"),
            ("Value", "价值"),
            ("Weight, kg", "重量(千克)"),
        ]
        .map(|(en, zh)| lang.pick(en, zh).to_owned())
        .to_vec(),
        materials,
    }
}

/// What stands where there are no materials to list.
pub const fn no_materials(facts: &Facts, lang: Lang) -> Option<&'static str> {
    match &facts.materials {
        None => Some(lang.pick("Materials: not known", "物料清单：未知")),
        Some(rows) if rows.is_empty() => {
            Some(lang.pick("Materials: none used", "物料清单：未使用物料"))
        }
        Some(_) => None,
    }
}

fn material_line(material: &Value, mark: &str, lang: Lang) -> MaterialLine {
    let cell = |pointer: &str| match text_at(material, pointer) {
        "" => lang.pick("not known", "未知").to_owned(),
        text => text.to_owned(),
    };
    let role = match text_at(material, "/role") {
        "retail_packing" => lang.pick(" (retail packing)", "（零售包装）"),
        "transport_packing" => lang.pick(" (transport packing)", "（运输包装）"),
        "accessory" => lang.pick(" (accessory)", "（附件）"),
        "indirect" => lang.pick(" (indirect material)", "（间接材料）"),
        _ => "",
    };
    MaterialLine {
        name: format!("{mark}{}{role}", cell("/name")),
        hs: cell("/hs"),
        origin: cell("/origin"),
        status: match text_at(material, "/status") {
            "originating" => lang.pick("originating", "原产"),
            "non_originating" => lang.pick("non-originating", "非原产"),
            _ => lang.pick("not known", "未知"),
        }
        .to_owned(),
        value: cell("/value"),
        weight_kg: cell("/weight_kg"),
    }
}

fn operations(library: &Library, value: &Value, pointer: &str, lang: Lang) -> String {
    let words: Vec<String> = list_at(value, pointer)
        .filter_map(Value::as_str)
        .map(|word| match lang {
            Lang::En => word.replace('_', " "),
            Lang::Zh => library.words.operation(word).to_owned(),
        })
        .collect();
    joined(&words, lang)
}

fn joined(words: &[String], lang: Lang) -> String {
    words.join(lang.pick(", ", "、"))
}

fn country(code: &str, lang: Lang) -> String {
    code.parse::<Country>()
        .map_or_else(|_| code.to_owned(), |known| wording::country(known, lang))
}

fn transport(library: &Library, request: &Value, lang: Lang) -> String {
    match request
        .pointer("/transport/direct")
        .and_then(Value::as_bool)
    {
        None => String::new(),
        Some(true) => lang.pick("direct", "直接运输").to_owned(),
        Some(false) => {
            let stops: Vec<String> = list_at(request, "/transport/via")
                .map(|stop| {
                    let place = country(text_at(stop, "/place"), lang);
                    let done = operations(library, stop, "/operations", lang);
                    let control = match stop.pointer("/customs_control").and_then(Value::as_bool) {
                        Some(true) => lang.pick("under customs control", "处于海关监管之下"),
                        Some(false) => lang.pick("not under customs control", "未处于海关监管之下"),
                        None => lang.pick("customs control not known", "是否处于海关监管未知"),
                    };
                    match lang {
                        Lang::En => format!("via {place} ({done}; {control})"),
                        Lang::Zh => format!("经{place}（{done}；{control}）"),
                    }
                })
                .collect();
            joined(&stops, lang)
        }
    }
}

fn proof(request: &Value, lang: Lang) -> String {
    let issued = text_at(request, "/proof/issued");
    let kind = match text_at(request, "/proof/type") {
        "certificate" => lang.pick("certificate of origin", "原产地证书"),
        "approved_exporter" => lang.pick("declaration by an approved exporter", "经核准出口商声明"),
        "exporter_declaration" => lang.pick("declaration by the exporter", "出口商声明"),
        "importer_declaration" => lang.pick("declaration by the importer", "进口商声明"),
        "back_to_back" => lang.pick("back-to-back proof", "背对背原产地证明"),
        "none" => lang.pick("none", "无"),
        _ => return String::new(),
    };
    match (issued, lang) {
        ("", _) => kind.to_owned(),
        (day, Lang::En) => format!("{kind}, issued {day}"),
        (day, Lang::Zh) => format!("{kind}，{day} 签发"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exercise::exercise;

    #[test]
    fn a_question_in_chinese_names_its_goods_in_chinese() {
        let library = Library::shipped().unwrap();
        let case = library.case("cashmere-pullover-jp").unwrap();
        let asked = question(&library, case, Lang::Zh);
        let lines: Vec<&str> = asked.facts.lines.iter().map(|l| l.text.as_str()).collect();
        assert!(lines.contains(&"羊绒套头衫"), "{lines:?}");
        assert!(lines.contains(&"针织、缝合"), "{lines:?}");
        let materials = asked.facts.materials.unwrap();
        assert_eq!(materials[0].name, "羊绒纱线");
        assert_eq!(materials[0].status, "非原产");
    }

    #[test]
    fn a_question_does_not_hold_its_key() {
        let library = Library::shipped().unwrap();
        for case in &library.cases {
            let asked = serde_json::to_string(&question(&library, case, Lang::En)).unwrap();
            assert!(!asked.contains("verdict"), "{}", case.id);
            for choice in &case.choices {
                assert!(!asked.contains(&choice.reply.en), "{}", case.id);
            }
        }
    }

    #[test]
    fn the_language_changes_no_key() {
        let book = originis_rule_tables::shipped().unwrap();
        let library = Library::shipped().unwrap();
        for case in &library.cases {
            let english = exercise(&book, case, Lang::En).unwrap();
            let chinese = exercise(&book, case, Lang::Zh).unwrap();
            let key = crate::review::Key::of;
            assert_eq!(key(&english), key(&chinese), "{}", case.id);
            assert_eq!(english.right, chinese.right, "{}", case.id);
        }
    }

    #[test]
    fn a_wrong_choice_is_told_why_and_a_change_is_decided_again() {
        let book = originis_rule_tables::shipped().unwrap();
        let library = Library::shipped().unwrap();
        let case = library.case("cashmere-pullover-jp").unwrap();
        let decided = exercise(&book, case, Lang::En).unwrap();
        let wrong = reply(case, &decided, 1, Lang::En).unwrap();
        assert!(!wrong.right && wrong.key == 0);
        assert_eq!(wrong.cite, "RCEP Article 3.2(c)");
        assert_eq!(wrong.trace.verdict, "originating");
        assert!(reply(case, &decided, 9, Lang::En).is_none());
        let panels = change_reply(&decided, 0, Verdict::NotOriginating, Lang::En).unwrap();
        assert!(panels.right, "knitted panels stay in chapter 61");
        assert!(change_reply(&decided, 9, Verdict::Originating, Lang::En).is_none());
    }
}
