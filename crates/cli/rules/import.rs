//! `originis rules import`: an official table becomes a rule table.

use std::fmt::Write;
use std::fs;
use std::path::{Path, PathBuf};

use clap::builder::PossibleValuesParser;
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use originis_exchange::Lang;
use originis_rule_tables::import::LawTable;
use originis_rule_tables::import::tariff::TariffLayout;
use originis_rule_tables::import::user::{BareNumbers, ColumnMap, UserTariff};
use originis_rule_tables::{LoadError, Problem, tariff_file};
use originis_rules_engine::agreement::{Agreement, Period, Status};
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::HsEdition;
use originis_rules_engine::nomenclature::EditionCodes;
use originis_rules_engine::rulebook::RuleBook;
use serde::Serialize;

use crate::context::Context;
use crate::exit::{Exit, Failure, unreadable, unwritable};
use crate::format::{self, Format, FormatArgs};

/// Arguments of `rules import`.
#[derive(Debug, Args)]
#[command(after_help = "\
A tariff of your own (CSV in UTF-8 or GB18030, XLSX, XLS, ODS): say what it is,
and which of its columns holds what. It is written under --into, laid out like
the shipped rules, and used by every command that is given --rules.

  originis rules import nz-rcep.xlsx --into my-tables --id nz-rcep \\
    --importer NZ --hs-edition 2012 --agreement RCEP --as-of 2026-01-01 \\
    --source 'RCEP Annex I, schedule of New Zealand' \\
    --map 'code=Tariff item' --map 'base=Base rate' \\
    --map 'rate@2026=Year 5' --map 'rate@2027=Year 6'
  originis --rules my-tables rules lint
  originis --rules my-tables rate 0406.10 --from CN --to NZ

FIELD is one of code, rate (the preference), margin, mfn, temporary, wto,
ordinary, base, season, conditional; the heading #3 is the third column. Origins
left out mean every Party.

A published file in a layout of the shipped tables: write the description
TABLE.toml first, then fill TABLE.csv beside it.

  originis rules import schedule.csv --layout tariff-schedule --out rules/tariffs/au-rcep.csv

Rows that cannot be used are listed and end with exit code 1.")]
pub struct ImportArgs {
    /// The published table.
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// A layout of the shipped tables instead of a mapping of columns.
    #[arg(long, value_name = "LAYOUT", requires = "out", value_parser = layouts())]
    layout: Option<String>,
    /// With --layout: the table to write; its description is the .toml beside it.
    #[arg(long, value_name = "TABLE.csv", requires = "layout")]
    out: Option<PathBuf>,
    #[command(flatten)]
    mine: Mine,
    #[command(flatten)]
    format: FormatArgs,
}

/// What is said about a tariff of the user.
#[derive(Debug, Args)]
struct Mine {
    /// Directory of your own tables.
    #[arg(long, value_name = "DIR", required_unless_present = "layout")]
    into: Option<PathBuf>,
    /// Name of the table, such as nz-rcep.
    #[arg(long, value_name = "NAME", required_unless_present = "layout")]
    id: Option<String>,
    /// Importing country (ISO alpha-2).
    #[arg(long, value_name = "COUNTRY", required_unless_present = "layout")]
    importer: Option<Country>,
    /// HS edition of its codes.
    #[arg(long, value_name = "YEAR", required_unless_present = "layout")]
    hs_edition: Option<HsEdition>,
    /// Who published it and where.
    #[arg(long, value_name = "TEXT", required_unless_present = "layout")]
    source: Option<String>,
    /// Day it was published or read.
    #[arg(long, value_name = "YYYY-MM-DD", required_unless_present = "layout")]
    as_of: Option<Date>,
    /// What a column holds: FIELD=HEADING, FIELD@YEAR=HEADING or
    /// FIELD@FROM..TO=HEADING; once for each column.
    #[arg(long, value_name = "MAPPING", required_unless_present = "layout")]
    map: Vec<ColumnMap>,
    /// Agreement of the preference columns.
    #[arg(long, value_name = "NAME")]
    agreement: Option<Agreement>,
    /// Countries of origin the preference columns are for.
    #[arg(long, value_name = "COUNTRY", value_delimiter = ',')]
    origins: Vec<Country>,
    /// Licence or attribution; the source unless given.
    #[arg(long, value_name = "TEXT")]
    attribution: Option<String>,
    /// First day the table may be used for.
    #[arg(long, value_name = "YYYY-MM-DD")]
    valid_from: Option<Date>,
    /// Last day the table may be used for.
    #[arg(long, value_name = "YYYY-MM-DD")]
    valid_to: Option<Date>,
    /// How sure the table is; partial where it does not hold every line.
    #[arg(long, value_name = "STATUS", default_value = "unconfirmed", value_parser = status)]
    status: Status,
    /// Sheet of a spreadsheet; the first unless given.
    #[arg(long, value_name = "NAME")]
    sheet: Option<String>,
    /// What a bare number in a rate column means.
    #[arg(
        long,
        value_enum,
        value_name = "percent|fraction",
        hide_possible_values = true
    )]
    numbers: Option<Numbers>,
    /// Keep rows with a rate that cannot be read, as "depends on the product".
    #[arg(long)]
    keep_unread: bool,
    /// A loaded table this one takes the place of; may be given several times.
    #[arg(long, value_name = "TABLE")]
    supersedes: Vec<String>,
    /// Replace a table of this name.
    #[arg(long)]
    replace: bool,
}

/// What a bare number means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Numbers {
    /// 5 is 5 %.
    Percent,
    /// 0.05 is 5 %.
    Fraction,
}

fn layouts() -> PossibleValuesParser {
    let tariffs = TariffLayout::ALL.map(|(name, _)| name);
    let laws = LawTable::ALL.map(|(name, _)| name);
    PossibleValuesParser::new(tariffs.into_iter().chain(laws))
}

fn status(word: &str) -> Result<Status, String> {
    let all = [
        Status::Official,
        Status::Transcribed,
        Status::Partial,
        Status::Secondary,
        Status::Unconfirmed,
    ];
    all.into_iter()
        .find(|status| status.name() == word)
        .ok_or_else(|| {
            let known = all.map(Status::name).join(", ");
            format!("`{word}` is no status: expected one of {known}")
        })
}

/// What an import came to.
#[derive(Debug, Serialize)]
struct Report {
    files: Vec<String>,
    lines: usize,
    left_out: Vec<String>,
    read_as_condition: Vec<String>,
}

/// Runs the command.
pub fn run(context: &Context, args: &ImportArgs) -> Result<Exit, Failure> {
    let report = match (&args.layout, &args.out) {
        (Some(layout), Some(out)) => in_layout(context, layout, &args.file, out)?,
        _ => by_mapping(context, &args.file, &args.mine)?,
    };
    match args.format.choose() {
        Format::Json => format::print_json(&report)?,
        Format::Text => format::print(&report.text(context.lang))?,
    }
    let complete = report.left_out.is_empty() && report.read_as_condition.is_empty();
    Ok(if complete { Exit::Done } else { Exit::Partial })
}

impl Report {
    fn text(&self, lang: Lang) -> String {
        let mut text = String::new();
        let _ = match lang {
            Lang::En => writeln!(text, "{} lines written:", self.lines),
            Lang::Zh => writeln!(text, "已写入 {} 行：", self.lines),
        };
        for file in &self.files {
            let _ = writeln!(text, "  {file}");
        }
        let (left_out, conditions) = (self.left_out.len(), self.read_as_condition.len());
        for (problems, en, zh) in [
            (
                &self.left_out,
                format!("{left_out} left out:"),
                format!("未采用 {left_out} 行："),
            ),
            (
                &self.read_as_condition,
                format!("{conditions} read as depending on the product:"),
                format!("{conditions} 个单元格按“取决于产品”读入："),
            ),
        ] {
            if !problems.is_empty() {
                let _ = writeln!(text, "{}", lang.pick(&en, &zh));
            }
            for problem in problems {
                let _ = writeln!(text, "  {problem}");
            }
        }
        text
    }
}

fn lines(problems: &[Problem], lang: Lang) -> Vec<String> {
    problems
        .iter()
        .map(|problem| {
            let text = problem.text();
            lang.pick(&text.en, &text.zh).to_owned()
        })
        .collect()
}

/// A published file that cannot be used at all.
fn refused(problems: Vec<Problem>, lang: Lang) -> Failure {
    Failure::Input(lines(&LoadError::new(problems).problems, lang).join("\n"))
}

fn by_mapping(context: &Context, file: &Path, mine: &Mine) -> Result<Report, Failure> {
    // Clap has made sure that these are there.
    let (Some(into), Some(id), Some(importer), Some(edition), Some(source), Some(as_of)) = (
        &mine.into,
        &mine.id,
        mine.importer,
        mine.hs_edition,
        &mine.source,
        mine.as_of,
    ) else {
        return Err(Failure::Input(
            context
                .say("the description is incomplete", "对该表的说明不完整")
                .to_owned(),
        ));
    };
    let tariff = UserTariff {
        id: id.clone(),
        importer,
        edition,
        agreement: mine.agreement,
        origins: mine.origins.clone(),
        source: source.clone(),
        attribution: mine.attribution.clone(),
        as_of,
        period: Period {
            from: mine.valid_from,
            to: mine.valid_to,
        },
        status: mine.status,
        map: mine.map.clone(),
        sheet: mine.sheet.clone(),
        numbers: match mine.numbers {
            Some(Numbers::Percent) => BareNumbers::Percent,
            Some(Numbers::Fraction) => BareNumbers::Fraction,
            None => BareNumbers::PercentUnlessAmbiguous,
        },
        keep_unread: mine.keep_unread,
        supersedes: mine.supersedes.clone(),
    };
    let bytes = fs::read(file).map_err(|error| unreadable(&name(file), &error, context.lang))?;
    let book = context.book()?;
    let table = tariff
        .import(&name(file), &bytes, codes(&book, edition, context.lang)?)
        .map_err(|problems| refused(problems, context.lang))?;
    let files = table
        .save(into, mine.replace)
        .map_err(|problem| refused(vec![problem], context.lang))?;
    Ok(Report {
        files: files
            .iter()
            .map(|file| file.display().to_string())
            .collect(),
        lines: table.lines,
        left_out: lines(&table.left_out, context.lang),
        read_as_condition: lines(&table.read_as_condition, context.lang),
    })
}

fn in_layout(context: &Context, layout: &str, file: &Path, out: &Path) -> Result<Report, Failure> {
    let lang = context.lang;
    let text = fs::read_to_string(file).map_err(|error| unreadable(&name(file), &error, lang))?;
    let (csv, left_out) = match (TariffLayout::of_name(layout), LawTable::of_name(layout)) {
        (Some(layout), _) => {
            let description = out.with_extension("toml");
            let written = fs::read_to_string(&description)
                .map_err(|error| unreadable(&name(&description), &error, lang))?;
            let mut problems = Vec::new();
            let sidecar =
                tariff_file::read_sidecar(&name(out), &name(&description), &written, &mut problems);
            let Some(sidecar) = sidecar.filter(|_| problems.is_empty()) else {
                return Err(refused(problems, lang));
            };
            let book = context.book()?;
            let codes = codes(&book, sidecar.edition, lang)?;
            let imported = layout
                .import(&name(file), &text, &sidecar, codes)
                .map_err(|problems| refused(problems, lang))?;
            (imported.csv, imported.left_out)
        }
        (None, Some(table)) => {
            let csv = table
                .import(&name(file), &text)
                .map_err(|problems| refused(problems, lang))?;
            (csv, Vec::new())
        }
        (None, None) => {
            return Err(Failure::Input(match lang {
                Lang::En => format!("`{layout}` is no layout"),
                Lang::Zh => format!("没有版式 `{layout}`"),
            }));
        }
    };
    fs::write(out, &csv).map_err(|error| Failure::Input(unwritable(out, &error, lang)))?;
    Ok(Report {
        files: vec![out.display().to_string()],
        lines: csv.lines().count().saturating_sub(1),
        left_out: lines(&left_out, lang),
        read_as_condition: Vec::new(),
    })
}

fn codes(book: &RuleBook, edition: HsEdition, lang: Lang) -> Result<&EditionCodes, Failure> {
    book.nomenclature.edition(edition).ok_or_else(|| {
        Failure::Input(match lang {
            Lang::En => format!("the codes of HS {edition} are not loaded"),
            Lang::Zh => format!("HS {edition} 的编码表未载入"),
        })
    })
}

fn name(file: &Path) -> String {
    file.display().to_string()
}
