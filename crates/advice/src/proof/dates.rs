//! Dates of a proof: validity, late issue, certified copy, the working days
//! APTA allows after shipment, and how long records are kept.

use jiff::civil::{Date, Weekday};
use jiff::{Span, ToSpan};
use originis_exchange::Lang;
use originis_rules_engine::agreement::{AgreementBook, CitationId, in_force};
use originis_rules_engine::facts::Facts;
use originis_rules_engine::law::proof::last_valid_day;
use originis_rules_engine::outcome::Outcome;
use originis_rules_engine::rulebook::RuleBook;
use serde::Serialize;

use super::details::Details;

/// A date rule and what it comes to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DateRule {
    /// `validity`, `issue`, `certified_copy` or `records`.
    pub rule: &'static str,
    /// Whether it is kept; unknown when a date is missing.
    #[serde(serialize_with = "crate::wording::outcome")]
    pub outcome: Outcome,
    /// The last day it allows, when it can be told.
    pub last_day: Option<String>,
    /// The rule in words, with its figures.
    pub words: String,
    /// Where it stands in the law.
    pub citation: String,
}

/// The date on which the issuing or completion of the proof is judged.
fn issued(facts: &Facts, details: &Details) -> Option<Date> {
    details
        .issued
        .or_else(|| facts.proof.as_ref().and_then(|proof| proof.issued))
}

/// Every date rule of the agreement.
pub(super) fn date_rules(
    book: &RuleBook,
    tables: &AgreementBook,
    facts: &Facts,
    details: &Details,
    lang: Lang,
) -> Vec<DateRule> {
    let mut rules = Vec::new();
    rules.extend(validity(book, tables, facts, details, lang));
    rules.extend(issue(book, tables, facts, details, lang));
    rules.extend(certified_copy(book, tables, facts, details, lang));
    rules.extend(records(book, tables, facts, details, lang));
    rules
}

fn cite(book: &RuleBook, citation: CitationId) -> String {
    book.citation(citation).to_owned()
}

fn validity(
    book: &RuleBook,
    tables: &AgreementBook,
    facts: &Facts,
    details: &Details,
    lang: Lang,
) -> Option<DateRule> {
    let months = in_force(&tables.thresholds.proof_validity_months, facts.date)?;
    let issued = issued(facts, details);
    let last = issued.map(|day| last_valid_day(day, months.value));
    let outcome = match (issued, last, facts.date) {
        (Some(issued), Some(last), Some(day)) => Outcome::known(issued <= day && day <= last),
        _ => Outcome::Unknown,
    };
    let value = months.value;
    let words = match (last, lang) {
        (Some(last), Lang::En) => format!(
            "valid {value} months from issue, until {last}; it must be held when the claim is made"
        ),
        (Some(last), Lang::Zh) => format!("自签发之日起{value}个月内有效，至{last}；申报时须持有"),
        (None, Lang::En) => {
            format!("valid {value} months from issue; it must be held when the claim is made")
        }
        (None, Lang::Zh) => format!("自签发之日起{value}个月内有效；申报时须持有"),
    };
    Some(DateRule {
        rule: "validity",
        outcome,
        last_day: last.map(|day| day.to_string()),
        words,
        citation: cite(book, months.citation),
    })
}

/// When the certificate must be issued: at or soon after shipment, or late
/// within a limit where that is allowed.
fn issue(
    book: &RuleBook,
    tables: &AgreementBook,
    facts: &Facts,
    details: &Details,
    lang: Lang,
) -> Option<DateRule> {
    let issued = issued(facts, details);
    if let Some(days) = in_force(&tables.formalities.issue_working_days, facts.date) {
        let count = days.value;
        let last = details
            .shipped
            .map(|shipped| after_working_days(shipped, count, details.public_holidays.as_deref()));
        let outcome = match (issued, last) {
            (Some(issued), Some(last)) if issued <= last => Outcome::Met,
            // Only with the public holidays known is a later day too late.
            (Some(_), Some(_)) if details.public_holidays.is_some() => Outcome::NotMet,
            _ => Outcome::Unknown,
        };
        let holidays = match (details.public_holidays.is_some(), lang) {
            (true, _) => "",
            (false, Lang::En) => {
                " (public holidays are not known, so a later day is not yet too late)"
            }
            (false, Lang::Zh) => "（公共假日未知，晚于此日尚不能认定逾期）",
        };
        let words = match (last, lang) {
            (Some(last), Lang::En) => format!(
                "issued at export or within {count} working days of shipment, by {last}{holidays}; there is no late issue"
            ),
            (Some(last), Lang::Zh) => {
                format!("出口时或装运后{count}个工作日内签发，至{last}{holidays}；不得补发")
            }
            (None, Lang::En) => format!(
                "issued at export or within {count} working days of shipment; there is no late issue"
            ),
            (None, Lang::Zh) => format!("出口时或装运后{count}个工作日内签发；不得补发"),
        };
        return Some(DateRule {
            rule: "issue",
            outcome,
            last_day: last.map(|day| day.to_string()),
            words,
            citation: cite(book, days.citation),
        });
    }
    let months = in_force(&tables.formalities.late_issue_months, facts.date)?;
    let value = months.value;
    let last = details
        .shipped
        .map(|shipped| last_valid_day(shipped, value));
    let outcome = match (issued, last) {
        (Some(issued), Some(last)) => Outcome::known(issued <= last),
        _ => Outcome::Unknown,
    };
    let late = issued
        .zip(details.shipped)
        .is_some_and(|(issued, shipped)| issued > shipped);
    let words = match (late, last, lang) {
        (true, Some(last), Lang::En) => format!(
            "issued after shipment: within {value} months, by {last}, for a valid cause and marked ISSUED RETROACTIVELY"
        ),
        (true, Some(last), Lang::Zh) => format!(
            "装运后签发：须在{value}个月内（至{last}），有正当理由并注明ISSUED RETROACTIVELY"
        ),
        (_, _, Lang::En) => format!(
            "issued by shipment; later, within {value} months of it, for a valid cause and marked ISSUED RETROACTIVELY"
        ),
        (_, _, Lang::Zh) => {
            format!("应于装运前签发；之后{value}个月内可凭正当理由补发，并注明ISSUED RETROACTIVELY")
        }
    };
    Some(DateRule {
        rule: "issue",
        outcome,
        last_day: last.map(|day| day.to_string()),
        words,
        citation: cite(book, months.citation),
    })
}

fn certified_copy(
    book: &RuleBook,
    tables: &AgreementBook,
    facts: &Facts,
    details: &Details,
    lang: Lang,
) -> Option<DateRule> {
    let months = in_force(&tables.formalities.certified_copy_months, facts.date)?;
    let value = months.value;
    let last = issued(facts, details).map(|day| last_valid_day(day, value));
    Some(DateRule {
        rule: "certified_copy",
        outcome: Outcome::NotApplicable,
        last_day: last.map(|day| day.to_string()),
        words: match lang {
            Lang::En => format!(
                "if lost: a copy marked CERTIFIED TRUE COPY with the number and date of the original, within {value} months of its issue"
            ),
            Lang::Zh => format!(
                "遗失时：自原证签发之日起{value}个月内，可申请注明CERTIFIED TRUE COPY的副本，编号和日期与原证相同"
            ),
        },
        citation: cite(book, months.citation),
    })
}

fn records(
    book: &RuleBook,
    tables: &AgreementBook,
    facts: &Facts,
    details: &Details,
    lang: Lang,
) -> Option<DateRule> {
    let years = in_force(&tables.formalities.record_years, facts.date)?;
    let value = years.value;
    let after = |day: Date| day.saturating_add(Span::new().years(i64::from(value)));
    let exporter = issued(facts, details).map(after);
    let importer = facts.date.map(after);
    let last = exporter.max(importer);
    Some(DateRule {
        rule: "records",
        outcome: Outcome::NotApplicable,
        last_day: last.map(|day| day.to_string()),
        words: match lang {
            Lang::En => format!(
                "records are kept {value} years: by exporter and producer from issue, by the importer from import; national law may ask for longer"
            ),
            Lang::Zh => format!(
                "记录保存{value}年：出口商、生产商自签发之日起，进口商自进口之日起；国内法可规定更长期限"
            ),
        },
        citation: cite(book, years.citation),
    })
}

/// The last day within `count` working days after `day`.
pub(crate) fn after_working_days(day: Date, count: u8, holidays: Option<&[Date]>) -> Date {
    let mut left = count;
    let mut current = day;
    while left > 0 {
        let Ok(next) = current.checked_add(1.day()) else {
            return current;
        };
        current = next;
        let rests = matches!(current.weekday(), Weekday::Saturday | Weekday::Sunday)
            || holidays.is_some_and(|holidays| holidays.contains(&current));
        if !rests {
            left -= 1;
        }
    }
    current
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn working_days_leave_out_weekends_and_holidays() {
        // Thursday 9 July 2026 and three working days: Friday, Monday, Tuesday.
        let thursday = date(2026, 7, 9);
        assert_eq!(after_working_days(thursday, 3, None), date(2026, 7, 14));
        assert_eq!(
            after_working_days(thursday, 3, Some(&[date(2026, 7, 13)])),
            date(2026, 7, 15)
        );
        assert_eq!(after_working_days(thursday, 0, None), thursday);
    }
}
