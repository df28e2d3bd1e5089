//! The report as one HTML page without any outside part, and as the tables of a
//! summary sheet.

use std::fmt::Write;

use originis_exchange::html::escape;
use originis_exchange::{Lang, wording};

use super::chart::{Bar, Part, bars};
use super::{Measure, Money, ReadAs, Report, Slice};
use crate::output::SummaryBlock;
use crate::tally::Attention;

const STYLE: &str = "\
:root{color-scheme:light dark;--fg:#1c2530;--bg:#fff;--soft:#eef2f6;--line:#cfd8e1;--yes:#2f855a;--no:#c05640;--open:#b7952f;--blue:#2b6cb0}\
@media(prefers-color-scheme:dark){:root{--fg:#e4eaf0;--bg:#12181f;--soft:#1d2630;--line:#33414f;--yes:#48a97a;--no:#e07a5f;--open:#d9b64a;--blue:#63a4e0}}\
body{font:15px/1.5 system-ui,'PingFang SC','Microsoft YaHei',sans-serif;color:var(--fg);background:var(--bg);max-width:62rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.6rem;margin:0}h2{font-size:1.2rem;margin:2.2rem 0 .5rem}\
.figures{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.8rem;margin:1.2rem 0}\
.figure{background:var(--soft);border-left:4px solid var(--line);padding:.7rem .9rem;border-radius:4px}\
.figure strong{display:block;font-size:1.35rem}.figure.yes{border-color:var(--yes)}.figure.no{border-color:var(--no)}.figure.open{border-color:var(--open)}.figure.blue{border-color:var(--blue)}\
table{border-collapse:collapse;width:100%;font-size:.9rem}th,td{text-align:left;padding:.3rem .5rem;border-bottom:1px solid var(--line);vertical-align:top}\
td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}.scroll{overflow-x:auto}\
svg text{fill:var(--fg);font-size:13px}rect.yes{fill:var(--yes)}rect.no{fill:var(--no)}rect.open{fill:var(--open)}rect.blue{fill:var(--blue)}\
.key span{display:inline-block;margin-right:1rem}.key i{display:inline-block;width:.8em;height:.8em;border-radius:2px;margin-right:.3em}\
.key i.yes{background:var(--yes)}.key i.no{background:var(--no)}.key i.open{background:var(--open)}.quiet{opacity:.75;font-size:.85rem}\
@media print{body{max-width:none;margin:0}h2{break-after:avoid}tr{break-inside:avoid}}";

/// Rows shown of a list; the JSON report holds all of them.
const SHOWN: usize = 25;

fn amounts(list: &[Money]) -> String {
    if list.is_empty() {
        return "–".to_owned();
    }
    list.iter()
        .map(|money| format!("{} {}", grouped(&money.amount), money.currency))
        .map(|text| text.trim().to_owned())
        .collect::<Vec<_>>()
        .join(" + ")
}

/// Thousands apart, for people.
fn grouped(amount: &str) -> String {
    let (sign, digits) = amount
        .strip_prefix('-')
        .map_or(("", amount), |rest| ("-", rest));
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let mut out = String::from(sign);
    let length = whole.len();
    for (index, digit) in whole.chars().enumerate() {
        if index > 0 && (length - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    out
}

fn figure(class: &str, title: &str, measure: &Measure, lang: Lang) -> String {
    let lines = count(measure.lines, lang);
    let unknown = if measure.without_amount > 0 && measure.lines > 0 {
        match lang {
            Lang::En => format!(
                "; {} of them without a known amount",
                measure.without_amount
            ),
            Lang::Zh => format!("，其中 {} 行金额不详", measure.without_amount),
        }
    } else {
        String::new()
    };
    format!(
        "<div class=\"figure {class}\">{}<strong>{}</strong><span class=\"quiet\">{lines}{unknown}</span></div>",
        escape(title),
        escape(&amounts(&measure.duty))
    )
}

fn count(lines: u64, lang: Lang) -> String {
    let number = grouped(&lines.to_string());
    match lang {
        Lang::En if lines == 1 => format!("{number} line"),
        Lang::En => format!("{number} lines"),
        Lang::Zh => format!("{number} 行"),
    }
}

/// The money of a report, with its names.
fn measures(report: &Report, lang: Lang) -> [(&'static str, &'static str, &Measure); 7] {
    [
        (
            "yes",
            lang.pick("Duty saved by claims", "已享惠节省关税"),
            &report.saved,
        ),
        (
            "no",
            lang.pick("Missed: qualifies, not claimed", "漏享：符合条件但未享惠"),
            &report.missed,
        ),
        (
            "no",
            lang.pick("At risk: claimed, does not stand", "风险：已享惠但不成立"),
            &report.at_risk,
        ),
        (
            "open",
            lang.pick("Claimed, not provable yet", "已享惠但尚无法证明"),
            &report.not_provable,
        ),
        (
            "blue",
            lang.pick("Marked not sure, decidable now", "原填“不能确定”，现可判定"),
            &report.now_decidable,
        ),
        (
            "blue",
            lang.pick(
                "Qualifies, claim not stated",
                "符合条件，文件未说明是否享惠",
            ),
            &report.available,
        ),
        (
            "open",
            lang.pick(
                "Open: facts or tables are missing",
                "待定：缺少事实或规则表",
            ),
            &report.open,
        ),
    ]
}

const fn reason(reason: Attention, lang: Lang) -> &'static str {
    match (reason, lang) {
        (Attention::MissedBenefit, Lang::En) => "Missed benefit",
        (Attention::MissedBenefit, Lang::Zh) => "漏享优惠",
        (Attention::ClaimAtRisk, Lang::En) => "Claims at risk",
        (Attention::ClaimAtRisk, Lang::Zh) => "存在风险的享惠",
        (Attention::NowDecidable, Lang::En) => "Marked not sure, decidable now",
        (Attention::NowDecidable, Lang::Zh) => "原填“不能确定”，现可判定",
        (Attention::NeedsFacts, Lang::En) => "Worth asking for facts",
        (Attention::NeedsFacts, Lang::Zh) => "值得补充事实",
    }
}

/// A cell of a table.
struct Shown {
    /// What people read.
    text: String,
    /// The code it stands for, in small print beside it; empty where the text
    /// stands for itself.
    code: String,
}

impl From<String> for Shown {
    fn from(text: String) -> Self {
        Self {
            text,
            code: String::new(),
        }
    }
}

/// What a missing fact or a test that stands in the way is, from its code; the
/// code itself where it has no words.
fn in_words(code: &str, lang: Lang) -> String {
    wording::missing::by_name(code, lang)
        .or_else(|| wording::blocker_by_name(code, lang).map(str::to_owned))
        .unwrap_or_else(|| code.to_owned())
}

fn table(out: &mut String, headings: &[(&str, bool)], rows: Vec<Vec<impl Into<Shown>>>) {
    out.push_str("<div class=\"scroll\"><table><thead><tr>");
    for (heading, number) in headings {
        let class = if *number { " class=\"n\"" } else { "" };
        let _ = write!(out, "<th{class}>{}</th>", escape(heading));
    }
    out.push_str("</tr></thead><tbody>");
    for row in rows {
        out.push_str("<tr>");
        for (cell, (_, number)) in row.into_iter().zip(headings) {
            let class = if *number { " class=\"n\"" } else { "" };
            let Shown { text, code } = cell.into();
            let _ = write!(out, "<td{class}>{}", escape(&text));
            if !code.is_empty() {
                let _ = write!(out, " <small class=\"quiet\">{}</small>", escape(&code));
            }
            out.push_str("</td>");
        }
        out.push_str("</tr>");
    }
    out.push_str("</tbody></table></div>");
}

fn heading(out: &mut String, text: &str) {
    let _ = write!(out, "<h2>{}</h2>", escape(text));
}

/// The page.
pub fn page(report: &Report, lang: Lang) -> String {
    let mut out = format!(
        "<!doctype html><html lang=\"{}\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><title>{}</title><style>{STYLE}</style></head><body>",
        lang.tag(),
        escape(&report.file)
    );
    let _ = write!(
        out,
        "<h1>{}</h1><p class=\"quiet\">{} · {} · {} {} ({}) · {}, {}</p>",
        lang.pick("Preference report", "优惠利用报告"),
        escape(&report.file),
        count(report.lines, lang),
        lang.pick("tables of", "规则表截至"),
        escape(&report.as_of),
        escape(report.fingerprint.get(..16).unwrap_or(&report.fingerprint)),
        report.read_as.encoding,
        report.read_as.told_by(lang)
    );
    if report.stopped {
        let _ = write!(
            out,
            "<p><strong>{}</strong></p>",
            lang.pick(
                "The run was stopped before the end of the file: these figures cover its beginning.",
                "运行在文件结束前被中止：以下数字仅涵盖已处理部分。"
            )
        );
    }
    out.push_str("<div class=\"figures\">");
    for (class, title, measure) in measures(report, lang) {
        out.push_str(&figure(class, title, measure, lang));
    }
    out.push_str("</div>");
    let _ = write!(
        out,
        "<p class=\"quiet\">{}</p>",
        lang.pick(
            "Duty is the difference of the two rates on the customs value; where only FOB is known it is taken of FOB and is a least amount where duty is charged on CIF. Currencies are not added together.",
            "关税差额按完税价格计算；仅知 FOB 价时按 FOB 计算，对以 CIF 计征的进口国而言为最低额。不同币制不相加。"
        )
    );
    verdicts(&mut out, report, lang);
    utilisation(&mut out, report, lang);
    for (title, slices) in [
        (lang.pick("By partner", "按贸易伙伴"), &report.by_partner),
        (lang.pick("By sector", "按行业"), &report.by_sector),
        (lang.pick("By month", "按月份"), &report.by_month),
        (lang.pick("By chapter", "按章"), &report.by_chapter),
    ] {
        breakdown(&mut out, title, slices, lang);
    }
    missing(&mut out, report, lang);
    attention(&mut out, report, lang);
    hygiene(&mut out, report, lang);
    read_as(&mut out, report, lang);
    let _ = write!(
        out,
        "<p class=\"quiet\">{}</p></body></html>",
        lang.pick(
            "An opinion on the facts given and the tables named above; it replaces no ruling of a customs authority.",
            "本报告依据所给事实与上述规则表作出，不替代海关的裁定。"
        )
    );
    out
}

fn verdict_parts(slice: (u64, u64, u64), lang: Lang) -> Vec<Part> {
    [
        (slice.0, "yes", lang.pick("originating", "原产")),
        (slice.1, "no", lang.pick("not originating", "非原产")),
        (slice.2, "open", lang.pick("undetermined", "待定")),
    ]
    .into_iter()
    .map(|(value, class, name)| Part {
        value: u128::from(value),
        class,
        title: format!("{name}: {value}"),
    })
    .collect()
}

fn key(out: &mut String, lang: Lang) {
    let _ = write!(
        out,
        "<p class=\"key\"><span><i class=\"yes\"></i>{}</span><span><i class=\"no\"></i>{}</span><span><i class=\"open\"></i>{}</span></p>",
        verdict_word("originating", lang),
        verdict_word("not_originating", lang),
        verdict_word("undetermined", lang)
    );
}

fn verdicts(out: &mut String, report: &Report, lang: Lang) {
    heading(out, lang.pick("Verdicts", "判定结果"));
    key(out, lang);
    let bar = Bar {
        label: lang.pick("All lines", "全部").to_owned(),
        parts: verdict_parts(
            (
                report.originating,
                report.not_originating,
                report.undetermined,
            ),
            lang,
        ),
        note: count(report.lines, lang),
    };
    out.push_str(&bars(lang.pick("Verdicts", "判定结果"), &[bar]));
    if report.pointless > 0 {
        let _ = write!(
            out,
            "<p>{}</p>",
            match lang {
                Lang::En => format!(
                    "On {} the most-favoured-nation duty is as low as the preference: a proof of origin saves nothing there.",
                    count(report.pointless, lang)
                ),
                Lang::Zh => format!(
                    "其中 {} 的最惠国税率不高于协定税率：办理原产地证明不节省关税。",
                    count(report.pointless, lang)
                ),
            }
        );
    }
}

fn utilisation(out: &mut String, report: &Report, lang: Lang) {
    heading(out, lang.pick("Use of each agreement", "各协定利用情况"));
    let rows: Vec<Vec<String>> = report
        .utilisation
        .iter()
        .map(|row| {
            vec![
                row.agreement.clone(),
                row.lines.to_string(),
                row.originating.to_string(),
                row.claimed.to_string(),
                row.not_claimed.to_string(),
                row.per_cent.as_ref().map_or_else(
                    || lang.pick("not stated", "未说明").to_owned(),
                    |per_cent| format!("{per_cent} %"),
                ),
            ]
        })
        .collect();
    table(
        out,
        &[
            (lang.pick("Agreement", "协定"), false),
            (lang.pick("Lines", "行数"), true),
            (lang.pick("Originating", "原产"), true),
            (lang.pick("Claimed", "已享惠"), true),
            (lang.pick("Not claimed", "未享惠"), true),
            (lang.pick("Utilisation", "利用率"), true),
        ],
        rows,
    );
}

fn breakdown(out: &mut String, title: &str, slices: &[Slice], lang: Lang) {
    if slices.is_empty() {
        return;
    }
    heading(out, title);
    let mut shown: Vec<&Slice> = slices.iter().collect();
    let by_time = slices.iter().all(|slice| slice.key.contains('-'));
    if !by_time {
        shown.sort_by(|one, other| other.lines.cmp(&one.lines).then(one.key.cmp(&other.key)));
    }
    shown.truncate(SHOWN);
    let drawn: Vec<Bar> = shown
        .iter()
        .map(|slice| Bar {
            label: slice.label.clone(),
            parts: verdict_parts(
                (slice.originating, slice.not_originating, slice.undetermined),
                lang,
            ),
            note: count(slice.lines, lang),
        })
        .collect();
    out.push_str(&bars(title, &drawn));
    let money: Vec<Vec<String>> = shown
        .iter()
        .filter(|slice| !slice.saved.is_empty() || !slice.missed.is_empty())
        .map(|slice| {
            vec![
                slice.label.clone(),
                amounts(&slice.saved),
                amounts(&slice.missed),
            ]
        })
        .collect();
    if !money.is_empty() {
        table(
            out,
            &[
                (title, false),
                (lang.pick("Saved", "已节省"), true),
                (lang.pick("Missed", "漏享"), true),
            ],
            money,
        );
    }
}

fn missing(out: &mut String, report: &Report, lang: Lang) {
    if report.missing_facts.is_empty() {
        return;
    }
    heading(
        out,
        lang.pick(
            "Missing facts, the most valuable first",
            "缺少的事实（按价值排序）",
        ),
    );
    let drawn: Vec<Bar> = report
        .missing_facts
        .iter()
        .take(SHOWN)
        .map(|fact| Bar {
            label: in_words(&fact.fact, lang),
            parts: vec![
                Part {
                    value: u128::from(fact.alone),
                    class: "blue",
                    title: format!(
                        "{}: {}",
                        lang.pick("nothing else is missing", "仅缺此项"),
                        fact.alone
                    ),
                },
                Part {
                    value: u128::from(fact.lines.saturating_sub(fact.alone)),
                    class: "open",
                    title: format!(
                        "{}: {}",
                        lang.pick("with other facts", "另缺其他事实"),
                        fact.lines.saturating_sub(fact.alone)
                    ),
                },
            ],
            note: format!("{} · {}", count(fact.lines, lang), amounts(&fact.at_stake)),
        })
        .collect();
    out.push_str(&bars(lang.pick("Missing facts", "缺少的事实"), &drawn));
    let rows: Vec<Vec<Shown>> = report
        .missing_facts
        .iter()
        .take(SHOWN)
        .map(|fact| {
            vec![
                Shown {
                    text: in_words(&fact.fact, lang),
                    code: fact.fact.clone(),
                },
                fact.lines.to_string().into(),
                fact.alone.to_string().into(),
                amounts(&fact.at_stake).into(),
            ]
        })
        .collect();
    table(
        out,
        &[
            (lang.pick("Fact", "事实"), false),
            (lang.pick("Lines", "行数"), true),
            (lang.pick("Lacking only this", "仅缺此项"), true),
            (lang.pick("Duty at stake", "涉及关税"), true),
        ],
        rows,
    );
}

/// The verdict of a line in words.
fn verdict_word(verdict: &str, lang: Lang) -> &str {
    match verdict {
        "originating" => lang.pick("originating", "原产"),
        "not_originating" => lang.pick("not originating", "非原产"),
        "undetermined" => lang.pick("undetermined", "待定"),
        other => other,
    }
}

impl ReadAs {
    /// What the encoding was told by, in words.
    pub fn told_by(&self, lang: Lang) -> &'static str {
        match self.evidence {
            "byte_order_mark" => lang.pick("by its byte order mark", "据字节顺序标记"),
            "ascii_so_far" => lang.pick("nothing but ASCII at its beginning", "开头只有 ASCII"),
            "valid_utf8" => lang.pick(
                "valid throughout what was looked at",
                "所查部分均为有效 UTF-8",
            ),
            "valid_gb18030" => lang.pick("valid, and no UTF-8", "有效，且不是 UTF-8"),
            "zero_bytes" => lang.pick("by its zero bytes", "据零字节"),
            "stated" => lang.pick("as stated", "按指定"),
            other => other,
        }
    }
}

fn attention(out: &mut String, report: &Report, lang: Lang) {
    for list in &report.listed {
        let title = if list.currency.is_empty() {
            reason(list.reason, lang).to_owned()
        } else {
            format!("{} ({})", reason(list.reason, lang), list.currency)
        };
        heading(out, &title);
        let rows: Vec<Vec<Shown>> = list
            .lines
            .iter()
            .take(SHOWN)
            .map(|line| {
                let why: Vec<String> = line
                    .detail
                    .iter()
                    .map(|code| in_words(code, lang))
                    .collect();
                vec![
                    line.row.to_string().into(),
                    line.key.clone().into(),
                    line.hs.clone().into(),
                    format!("{} → {}", line.from, line.to).into(),
                    format!("{} {}", line.agreement, verdict_word(&line.verdict, lang)).into(),
                    line.duty
                        .as_deref()
                        .map_or_else(|| "–".to_owned(), grouped)
                        .into(),
                    Shown {
                        text: wording::list(&why, lang),
                        code: line.detail.join(", "),
                    },
                ]
            })
            .collect();
        table(
            out,
            &[
                (lang.pick("Row", "行"), true),
                (lang.pick("Line", "报关单-项号"), false),
                ("HS", false),
                (lang.pick("Route", "流向"), false),
                (lang.pick("Verdict", "判定"), false),
                (lang.pick("Duty", "关税"), true),
                (lang.pick("Why", "原因"), false),
            ],
            rows,
        );
    }
}

fn hygiene(out: &mut String, report: &Report, lang: Lang) {
    heading(out, lang.pick("Data hygiene", "数据规范性"));
    if report.hygiene.is_empty() {
        let _ = write!(
            out,
            "<p>{}</p>",
            lang.pick("Nothing to remark.", "未发现问题。")
        );
        return;
    }
    let rows: Vec<Vec<String>> = report
        .hygiene
        .iter()
        .map(|row| {
            vec![
                row.code.to_owned(),
                row.text.to_owned(),
                row.lines.to_string(),
                row.first_row.to_string(),
            ]
        })
        .collect();
    table(
        out,
        &[
            (lang.pick("Code", "代码"), false),
            (lang.pick("Finding", "发现"), false),
            (lang.pick("Times", "次数"), true),
            (lang.pick("First row", "首次出现行"), true),
        ],
        rows,
    );
}

fn read_as(out: &mut String, report: &Report, lang: Lang) {
    heading(out, lang.pick("How the file was read", "文件读取方式"));
    let rows: Vec<Vec<String>> = report
        .read_as
        .understood
        .iter()
        .map(|(heading, field)| vec![heading.clone(), (*field).to_owned()])
        .collect();
    table(
        out,
        &[
            (lang.pick("Column", "列"), false),
            (lang.pick("Read as", "读作"), false),
        ],
        rows,
    );
    if !report.read_as.ignored.is_empty() {
        let _ = write!(
            out,
            "<p class=\"quiet\">{} {}</p>",
            lang.pick("Kept and not read:", "保留但未读取："),
            escape(&report.read_as.ignored.join(", "))
        );
    }
    if let Some(unused) = &report.read_as.bills_without_line {
        let _ = write!(out, "<p>{}</p>", escape(&unused.text(lang)));
    }
}

/// The figures of the page as tables.
pub fn summary(report: &Report, lang: Lang) -> Vec<SummaryBlock> {
    let block = |title: &str, rows: Vec<Vec<String>>| SummaryBlock {
        title: title.to_owned(),
        rows,
    };
    let counts = [
        (lang.pick("Lines", "行数"), report.lines),
        (lang.pick("Originating", "原产"), report.originating),
        (
            lang.pick("Not originating", "非原产"),
            report.not_originating,
        ),
        (lang.pick("Undetermined", "待定"), report.undetermined),
        (
            lang.pick("Rows that could not be used in full", "无法完整使用的行"),
            report.defective,
        ),
        (
            lang.pick("Lines that need facts", "需补充事实的行"),
            report.needing_facts,
        ),
    ];
    let money = measures(report, lang)
        .into_iter()
        .map(|(_, title, measure)| {
            vec![
                title.to_owned(),
                measure.lines.to_string(),
                amounts(&measure.duty),
            ]
        })
        .collect();
    let missing = report
        .missing_facts
        .iter()
        .map(|fact| {
            vec![
                in_words(&fact.fact, lang),
                fact.lines.to_string(),
                amounts(&fact.at_stake),
                fact.fact.clone(),
            ]
        })
        .collect();
    vec![
        block(
            &report.file,
            counts
                .into_iter()
                .map(|(name, number)| vec![name.to_owned(), number.to_string()])
                .collect(),
        ),
        block(lang.pick("Duty", "关税"), money),
        block(lang.pick("Missing facts", "缺少的事实"), missing),
        block(
            lang.pick("Rule tables", "规则表"),
            vec![vec![report.fingerprint.clone(), report.as_of.clone()]],
        ),
    ]
}

#[cfg(test)]
mod tests {
    use super::grouped;

    #[test]
    fn thousands_stand_apart() {
        for (plain, text) in [
            ("0.00", "0.00"),
            ("999", "999"),
            ("1234567.5", "1,234,567.5"),
            ("-1000", "-1,000"),
        ] {
            assert_eq!(grouped(plain), text);
        }
    }
}
