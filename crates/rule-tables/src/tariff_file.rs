//! Tariff tables (`tariffs/<id>.csv`): one row for each national line, one column
//! for each rate, described by `[[column]]` sections of the sidecar.
//!
//! The heading is `code,season,conditional` and then the columns in the order of
//! the sidecar. Cells hold the text form of [`Rate`]; an empty cell is no rate.

use std::collections::{HashMap, HashSet};
use std::fmt::Write as _;
use std::sync::Arc;

use originis_rules_engine::agreement::{Agreement, Period};
use originis_rules_engine::country::Country;
use originis_rules_engine::hs::{HsCode, HsEdition, HsError};
use originis_rules_engine::nomenclature::EditionCodes;
use originis_rules_engine::rate::{Rate, RateError};
use originis_rules_engine::rulebook::TableInfo;
use originis_rules_engine::tariff::{
    ColumnKind, NO_RATE, Season, TariffColumn, TariffLine, TariffTable,
};
use serde::Deserialize;
use toml::Spanned;

use crate::bilingual::{Text, unread};
use crate::citations::Citations;
use crate::csv_rows::unreadable;
use crate::problem::Problem;
use crate::sidecar::{self, Described, DoubtRow, TableSection};
use crate::toml_values::{TomlDate, TomlFile, is_empty, period};

/// The columns before those with rates.
pub const LEADING: [&str; 3] = ["code", "season", "conditional"];

/// The mark of a line that covers only part of its code.
const CONDITIONAL: &str = "yes";

/// The sidecar of a tariff, checked.
#[derive(Debug, Clone)]
pub struct TariffSidecar {
    /// What the table is.
    pub described: Described,
    /// The importing country.
    pub importer: Country,
    /// The edition of the codes.
    pub edition: HsEdition,
    /// Its columns in order.
    pub columns: Vec<TariffColumn>,
    /// The tariffs it takes the place of.
    pub supersedes: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct SidecarFile {
    #[serde(default)]
    supersedes: Vec<String>,
    table: TableSection,
    column: Vec<ColumnRow>,
    #[serde(default)]
    doubt: Vec<DoubtRow>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct ColumnRow {
    name: Spanned<String>,
    kind: Spanned<String>,
    agreement: Option<Spanned<String>>,
    #[serde(default)]
    origins: Vec<Spanned<String>>,
    /// What a comparison column compares with.
    label: Option<String>,
    valid_from: Option<TomlDate>,
    valid_to: Option<TomlDate>,
}

/// Reads the sidecar. `None` when a value is wrong; every problem is reported.
pub fn read_sidecar(
    path: &str,
    file: &str,
    text: &str,
    problems: &mut Vec<Problem>,
) -> Option<TariffSidecar> {
    let (toml, sidecar) = match TomlFile::read::<SidecarFile>(file, text) {
        Ok(read) => read,
        Err(problem) => {
            problems.push(problem);
            return None;
        }
    };
    let before = problems.len();
    let described = sidecar::describe(path, &toml, &sidecar.table, problems);
    let columns: Vec<TariffColumn> = sidecar
        .column
        .iter()
        .filter_map(|row| column(&toml, row, problems))
        .collect();
    refuse_clashes(&toml, &sidecar.column, &columns, problems);
    let mut described = described?;
    described.info.doubts = sidecar::doubts(&toml, &sidecar.doubt, problems);
    let required = |key: &str, example: &str| {
        toml.in_file(Text::new(
            format!("the tariff does not say its {key}: add {key} = \"{example}\" to [table]"),
            format!("税率表未写明 {key}：请在 [table] 中添加 {key} = \"{example}\""),
        ))
        .at_column(key)
    };
    if described.info.importer.is_none() {
        problems.push(required("importer", "JP"));
    }
    if described.info.edition.is_none() {
        problems.push(required("edition", "2022"));
    }
    if problems.len() > before {
        return None;
    }
    Some(TariffSidecar {
        importer: described.info.importer?,
        edition: described.info.edition?,
        described,
        columns,
        supersedes: sidecar.supersedes,
    })
}

fn column(
    toml: &TomlFile<'_>,
    row: &ColumnRow,
    problems: &mut Vec<Problem>,
) -> Option<TariffColumn> {
    let name = row.name.get_ref();
    if name.is_empty() || LEADING.contains(&name.as_str()) {
        problems.push(toml.problem(
            "name",
            &row.name,
            Text::new(
                format!("`{name}` cannot name a column of rates: use another heading"),
                format!("`{name}` 不能用作税率列的名称：请另取列名"),
            ),
        ));
        return None;
    }
    let agreement = row
        .agreement
        .as_ref()
        .map(|text| toml.parse::<Agreement>("agreement", text, problems));
    let origins: Vec<Country> = row
        .origins
        .iter()
        .filter_map(|text| toml.parse("origins", text, problems))
        .collect();
    let under_agreement = |problems: &mut Vec<Problem>| {
        if agreement.is_none() {
            problems.push(toml.problem(
                "agreement",
                &row.kind,
                Text::new(format!("column `{name}` states a preference without its agreement: add agreement = \"RCEP\" or \"APTA\""), format!("`{name}` 列为优惠税率，但未写明协定：请添加 agreement = \"RCEP\" 或 \"APTA\"")),
            ));
        }
        agreement.flatten()
    };
    let kind = match row.kind.get_ref().as_str() {
        "general" => ColumnKind::General,
        "temporary" => ColumnKind::Temporary,
        "wto" => ColumnKind::Wto,
        "ordinary" => ColumnKind::Ordinary,
        "base" => ColumnKind::Base,
        "preference" => ColumnKind::Preference {
            agreement: under_agreement(problems)?,
            origins,
        },
        "margin" => ColumnKind::Margin {
            agreement: under_agreement(problems)?,
            origins,
        },
        "comparison" => ColumnKind::Comparison(row.label.clone().unwrap_or_else(|| name.clone())),
        other => {
            problems.push(toml.problem(
                "kind",
                &row.kind,
                Text::new(format!("`{other}` is not a kind of column: expected general, temporary, wto, ordinary, base, preference, margin or comparison"), format!("`{other}` 不是列的种类：应为 general、temporary、wto、ordinary、base、preference、margin 或 comparison")),
            ));
            return None;
        }
    };
    let valid = period(row.valid_from, row.valid_to);
    if is_empty(valid) {
        problems.push(toml.problem(
            "valid_to",
            &row.name,
            Text::new(
                format!("column `{name}` ends before it begins: correct valid_from or valid_to"),
                format!("`{name}` 列的截止日期早于起始日期：请更正 valid_from 或 valid_to"),
            ),
        ));
    }
    Some(TariffColumn {
        name: name.clone(),
        kind,
        period: valid,
    })
}

/// Two columns must never answer the same question on the same day.
fn refuse_clashes(
    toml: &TomlFile<'_>,
    rows: &[ColumnRow],
    columns: &[TariffColumn],
    problems: &mut Vec<Problem>,
) {
    if rows.len() != columns.len() {
        return;
    }
    for (index, (row, column)) in rows.iter().zip(columns).enumerate() {
        for earlier in columns.iter().take(index) {
            if earlier.name == column.name {
                problems.push(toml.problem(
                    "name",
                    &row.name,
                    Text::new(
                        format!("two columns are named `{}`: rename one", column.name),
                        format!("有两列同名 `{}`：请更改其中一列的名称", column.name),
                    ),
                ));
            } else if earlier.period.overlaps(&column.period)
                && answer_the_same(&earlier.kind, &column.kind)
            {
                problems.push(toml.problem(
                    "valid_from",
                    &row.name,
                    Text::new(format!("columns `{}` and `{}` state the same rate for the same days: end one with valid_to before the other begins, or name different origins",
                        earlier.name, column.name), format!("`{}` 列与 `{}` 列对相同日期给出同一种税率：请用 valid_to 使一列在另一列开始之前结束，或写明不同的原产国",
                        earlier.name, column.name)),
                ));
            }
        }
    }
}

fn answer_the_same(left: &ColumnKind, right: &ColumnKind) -> bool {
    let under = |kind: &ColumnKind| match kind {
        ColumnKind::Preference { agreement, origins }
        | ColumnKind::Margin { agreement, origins } => Some((*agreement, origins.clone())),
        _ => None,
    };
    match (under(left), under(right)) {
        (Some((one, origins)), Some((other, others))) => {
            one == other
                && (origins.is_empty()
                    || others.is_empty()
                    || origins.iter().any(|origin| others.contains(origin)))
        }
        (None, None) => left == right && !matches!(left, ColumnKind::Comparison(_)),
        _ => false,
    }
}

/// Reads the rows. Every row that cannot be used is reported and left out.
pub fn read(
    path: &str,
    text: &str,
    sidecar: &TariffSidecar,
    codes: &EditionCodes,
    citations: &mut Citations,
    problems: &mut Vec<Problem>,
) -> TariffTable {
    let mut rows = Rows {
        path,
        columns: &sidecar.columns,
        codes,
        rates: Vec::new(),
        numbers: HashMap::new(),
        shared: HashSet::new(),
        cells: Vec::new(),
        problems,
    };
    let mut lines = rows.read(text);
    lines.sort_by_key(|(_, line)| order(line));
    rows.refuse_repetitions(&lines);
    TariffTable {
        id: id_of(path).to_owned(),
        importer: sidecar.importer,
        edition: sidecar.edition,
        period: sidecar.described.info.period,
        status: sidecar.described.info.status,
        citation: citations.number(&sidecar.described.citation),
        columns: sidecar.columns.clone().into(),
        rates: rows.rates,
        lines: lines.into_iter().map(|(_, line)| line).collect(),
    }
}

/// The name of a tariff, from its path.
fn id_of(path: &str) -> &str {
    let file = path.rsplit('/').next().unwrap_or(path);
    file.strip_suffix(".csv").unwrap_or(file)
}

fn order(line: &TariffLine) -> (HsCode, Option<(u8, u8)>) {
    (line.code, line.season.map(|season| season.from))
}

struct Rows<'a> {
    path: &'a str,
    columns: &'a [TariffColumn],
    codes: &'a EditionCodes,
    rates: Vec<Rate>,
    numbers: HashMap<String, u16>,
    /// Cells that several lines have in common.
    shared: HashSet<Arc<[u16]>>,
    /// The cells of the line being read.
    cells: Vec<u16>,
    problems: &'a mut Vec<Problem>,
}

impl Rows<'_> {
    /// The lines with their rows in the file.
    fn read(&mut self, text: &str) -> Vec<(usize, TariffLine)> {
        let mut lines = Vec::new();
        let mut reader = csv::ReaderBuilder::new().from_reader(text.as_bytes());
        let expected = LEADING
            .into_iter()
            .chain(self.columns.iter().map(|column| column.name.as_str()));
        match reader.headers() {
            Ok(found) if found.iter().eq(expected.clone()) => {}
            Ok(found) => {
                let found = found.iter().collect::<Vec<_>>().join(",");
                let expected = expected.collect::<Vec<_>>().join(",");
                self.problems.push(
                    Problem::in_file(
                        self.path,
                        Text::new(format!("the heading is `{found}`: expected `{expected}`, as the sidecar describes the columns"), format!("表头为 `{found}`：按说明文件所述各列应为 `{expected}`")),
                    )
                    .at_row(1),
                );
                return lines;
            }
            Err(error) => {
                self.problems.push(unreadable(self.path, &error));
                return lines;
            }
        }
        let mut record = csv::StringRecord::new();
        loop {
            match reader.read_record(&mut record) {
                Ok(false) => break,
                Ok(true) => {
                    let row = record
                        .position()
                        .and_then(|position| usize::try_from(position.line()).ok())
                        .unwrap_or_default();
                    if let Some(line) = self.line(row, &record) {
                        lines.push((row, line));
                    }
                }
                Err(error) => {
                    self.problems.push(unreadable(self.path, &error));
                    if matches!(error.kind(), csv::ErrorKind::Io(_)) {
                        break;
                    }
                }
            }
        }
        if lines.is_empty() && self.problems.is_empty() {
            self.problems.push(Problem::in_file(
                self.path,
                Text::new(
                    "the table has no rows: add rows or remove the file",
                    "表中没有数据行：请补充数据行，或移除该文件",
                ),
            ));
        }
        lines
    }

    fn problem(&mut self, row: usize, column: &str, message: Text) {
        self.problems.push(
            Problem::in_file(self.path, message)
                .at_row(row)
                .at_column(column),
        );
    }

    fn line(&mut self, row: usize, record: &csv::StringRecord) -> Option<TariffLine> {
        let [code, season, conditional] = LEADING.map(|name| {
            let position = LEADING.iter().position(|known| *known == name);
            position
                .and_then(|position| record.get(position))
                .unwrap_or_default()
        });
        let code = self.code(row, code)?;
        let season = match season {
            "" => None,
            text => Some(self.season(row, text)?),
        };
        let conditional = match conditional {
            "" => false,
            CONDITIONAL => true,
            other => {
                self.problem(
                    row,
                    "conditional",
                    Text::new(
                        format!("`{other}` is no mark: expected {CONDITIONAL} or an empty cell"),
                        format!("`{other}` 不是标记：应为 {CONDITIONAL} 或留空"),
                    ),
                );
                return None;
            }
        };
        self.cells.clear();
        let mut last = ("", NO_RATE);
        for (index, text) in record.iter().skip(LEADING.len()).enumerate() {
            // Schedules repeat a rate year after year.
            if text != last.0 {
                last = (text, self.number(row, index, text));
            }
            self.cells.push(last.1);
        }
        let cells = match self.shared.get(self.cells.as_slice()) {
            Some(known) => Arc::clone(known),
            None => {
                let cells: Arc<[u16]> = self.cells.as_slice().into();
                self.shared.insert(Arc::clone(&cells));
                cells
            }
        };
        Some(TariffLine {
            code,
            season,
            conditional,
            cells,
        })
    }

    fn code(&mut self, row: usize, text: &str) -> Option<HsCode> {
        match text.parse::<HsCode>() {
            Ok(code) => {
                if !is_known(self.codes, code) {
                    self.problem(
                        row,
                        "code",
                        Text::new(format!("`{text}` is not in HS {}: correct the code or the edition in the sidecar",
                            self.codes.edition()), format!("`{text}` 不在 HS {} 中：请更正编码，或更正说明文件中的 HS 版本",
                            self.codes.edition())),
                    );
                }
                Some(code)
            }
            Err(error) => {
                self.problem(row, "code", unread::<HsError>(error));
                None
            }
        }
    }

    fn season(&mut self, row: usize, text: &str) -> Option<Season> {
        let season = read_season(text);
        if season.is_none() {
            self.problem(
                row,
                "season",
                Text::new(format!("`{text}` is not a season: expected MM-DD..MM-DD, the end of a month written as day 31"), format!("`{text}` 不是季节：应为 MM-DD..MM-DD，月末写作 31 日")),
            );
        }
        season
    }

    /// The number of a cell's rate; [`NO_RATE`] when it is empty or wrong.
    fn number(&mut self, row: usize, index: usize, text: &str) -> u16 {
        if text.is_empty() {
            return NO_RATE;
        }
        if let Some(number) = self.numbers.get(text) {
            return *number;
        }
        let heading = |rows: &Self| {
            rows.columns
                .get(index)
                .map_or_else(String::new, |column| column.name.clone())
        };
        let rate: Rate = match text.parse() {
            Ok(rate) => rate,
            Err(error) => {
                let heading = heading(self);
                self.problem(row, &heading, unread::<RateError>(error));
                return NO_RATE;
            }
        };
        let number = u16::try_from(self.rates.len()).unwrap_or(NO_RATE);
        if number == NO_RATE {
            let heading = heading(self);
            self.problem(
                row,
                &heading,
                Text::new(
                    "the table has more than 65,535 different rates: split it into several tables",
                    "表中不同的税率超过 65,535 种：请拆分为几个表",
                ),
            );
            return NO_RATE;
        }
        self.rates.push(rate);
        self.numbers.insert(text.to_owned(), number);
        number
    }

    /// Refuses a code that appears twice for the same days.
    fn refuse_repetitions(&mut self, lines: &[(usize, TariffLine)]) {
        for (index, (row, line)) in lines.iter().enumerate() {
            let same_code = lines
                .iter()
                .take(index)
                .rev()
                .take_while(|(_, earlier)| earlier.code == line.code);
            for (earlier_row, earlier) in same_code {
                let clash = match (earlier.season, line.season) {
                    (Some(one), Some(other)) => one.overlaps(&other),
                    _ => true,
                };
                if clash {
                    self.problems.push(
                        Problem::in_file(
                            self.path,
                            Text::new(format!("{} already stands in row {earlier_row} for the same days: keep one row, or give both a season that does not overlap",
                                line.code), format!("{} 已在第 {earlier_row} 行列出，且适用日期相同：请只保留一行，或为两行写明不重叠的季节",
                                line.code)),
                        )
                        .at_row(*row)
                        .at_column("code"),
                    );
                }
            }
        }
    }
}

/// Whether the edition knows the group a national code belongs to. Chapters 98
/// and 99 are left to national use.
pub(crate) fn is_known(codes: &EditionCodes, code: HsCode) -> bool {
    match code.subheading() {
        _ if code.chapter() >= 98 => true,
        Some(subheading) => codes.ordinal(subheading).is_some(),
        None => codes.has_group(code),
    }
}

/// `MM-DD..MM-DD`; the last day of February is written as day 31, like the end of
/// every other month may be, because it changes from year to year.
pub(crate) fn read_season(text: &str) -> Option<Season> {
    let (from, to) = text.split_once("..")?;
    let day = |text: &str| -> Option<(u8, u8)> {
        let (month, day) = text.split_once('-')?;
        let (month, day) = (month.parse().ok()?, day.parse().ok()?);
        ((1..=12).contains(&month) && (1..=31).contains(&day)).then_some((month, day))
    };
    let to = day(to)?;
    if matches!(to, (2, 28 | 29)) {
        return None;
    }
    Some(Season {
        from: day(from)?,
        to,
    })
}

/// A tariff with the names of those it takes the place of.
#[derive(Debug, Clone)]
pub struct Loaded {
    /// Path of the table.
    pub path: String,
    /// The table.
    pub table: TariffTable,
    /// The tariffs it takes the place of.
    pub supersedes: Vec<String>,
}

/// Puts tariffs before those they take the place of, since the first that answers
/// is used, and refuses two that answer the same question otherwise.
pub fn arrange(mut loaded: Vec<Loaded>, problems: &mut Vec<Problem>) -> Vec<TariffTable> {
    let unknown: Vec<Problem> = loaded
        .iter()
        .flat_map(|tariff| tariff.supersedes.iter().map(move |name| (tariff, name)))
        .filter(|(_, name)| !loaded.iter().any(|other| other.table.id == **name))
        .map(|(tariff, name)| {
            Problem::in_file(
                &tariff.path,
                Text::new(
                    format!(
                        "supersedes `{name}`, which is not loaded: correct the name or remove it"
                    ),
                    format!("supersedes 所写的 `{name}` 未载入：请更正名称或删去"),
                ),
            )
        })
        .collect();
    problems.extend(unknown);
    for (index, tariff) in loaded.iter().enumerate() {
        for earlier in loaded.iter().take(index) {
            problems.extend(clash(earlier, tariff));
        }
    }
    let mut arranged: Vec<TariffTable> = Vec::with_capacity(loaded.len());
    while !loaded.is_empty() {
        let free = loaded.iter().position(|tariff| {
            !loaded
                .iter()
                .any(|other| other.supersedes.contains(&tariff.table.id))
        });
        match free {
            Some(index) => arranged.push(loaded.remove(index).table),
            None => {
                problems.extend(loaded.iter().map(|tariff| {
                    Problem::in_file(
                        &tariff.path,
                        Text::new(
                            "supersedes a tariff that supersedes it: remove one of the two",
                            "与另一税率表互相取代：请删去其中一个 supersedes",
                        ),
                    )
                }));
                break;
            }
        }
    }
    arranged
}

fn clash(one: &Loaded, other: &Loaded) -> Option<Problem> {
    let is_settled =
        one.supersedes.contains(&other.table.id) || other.supersedes.contains(&one.table.id);
    if one.table.importer != other.table.importer || is_settled {
        return None;
    }
    let shared = |table: &TariffTable, column: &TariffColumn| Period {
        from: table.period.from.max(column.period.from),
        to: match (table.period.to, column.period.to) {
            (Some(left), Some(right)) => Some(left.min(right)),
            (left, right) => left.or(right),
        },
    };
    one.table.columns.iter().find_map(|left| {
        let days = shared(&one.table, left);
        let right = other.table.columns.iter().find(|right| {
            answer_the_same(&left.kind, &right.kind)
                && days.overlaps(&shared(&other.table, right))
        })?;
        Some(Problem::in_file(
            &other.path,
            Text::new(format!("column `{}` and column `{}` of {} state the same rate for the same days: end one of them, or name {} in supersedes",
                right.name, left.name, one.path, one.table.id), format!("`{0}` 列与 {2} 的 `{1}` 列对相同日期给出同一种税率：请结束其中一列，或在 supersedes 中写明 {3}",
                right.name, left.name, one.path, one.table.id)),
        )
        .at_column(&right.name))
    })
}

/// The table as CSV; [`read`] reads it back.
pub fn print(table: &TariffTable) -> String {
    let mut text = String::new();
    let headings = LEADING
        .into_iter()
        .chain(table.columns.iter().map(|column| column.name.as_str()));
    write_record(&mut text, headings);
    let rates: Vec<String> = table.rates.iter().map(Rate::to_string).collect();
    for line in table.lines.iter() {
        let code = line.code.compact();
        let season = line.season.map(print_season).unwrap_or_default();
        let conditional = if line.conditional { CONDITIONAL } else { "" };
        let cells = line
            .cells
            .iter()
            .map(|number| rates.get(usize::from(*number)).map_or("", String::as_str));
        write_record(
            &mut text,
            [code.as_str(), season.as_str(), conditional]
                .into_iter()
                .chain(cells),
        );
    }
    text
}

fn print_season(season: Season) -> String {
    let (from, to) = (season.from, season.to);
    format!("{:02}-{:02}..{:02}-{:02}", from.0, from.1, to.0, to.1)
}

fn write_record<'a>(text: &mut String, cells: impl Iterator<Item = &'a str>) {
    for (index, cell) in cells.enumerate() {
        if index > 0 {
            text.push(',');
        }
        if cell.contains([',', '"', '\n', '\r']) {
            text.push('"');
            text.push_str(&cell.replace('"', "\"\""));
            text.push('"');
        } else {
            text.push_str(cell);
        }
    }
    text.push('\n');
}

/// The sidecar as TOML; [`read_sidecar`] reads it back.
pub fn print_sidecar(
    info: &TableInfo,
    citation: &str,
    columns: &[TariffColumn],
    supersedes: &[String],
) -> String {
    let mut text = String::new();
    if !supersedes.is_empty() {
        let supersedes = supersedes.iter().map(String::as_str).collect::<Vec<_>>();
        let _ = writeln!(text, "supersedes = {}\n", toml::Value::from(supersedes));
    }
    text.push_str("[table]\n");
    let mut texts = vec![
        ("title_en", info.title_en.clone()),
        ("title_zh", info.title_zh.clone()),
        ("source", info.source.clone()),
        ("attribution", info.attribution.clone()),
        ("status", info.status.name().to_owned()),
        ("citation", citation.to_owned()),
        ("coverage_en", info.coverage_en.clone()),
        ("coverage_zh", info.coverage_zh.clone()),
    ];
    let optional = [
        ("edition", info.edition.map(|edition| edition.to_string())),
        ("importer", info.importer.map(|country| country.to_string())),
        (
            "agreement",
            info.agreement.map(|agreement| agreement.to_string()),
        ),
    ];
    texts.extend(
        optional
            .into_iter()
            .filter_map(|(key, value)| value.map(|value| (key, value))),
    );
    for (key, value) in texts {
        write_string(&mut text, key, &value);
    }
    let _ = writeln!(text, "as_of = {}", info.as_of);
    write_period(&mut text, &info.period);
    for column in columns {
        text.push_str("\n[[column]]\n");
        write_string(&mut text, "name", &column.name);
        write_kind(&mut text, &column.kind);
        write_period(&mut text, &column.period);
    }
    for doubt in &info.doubts {
        text.push_str("\n[[doubt]]\n");
        write_string(&mut text, "code", &doubt.code.compact());
        write_string(&mut text, "note_en", &doubt.note_en);
        write_string(&mut text, "note_zh", &doubt.note_zh);
    }
    text
}

fn write_kind(text: &mut String, kind: &ColumnKind) {
    let mut under = |word: &str, agreement: &Agreement, origins: &[Country]| {
        write_string(text, "kind", word);
        write_string(text, "agreement", agreement.name());
        if !origins.is_empty() {
            let origins: Vec<String> = origins.iter().map(|c| format!("\"{c}\"")).collect();
            let _ = writeln!(text, "origins = [{}]", origins.join(", "));
        }
    };
    match kind {
        ColumnKind::Preference { agreement, origins } => under("preference", agreement, origins),
        ColumnKind::Margin { agreement, origins } => under("margin", agreement, origins),
        ColumnKind::Comparison(label) => {
            write_string(text, "kind", "comparison");
            write_string(text, "label", label);
        }
        ColumnKind::General => write_string(text, "kind", "general"),
        ColumnKind::Temporary => write_string(text, "kind", "temporary"),
        ColumnKind::Wto => write_string(text, "kind", "wto"),
        ColumnKind::Ordinary => write_string(text, "kind", "ordinary"),
        ColumnKind::Base => write_string(text, "kind", "base"),
    }
}

fn write_string(text: &mut String, key: &str, value: &str) {
    let _ = writeln!(text, "{key} = {}", toml::Value::from(value));
}

fn write_period(text: &mut String, period: &Period) {
    for (key, date) in [("valid_from", period.from), ("valid_to", period.to)] {
        if let Some(date) = date {
            let _ = writeln!(text, "{key} = {date}");
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::problem::testing::told;
    use originis_rules_engine::hs::Subheading;
    use originis_rules_engine::quantity::{Amount, Percent};
    use originis_rules_engine::rate::SpecificRate;
    use proptest::prelude::*;

    const SIDECAR: &str = r#"
[table]
title_en = "Test"
title_zh = "测试"
source = "A tariff"
attribution = "Nobody"
as_of = 2026-07-09
edition = "2022"
importer = "JP"
status = "official"
citation = "Tariff of Japan"
coverage_en = "Some \"lines\""
coverage_zh = "部分税号"

[[column]]
name = "general"
kind = "general"

[[column]]
name = "rcep"
kind = "preference"
agreement = "RCEP"
origins = ["CN", "KR"]
valid_from = 2026-04-01
valid_to = 2027-03-31

[[column]]
name = "apta"
kind = "margin"
agreement = "APTA"

[[column]]
name = "other"
kind = "comparison"
label = "Another agreement"
"#;

    fn sidecar(text: &str) -> Result<TariffSidecar, Vec<String>> {
        let mut problems = Vec::new();
        read_sidecar("tariffs/t.csv", "tariffs/t.toml", text, &mut problems)
            .ok_or_else(|| told(&problems))
    }

    fn table(text: &str) -> Result<TariffTable, Vec<String>> {
        let codes = EditionCodes::new(
            HsEdition::Hs2022,
            [80_610, 392_310]
                .into_iter()
                .filter_map(Subheading::new)
                .collect(),
        );
        let mut problems = Vec::new();
        let table = read(
            "tariffs/t.csv",
            text,
            &sidecar(SIDECAR).unwrap(),
            &codes,
            &mut Citations::default(),
            &mut problems,
        );
        if problems.is_empty() {
            Ok(table)
        } else {
            Err(told(&problems))
        }
    }

    const HEADING: &str = "code,season,conditional,general,rcep,apta,other";

    #[test]
    fn a_table_is_read_and_printed_back() {
        let text = format!(
            "{HEADING}\n080610000,03-01..10-31,,17%,,,\n080610000,11-01..02-31,,7.8%,,,\n392310000,,yes,free,\"depends(free, 5%)\",30%,63.50 JPY/kg\n980100,,,5%,,,\n"
        );
        let table = table(&text).unwrap();
        assert_eq!(table.lines.len(), 4);
        assert_eq!(table.lines[0].cells[1], NO_RATE);
        assert!(table.lines[2].conditional);
        assert_eq!(
            table.rate(&table.lines[2], 1),
            Some(&"depends(free, 5%)".parse().unwrap())
        );
        assert_eq!(print(&table), text);
    }

    #[test]
    fn rows_may_stand_in_any_order() {
        let table = table(&format!(
            "{HEADING}\n392310000,,,5%,,,\n080610000,,,7%,,,\n"
        ))
        .unwrap();
        assert_eq!(table.lines[0].code.compact(), "080610000");
    }

    #[test]
    fn every_fault_names_its_row_and_column() {
        let faults = table(&format!(
            "{HEADING}\n0806.1x,,,5%,,,\n392310000,13-01..02-31,,5%,,,\n392310000,01-01..02-28,,5%,,,\n392310000,,maybe,5%,,,\n392310000,,,5,ten%,,\n010121,,,5%,,,\n392310100,,,5%,,\n"
        ))
        .unwrap_err();
        for (fault, start) in faults.iter().zip([
            "tariffs/t.csv, row 2, column `code`: `0806.1x`",
            "tariffs/t.csv, row 3, column `season`: `13-01..02-31`",
            "tariffs/t.csv, row 4, column `season`: `01-01..02-28`",
            "tariffs/t.csv, row 5, column `conditional`: `maybe`",
            "tariffs/t.csv, row 6, column `general`: `5` is not a rate",
            "tariffs/t.csv, row 6, column `rcep`: `ten%` is not a rate",
            "tariffs/t.csv, row 7, column `code`: `010121` is not in HS 2022",
            "tariffs/t.csv, row 8: the row has 6 cells: expected 7",
        ]) {
            assert!(fault.starts_with(start), "{fault}\n{start}");
        }
        assert_eq!(faults.len(), 8);
    }

    #[test]
    fn a_code_stands_once_for_each_day() {
        for (rows, row) in [
            ("392310000,,,5%,,,\n392310000,,,6%,,,", 3),
            (
                "080610000,03-01..10-31,,17%,,,\n080610000,10-01..02-31,,7%,,,",
                3,
            ),
            ("080610000,03-01..10-31,,17%,,,\n080610000,,,7%,,,", 2),
        ] {
            let faults = table(&format!("{HEADING}\n{rows}\n")).unwrap_err();
            assert_eq!(faults.len(), 1, "{faults:?}");
            assert!(
                faults[0].starts_with(&format!("tariffs/t.csv, row {row}, column `code`")),
                "{faults:?}"
            );
        }
    }

    #[test]
    fn a_heading_or_file_without_rows_is_refused() {
        let fault = &table("code,season,conditional,general\n").unwrap_err()[0];
        assert!(
            fault.starts_with("tariffs/t.csv, row 1: the heading is"),
            "{fault}"
        );
        let fault = &table(&format!("{HEADING}\n")).unwrap_err()[0];
        assert!(fault.contains("no rows"), "{fault}");
    }

    #[test]
    fn the_sidecar_is_printed_back() {
        let read = sidecar(SIDECAR).unwrap();
        let printed = print_sidecar(
            &read.described.info,
            &read.described.citation,
            &read.columns,
            &["au-rcep".to_owned()],
        );
        let again = sidecar(&printed).unwrap();
        assert_eq!(again.columns, read.columns);
        assert_eq!(again.supersedes, ["au-rcep"]);
        assert_eq!(again.described.info, read.described.info);
        assert_eq!(again.described.citation, read.described.citation);
    }

    #[test]
    fn a_tariff_stands_before_the_one_it_supersedes() {
        let loaded = |id: &str, supersedes: &[&str]| {
            let mut table = table(&format!("{HEADING}\n392310000,,,5%,,,\n")).unwrap();
            table.id = id.to_owned();
            Loaded {
                path: format!("tariffs/{id}.csv"),
                table,
                supersedes: supersedes.iter().map(|name| (*name).to_owned()).collect(),
            }
        };
        let arranged = |loaded: Vec<Loaded>| {
            let mut problems = Vec::new();
            let ids: Vec<String> = arrange(loaded, &mut problems)
                .into_iter()
                .map(|table| table.id)
                .collect();
            told(&problems);
            (ids, problems)
        };
        let (ids, problems) = arranged(vec![
            loaded("a", &[]),
            loaded("b", &["a", "c"]),
            loaded("c", &["a"]),
        ]);
        assert_eq!((ids.join(","), problems), ("b,c,a".to_owned(), Vec::new()));
        let (_, problems) = arranged(vec![loaded("a", &[]), loaded("b", &[])]);
        assert!(problems[0].message.en.contains("state the same rate"));
        let (_, problems) = arranged(vec![loaded("a", &["b"]), loaded("b", &["a"])]);
        assert_eq!(problems.len(), 2);
        let (_, problems) = arranged(vec![loaded("a", &["z"])]);
        assert!(problems[0].message.en.contains("`z`, which is not loaded"));
        let mut last_year = loaded("b", &[]);
        last_year.table.period.to = "2025-12-31".parse().ok();
        let mut this_year = loaded("a", &[]);
        this_year.table.period.from = "2026-01-01".parse().ok();
        assert_eq!(arranged(vec![this_year, last_year]).1, Vec::new());
    }

    #[test]
    fn columns_that_answer_the_same_question_are_refused() {
        let second = |origins: &str, days: &str| {
            format!(
                "{SIDECAR}\n[[column]]\nname = \"second\"\nkind = \"preference\"\nagreement = \"RCEP\"\n{origins}\n{days}\n"
            )
        };
        let faults = sidecar(&second("origins = [\"KR\"]", "")).unwrap_err();
        assert!(
            faults[0].contains("`rcep` and `second` state the same rate"),
            "{faults:?}"
        );
        assert!(sidecar(&second("", "valid_from = 2027-01-01")).is_err());
        assert!(sidecar(&second("origins = [\"AU\"]", "")).is_ok());
        assert!(sidecar(&second("", "valid_from = 2027-04-01")).is_ok());
    }

    #[test]
    fn a_sidecar_that_lacks_or_misstates_something_is_refused() {
        for (from, to, message) in [
            ("importer = \"JP\"\n", "", "does not say its importer"),
            ("edition = \"2022\"\n", "", "does not say its edition"),
            (
                "kind = \"margin\"",
                "kind = \"rebate\"",
                "`rebate` is not a kind",
            ),
            ("agreement = \"APTA\"\n", "", "without its agreement"),
            (
                "name = \"other\"",
                "name = \"code\"",
                "cannot name a column",
            ),
            (
                "name = \"other\"",
                "name = \"rcep\"",
                "two columns are named",
            ),
            ("2027-03-31", "2026-03-31", "ends before it begins"),
            ("source = \"A tariff\"", "source = \"\"", "is empty"),
        ] {
            let text = SIDECAR.replace(from, to);
            assert_ne!(text, SIDECAR);
            let faults = sidecar(&text).unwrap_err().join("\n");
            assert!(faults.contains(message), "{faults}");
        }
    }

    fn percent() -> impl Strategy<Value = Percent> {
        (0..200_000_u32).prop_map(Percent::from_thousandths)
    }

    fn specific() -> impl Strategy<Value = SpecificRate> {
        let units = prop_oneof![
            Just("kg"),
            Just("head"),
            Just("1000 pieces"),
            Just("kg TSS")
        ];
        (0..10_000_000_i64, units).prop_map(|(minor, per)| SpecificRate {
            amount: Amount::from_minor(minor).unwrap(),
            currency: "JPY".to_owned(),
            per: per.to_owned(),
        })
    }

    fn any_rate() -> impl Strategy<Value = Rate> {
        let single = prop_oneof![
            percent().prop_map(Rate::AdValorem),
            specific().prop_map(Rate::Specific),
            (percent(), specific()).prop_map(|(percent, each)| Rate::Compound(percent, each)),
            percent().prop_map(Rate::PartlyStated),
            Just(Rate::Excluded),
            Just(Rate::DependsOnProduct(Vec::new())),
        ];
        single.prop_recursive(2, 8, 3, |inner| {
            let several = proptest::collection::vec(inner, 1..4);
            prop_oneof![
                several.clone().prop_map(Rate::HigherOf),
                several.clone().prop_map(Rate::LowerOf),
                several.prop_map(Rate::DependsOnProduct),
            ]
        })
    }

    /// A table whose rates are all used, numbered in the order of their first use.
    fn any_table() -> impl Strategy<Value = TariffTable> {
        let line = (
            any::<bool>(),
            any::<bool>(),
            proptest::collection::vec(proptest::option::of(any_rate()), 4),
        );
        proptest::collection::btree_map(0..1_000_u64, line, 1..20).prop_map(|lines| {
            let mut table = table(&format!("{HEADING}\n392310000,,,5%,,,\n")).unwrap();
            let mut made = Vec::new();
            table.rates.clear();
            for (digits, (seasonal, conditional, cells)) in lines {
                let cells: Vec<u16> = cells
                    .into_iter()
                    .map(|cell| {
                        let Some(rate) = cell else { return NO_RATE };
                        let known = table.rates.iter().position(|known| *known == rate);
                        let number = known.unwrap_or_else(|| {
                            table.rates.push(rate);
                            table.rates.len() - 1
                        });
                        u16::try_from(number).unwrap()
                    })
                    .collect();
                let season = |from, to| Some(Season { from, to });
                let seasons = if seasonal {
                    vec![season((3, 1), (10, 31)), season((11, 1), (2, 31))]
                } else {
                    vec![None]
                };
                for season in seasons {
                    made.push(TariffLine {
                        code: HsCode::new(392_310_000 + digits, 9).unwrap(),
                        season,
                        conditional,
                        cells: cells.clone().into(),
                    });
                }
            }
            table.lines = made.into();
            table
        })
    }

    proptest! {
        #[test]
        fn what_is_printed_is_read_back(printed in any_table()) {
            prop_assert_eq!(table(&print(&printed)).unwrap(), printed);
        }
    }
}
