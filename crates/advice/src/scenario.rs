//! Alternative suppliers and plants: every combination decided, the worst and
//! the best case named.

use originis_exchange::{Lang, Request, RequestError, RequestErrors};
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::rulebook::RuleBook;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use crate::comparison::{Comparison, Entry, Money, compare, verdict_words};
use crate::document::{Cell, Document, Table};
use crate::wording;

/// The most combinations decided at once.
pub const MOST_SCENARIOS: usize = 400;

/// Something that may be chosen: a supplier, a plant, a price.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Choice {
    /// What is chosen, such as `yarn supplier`.
    pub name: String,
    /// The alternatives.
    pub options: Vec<Alternative>,
}

/// One alternative.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Alternative {
    /// What it is called.
    pub name: String,
    /// What it changes in the request: places such as `materials[0].origin` or
    /// `good.fob`, with their new values; null takes a fact away.
    pub set: Map<String, Value>,
}

/// The scenarios decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ScenarioReport {
    /// One entry for each combination, in the order of the alternatives; the
    /// request as it stands comes first.
    pub scenarios: Vec<Scenario>,
    /// Position of the worst.
    pub worst: usize,
    /// Why it is the worst.
    pub worst_case: String,
    /// Position of the best.
    pub best: usize,
}

/// One combination.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scenario {
    /// The names of the alternatives taken; empty for the request as it stands.
    pub choices: Vec<String>,
    /// The agreement with the best result.
    #[serde(serialize_with = "wording::agreement_or_null")]
    pub agreement: Option<Agreement>,
    /// The verdict under it, or the best verdict under any.
    pub verdict: &'static str,
    /// The criterion.
    pub criterion: Option<&'static str>,
    /// Whether the preference can be claimed.
    pub claim: &'static str,
    /// The duty to be paid: preferential where it may be claimed, otherwise
    /// that of the most favoured nation.
    pub duty: Money,
    /// Why the agreement is the best.
    pub why: String,
}

/// Decides the request as it stands and with every combination of alternatives.
///
/// # Errors
/// A place that does not exist in the request, a changed request that cannot be
/// read, or more than [`MOST_SCENARIOS`] combinations.
pub fn scenarios(
    book: &RuleBook,
    request: &Request,
    choices: &[Choice],
    lang: Lang,
) -> Result<ScenarioReport, RequestErrors> {
    let combinations = combinations(choices)?;
    let base = request.to_json();
    let mut decided = vec![(Vec::new(), compare(book, request, lang)?)];
    for combination in combinations {
        let mut changed = base.clone();
        let mut names = Vec::new();
        for (choice, option, alternative) in combination {
            for (path, value) in &alternative.set {
                set(&mut changed, path, value.clone())
                    .map_err(|error| misplaced(choice, option, path, &error))?;
            }
            names.push(alternative.name.clone());
        }
        let mut changed = Request::from_json(&changed.to_string())?;
        changed.agreement = request.agreement;
        decided.push((names, compare(book, &changed, lang)?));
    }
    Ok(report(decided, request.agreement, lang))
}

type Picked<'a> = (usize, usize, &'a Alternative);

fn combinations(choices: &[Choice]) -> Result<Vec<Vec<Picked<'_>>>, RequestErrors> {
    let mut all: Vec<Vec<Picked<'_>>> = vec![Vec::new()];
    for (choice_index, choice) in choices.iter().enumerate() {
        all = all
            .iter()
            .flat_map(|picked| {
                choice
                    .options
                    .iter()
                    .enumerate()
                    .map(move |(option_index, alternative)| {
                        let mut longer = picked.clone();
                        longer.push((choice_index, option_index, alternative));
                        longer
                    })
            })
            .take(MOST_SCENARIOS + 1)
            .collect();
        if all.len() > MOST_SCENARIOS {
            return Err(RequestErrors(vec![RequestError {
                pointer: "/choices".to_owned(),
                code: "too_many_scenarios",
                detail_en: format!(
                    "the alternatives combine to more than {MOST_SCENARIOS} scenarios: ask about fewer choices at once"
                ),
                detail_zh: format!("各项选择的组合超过{MOST_SCENARIOS}个：请减少一次比较的选项"),
            }]));
        }
    }
    all.retain(|picked| !picked.is_empty());
    Ok(all)
}

fn misplaced(choice: usize, option: usize, path: &str, error: &str) -> RequestErrors {
    RequestErrors(vec![RequestError {
        pointer: format!("/choices/{choice}/options/{option}/set/{path}"),
        code: "no_such_place",
        detail_en: format!(
            "`{path}`: {error}; write a place as in the request, such as materials[0].origin"
        ),
        detail_zh: format!("`{path}`在请求中不存在；请按请求中的位置书写，如materials[0].origin"),
    }])
}

/// Puts a value at a place written as in the request.
fn set(root: &mut Value, path: &str, value: Value) -> Result<(), String> {
    let mut steps = path.split('.').peekable();
    let mut current = root;
    while let Some(step) = steps.next() {
        let (key, indexes) = step
            .split_once('[')
            .map_or((step, None), |(key, rest)| (key, Some(rest)));
        let is_last = steps.peek().is_none() && indexes.is_none();
        let fields = current
            .as_object_mut()
            .ok_or_else(|| format!("nothing has fields before `{step}`"))?;
        if is_last {
            if value.is_null() {
                fields.shift_remove(key);
            } else {
                fields.insert(key.to_owned(), value);
            }
            return Ok(());
        }
        current = fields
            .entry(key.to_owned())
            .or_insert_with(|| Value::Object(Map::new()));
        for index in indexes.into_iter().flat_map(|rest| rest.split('[')) {
            let number: usize = index
                .trim_end_matches(']')
                .parse()
                .map_err(|_| format!("`{index}` is no position"))?;
            current = current
                .get_mut(number)
                .ok_or_else(|| format!("there is no position {number} in `{key}`"))?;
        }
        if steps.peek().is_none() {
            *current = value;
            return Ok(());
        }
    }
    Err("the place is empty".to_owned())
}

fn report(
    decided: Vec<(Vec<String>, Comparison)>,
    asked: Option<Agreement>,
    lang: Lang,
) -> ScenarioReport {
    let scenarios: Vec<Scenario> = decided
        .into_iter()
        .map(|(choices, comparison)| scenario(choices, &comparison, asked))
        .collect();
    let position = |wanted: &dyn Fn(&Scenario, &Scenario) -> bool| {
        let mut found = 0;
        for (index, one) in scenarios.iter().enumerate() {
            if scenarios.get(found).is_some_and(|known| wanted(one, known)) {
                found = index;
            }
        }
        found
    };
    let worst = position(&|one, known| rank(one) > rank(known));
    let best = position(&|one, known| rank(one) < rank(known));
    let worst_case = scenarios.get(worst).map_or_else(String::new, |scenario| {
        let name = name_of(scenario, lang);
        let verdict = verdict_words(scenario.verdict, lang);
        let duty = scenario.duty.told();
        match (duty, lang) {
            (Some(duty), Lang::En) => format!("worst case: {name} — {verdict}, duty {duty}"),
            (Some(duty), Lang::Zh) => format!("最差情形：{name}——{verdict}，税额{duty}"),
            (None, Lang::En) => format!("worst case: {name} — {verdict}, duty not known"),
            (None, Lang::Zh) => format!("最差情形：{name}——{verdict}，税额未知"),
        }
    });
    ScenarioReport {
        scenarios,
        worst,
        worst_case,
        best,
    }
}

fn name_of(scenario: &Scenario, lang: Lang) -> String {
    if scenario.choices.is_empty() {
        lang.pick("as it stands", "现状").to_owned()
    } else {
        scenario.choices.join(" + ")
    }
}

/// Higher is worse: the verdict, then the duty; an unknown duty is worse than
/// any known one.
fn rank(scenario: &Scenario) -> (u8, u8, bool, i128) {
    let verdict = match scenario.verdict {
        "originating" => 0,
        "undetermined" => 1,
        _ => 2,
    };
    let claim = match scenario.claim {
        "eligible" => 0,
        "undetermined" => 1,
        _ => 2,
    };
    let duty = scenario.duty.most_minor();
    (verdict, claim, duty.is_none(), duty.unwrap_or_default())
}

fn scenario(choices: Vec<String>, comparison: &Comparison, asked: Option<Agreement>) -> Scenario {
    let verdict_rank = |entry: &&Entry| match entry.verdict {
        "originating" => 0,
        "undetermined" => 1,
        _ => 2,
    };
    let wanted = asked.or(comparison.best.agreement);
    let entry = comparison
        .agreements
        .iter()
        .find(|entry| Some(entry.agreement) == wanted)
        .or_else(|| {
            comparison
                .agreements
                .iter()
                .filter(|entry| entry.binds != "not_met")
                .min_by_key(verdict_rank)
        })
        .or(comparison.agreements.first());
    let unknown = Money::nothing();
    let mut duty = entry.map_or_else(|| unknown.clone(), |entry| entry.mfn_duty.clone());
    if let Some(entry) = entry {
        let claimable = entry.verdict == "originating"
            && entry.claim != "not_eligible"
            && (asked.is_some() || comparison.best.agreement == Some(entry.agreement));
        if claimable {
            duty = entry.duty.clone();
        }
    }
    Scenario {
        choices,
        agreement: entry.map(|entry| entry.agreement),
        verdict: entry.map_or("undetermined", |entry| entry.verdict),
        criterion: entry.and_then(|entry| entry.criterion),
        claim: entry.map_or("undetermined", |entry| entry.claim),
        duty,
        why: comparison.best.why.clone(),
    }
}

impl ScenarioReport {
    /// The scenarios for people.
    pub fn document(&self, lang: Lang) -> Document {
        let mut document = Document::new(lang.pick("Scenarios", "情景比较"));
        document.text(self.worst_case.clone());
        let mut table = Table::with_head([
            lang.pick("scenario", "情景"),
            lang.pick("agreement", "协定"),
            lang.pick("verdict", "结论"),
            lang.pick("criterion", "标准"),
            lang.pick("claim", "享惠"),
            lang.pick("duty", "税额"),
            "",
        ]);
        for (index, scenario) in self.scenarios.iter().enumerate() {
            let mark = if index == self.worst {
                lang.pick("worst", "最差")
            } else if index == self.best {
                lang.pick("best", "最优")
            } else {
                ""
            };
            table.rows.push(vec![
                name_of(scenario, lang).into(),
                Cell::text(scenario.agreement.map(Agreement::name)),
                verdict_words(scenario.verdict, lang).into(),
                Cell::text(scenario.criterion),
                crate::comparison::claim_words(scenario.claim, lang).into(),
                scenario.duty.cell(lang),
                mark.into(),
            ]);
        }
        document.table(table);
        document
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use originis_testkit::book;

    fn request() -> Request {
        Request::from_json(
            r#"{"agreement":"RCEP","from":"CN","to":"JP","date":"2026-07-15",
                "good":{"hs":"611012100","fob":"100","currency":"USD","customs_value":"110","weight_kg":"10"},
                "operations":["knitting"],"transport":{"direct":true},
                "proof":{"type":"certificate","issued":"2026-07-01"},
                "materials":[{"name":"yarn","hs":"510810","origin":"MN","status":"non_originating","value":"40"},
                             {"name":"panel","hs":"611011","origin":"CN","status":"originating","value":"20","weight_kg":"3"}]}"#,
        )
        .unwrap()
    }

    fn choices(json: &str) -> Vec<Choice> {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn every_combination_is_decided_and_the_worst_is_named() {
        let report = scenarios(
            &book(),
            &request(),
            &choices(
                r#"[{"name":"panels","options":[
                        {"name":"own","set":{}},
                        {"name":"bought in Viet Nam","set":{"materials[1].origin":"VN"}},
                        {"name":"bought in India","set":{"materials[1].origin":"IN","materials[1].status":"non_originating"}}]},
                    {"name":"price","options":[{"name":"low","set":{"good.customs_value":"100"}},{"name":"high","set":{"good.customs_value":"200"}}]}]"#,
            ),
            Lang::En,
        )
        .unwrap();
        assert_eq!(report.scenarios.len(), 7);
        let worst = &report.scenarios[report.worst];
        assert_eq!(worst.choices, ["bought in India", "high"]);
        assert_eq!(
            (worst.verdict, worst.duty.told().as_deref()),
            ("not_originating", Some("21.80"))
        );
        let best = &report.scenarios[report.best];
        assert_eq!(
            (best.choices.join(" "), best.duty.told().as_deref()),
            ("own low".to_owned(), Some("6.80"))
        );
        assert!(report.worst_case.contains("bought in India + high"));
    }

    #[test]
    fn a_place_that_does_not_exist_is_named() {
        let wrong = choices(
            r#"[{"name":"x","options":[{"name":"y","set":{"materials[7].origin":"VN"}}]}]"#,
        );
        let errors = scenarios(&book(), &request(), &wrong, Lang::En).unwrap_err();
        assert!(errors.0[0].pointer.contains("materials[7].origin"));
        let unknown = choices(r#"[{"name":"x","options":[{"name":"y","set":{"colour":"red"}}]}]"#);
        assert!(scenarios(&book(), &request(), &unknown, Lang::En).is_err());
    }

    #[test]
    fn too_many_combinations_are_refused() {
        let option = r#"{"name":"y","set":{}}"#;
        let choice = format!(r#"{{"name":"x","options":[{}]}}"#, [option; 21].join(","));
        let many = choices(&format!("[{choice},{choice}]"));
        assert!(scenarios(&book(), &request(), &many, Lang::En).is_err());
    }
}
