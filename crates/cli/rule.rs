//! `originis rule`: the origin rule of an HS code.

use std::fmt::Write;

use clap::Args;
use jiff::civil::Date;
use originis_exchange::lookup::{AgreementRules, Rules};
use originis_exchange::{Lang, columns, wording};
use originis_rules_engine::agreement::Agreement;
use originis_rules_engine::hs::{HsCode, HsEdition};

use crate::context::Context;
use crate::exit::{Exit, Failure};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `rule`.
#[derive(Debug, Args)]
#[command(after_help = "\
The rule is printed exactly as in the table, then in words. A chapter or heading
lists every rule in it.

Examples:
  originis rule 6110.12
  originis rule 8504 --agreement RCEP
  originis rule 8517.12 --hs-edition 2017")]
pub struct RuleArgs {
    /// A chapter, heading, subheading or national code, with or without dots.
    #[arg(value_name = "HS")]
    hs: HsCode,
    /// RCEP or APTA; both unless given.
    #[arg(long, value_name = "NAME")]
    agreement: Option<Agreement>,
    /// The HS edition of the code.
    #[arg(long, value_name = "YEAR", default_value = "2022")]
    hs_edition: HsEdition,
    /// The day the law is read on; the latest rules unless given.
    #[arg(long, value_name = "YYYY-MM-DD")]
    date: Option<Date>,
    #[command(flatten)]
    format: FormatArgs,
}

/// Runs the command.
pub fn run(context: &Context, args: &RuleArgs) -> Result<Exit, Failure> {
    let book = context.book()?;
    let rules = Rules::of(
        &book,
        args.hs,
        args.hs_edition,
        args.agreement,
        args.date,
        context.lang,
    );
    match args.format.choose() {
        Format::Json => format::print_json(&rules)?,
        Format::Text => format::print(&page(context.lang, &rules))?,
    }
    let found_nowhere = rules
        .agreements
        .iter()
        .all(|agreement| agreement.status == "unknown_code");
    Ok(if found_nowhere {
        Exit::Partial
    } else {
        Exit::Done
    })
}

fn page(lang: Lang, rules: &Rules) -> String {
    let mut page = String::new();
    for (index, agreement) in rules.agreements.iter().enumerate() {
        if index > 0 {
            page.push('\n');
        }
        let _ = match lang {
            Lang::En => writeln!(
                page,
                "{} ({} HS {})",
                agreement.agreement, rules.hs, rules.hs_edition
            ),
            Lang::Zh => writeln!(
                page,
                "{}（{}，HS {}）",
                agreement.agreement, rules.hs, rules.hs_edition
            ),
        };
        agreement_page(lang, agreement, &mut page);
    }
    let short: String = rules.rules.fingerprint.chars().take(16).collect();
    let _ = match lang {
        Lang::En => writeln!(page, "\nTables of {} ({short})", rules.rules.as_of),
        Lang::Zh => writeln!(page, "\n规则表截至 {}（{short}）", rules.rules.as_of),
    };
    page
}

fn agreement_page(lang: Lang, agreement: &AgreementRules, page: &mut String) {
    let width = format::layout().width.saturating_sub(4);
    for found in &agreement.rules {
        let rule = &found.rule;
        let _ = writeln!(page, "  {}", rule.text);
        for line in columns::wrap(&rule.words, width) {
            let _ = writeln!(page, "    {line}");
        }
        let status = wording::status_by_name(rule.status, lang);
        let governs = match found.codes.as_slice() {
            [] => String::new(),
            [one] => one.clone(),
            [first, .., last] => format!("{first} – {last}"),
        };
        let level = wording::level_by_name(rule.level, lang);
        let source = match lang {
            Lang::En => format!(
                "{}, {level} {}, HS {} ({status}); governs {governs}",
                rule.source, rule.code, rule.hs_edition
            ),
            Lang::Zh => format!(
                "{}，{level} {}，HS {}（{status}）；适用于 {governs}",
                wording::citation(&rule.source, lang),
                rule.code,
                rule.hs_edition
            ),
        };
        for line in columns::wrap(&source, width) {
            let _ = writeln!(page, "    {line}");
        }
    }
    if agreement.rules.is_empty() {
        let text = match (agreement.status, agreement.valid_in.as_slice()) {
            ("no_rule", _) => lang
                .pick(
                    "no product-specific rule is laid down for this code",
                    "该编码没有产品特定规则",
                )
                .to_owned(),
            ("unknown_code", []) => lang
                .pick(
                    "the code is in no edition of the Harmonized System: check the digits",
                    "该编码在协调制度各版中均不存在：请核对编码",
                )
                .to_owned(),
            ("unknown_code", editions) => {
                let editions = editions.join(", ");
                match lang {
                    Lang::En => format!(
                        "the code is not in this HS edition but in {editions}: add --hs-edition"
                    ),
                    Lang::Zh => {
                        format!("该编码不在此 HS 版本，而在 {editions} 版：请加 --hs-edition")
                    }
                }
            }
            _ => lang
                .pick("the rule for this code is not loaded", "该编码的规则未载入")
                .to_owned(),
        };
        for line in columns::wrap(&text, width) {
            let _ = writeln!(page, "  {line}");
        }
    }
}
