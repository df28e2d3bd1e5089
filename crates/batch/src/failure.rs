//! Why a file cannot be used, in both languages. The errors are raised where
//! they happen; what a person reads about them stands here.

use std::fmt;
use std::io;

use originis_exchange::Lang;
use originis_exchange::wording::system;

use crate::columns::{Field, MapError};
use crate::extension::ExtensionError;
use crate::input::encoding::EncodingError;
use crate::input::layout::LayoutError;
use crate::input::sheet::SheetError;
use crate::materials::{CellProblem, MaterialsError};
use crate::results::{NoResultColumn, ResultColumn, bare};
use crate::run::BatchError;
use crate::small_table::TableError;

/// Where a person reads about a failure, and so what they can do about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// On the command line, which has options for what was not detected.
    CommandLine,
    /// On the page or in an answer of the service: the file itself is changed
    /// and sent again.
    Page,
}

impl Place {
    const fn pick<'a>(self, command_line: &'a str, page: &'a str) -> &'a str {
        match self {
            Self::CommandLine => command_line,
            Self::Page => page,
        }
    }
}

impl EncodingError {
    /// What is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        self.told(lang, Place::CommandLine)
    }

    fn told(&self, lang: Lang, place: Place) -> String {
        let position = self.position;
        match lang {
            Lang::En => {
                let to_do = place.pick(", or name its encoding with --encoding", "");
                format!(
                    "byte {position} of the file is neither UTF-8 nor GB18030: save the file as UTF-8{to_do}"
                )
            }
            Lang::Zh => {
                let to_do = place.pick("，或用 --encoding 指明编码", "");
                format!("文件第 {position} 字节既不是 UTF-8 也不是 GB18030：请另存为 UTF-8{to_do}")
            }
        }
    }
}

impl LayoutError {
    /// What is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        self.told(lang, Place::CommandLine)
    }

    fn told(&self, lang: Lang, place: Place) -> String {
        match self {
            Self::Encoding(error) => error.told(lang, place),
            Self::Io(error) => unreadable(error, lang),
            Self::Empty => lang
                .pick(
                    "is empty: expected a row of headings and rows of declaration lines",
                    "文件为空：应有一行列名和若干行报关商品",
                )
                .to_owned(),
            Self::NoHeadings { rows, first } => match lang {
                Lang::En => {
                    let to_do = place.pick(
                        "name others with --map HEADING=FIELD",
                        "rename the columns in the file",
                    );
                    format!(
                        "no row among the first {rows} names columns that are understood (row 1: {first}): expected headings such as 商品编号, 原产国, 总价 or hs, from, to; {to_do}"
                    )
                }
                Lang::Zh => {
                    let to_do = place.pick("其他列名用 --map 列名=字段 说明", "请在文件中更改列名");
                    format!(
                        "前 {rows} 行中没有可识别的列名（第 1 行：{first}）：应有 商品编号、原产国、总价 或 hs、from、to 等列名；{to_do}"
                    )
                }
            },
        }
    }
}

fn unreadable(error: &io::Error, lang: Lang) -> String {
    let system = system(error, lang);
    match lang {
        Lang::En => format!("cannot be read: {system}"),
        Lang::Zh => format!("无法读取：{system}"),
    }
}

impl SheetError {
    /// What is wrong and what to do. In Chinese nothing is said in the words of
    /// the reading library, which are English.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Io(error), lang) => unreadable(error, lang),
            (Self::Workbook(problem), Lang::En) => format!("is not an XLSX workbook: {problem}"),
            (Self::Workbook(_), Lang::Zh) => {
                "不是可读取的 XLSX 工作簿：请在 Excel 中另存为 .xlsx".to_owned()
            }
            (Self::Empty, lang) => lang
                .pick(
                    "has no sheet with cells: expected the declaration lines on the first sheet",
                    "没有含内容的工作表：报关商品行应在第一个工作表",
                )
                .to_owned(),
            (Self::Json { line, problem }, Lang::En) => format!(
                "line {line} is not a JSON object of plain values ({problem}): expected one object for each line, such as {EXAMPLE}"
            ),
            (Self::Json { line, .. }, Lang::Zh) => format!(
                "第 {line} 行不是由简单值组成的 JSON 对象：每行应为一个对象，例如 {EXAMPLE}"
            ),
        }
    }
}

const EXAMPLE: &str = r#"{"hs": "611012", "from": "CN", "to": "JP"}"#;

impl NoResultColumn {
    /// What is wrong and what was expected.
    pub fn text(&self, lang: Lang) -> String {
        let name = &self.name;
        let known: Vec<&str> = ResultColumn::ALL
            .iter()
            .map(|(_, known)| bare(known))
            .collect();
        let known = known.join(",");
        match lang {
            Lang::En => format!("`{name}` is no result column: expected some of {known}"),
            Lang::Zh => format!("`{name}` 不是结果列：应为其中若干：{known}"),
        }
    }
}

impl MapError {
    /// What is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        self.told(lang, Place::CommandLine)
    }

    fn told(&self, lang: Lang, place: Place) -> String {
        match (self, lang) {
            (Self::Form(text), Lang::En) => format!(
                "`{text}` is no column mapping: expected HEADING=FIELD, such as 品号=product_code"
            ),
            (Self::Form(text), Lang::Zh) => {
                format!("`{text}` 不是列映射：应写作 列名=字段，例如 品号=product_code")
            }
            (Self::Field(name), Lang::En) => {
                format!("`{name}` is not a field: the fields are {}", field_names())
            }
            (Self::Field(name), Lang::Zh) => {
                format!("`{name}` 不是字段：可用字段为 {}", field_names())
            }
            (Self::Heading { heading, present }, Lang::En) => {
                format!("the file has no column `{heading}`: its columns are {present}")
            }
            (Self::Heading { heading, present }, Lang::Zh) => {
                format!("文件中没有 `{heading}` 列：现有的列为 {present}")
            }
            (
                Self::Twice {
                    field,
                    first,
                    second,
                },
                Lang::En,
            ) => {
                let wrong = format!("the columns `{first}` and `{second}` both mean `{field}`");
                match place {
                    Place::CommandLine => {
                        format!("{wrong}: say which one counts with --map HEADING={field}")
                    }
                    Place::Page => format!("{wrong}: rename the one that does not count"),
                }
            }
            (
                Self::Twice {
                    field,
                    first,
                    second,
                },
                Lang::Zh,
            ) => {
                let wrong = format!("`{first}` 列与 `{second}` 列都表示 `{field}`");
                match place {
                    Place::CommandLine => {
                        format!("{wrong}：请用 --map 列名={field} 说明以哪一列为准")
                    }
                    Place::Page => format!("{wrong}：请更改不作准的那一列的列名"),
                }
            }
        }
    }
}

fn field_names() -> String {
    Field::ALL.map(Field::name).join(", ")
}

impl TableError {
    /// What is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        match self {
            Self::Layout(error) => error.text(lang),
            Self::Sheet(error) => error.text(lang),
            Self::Columns(error) => error.text(lang),
            Self::Io(error) => unreadable(error, lang),
        }
    }
}

/// `file: text`, with the colon of the language.
fn of_file(file: &str, text: &str, lang: Lang) -> String {
    format!("{file}{}{text}", lang.pick(": ", "："))
}

impl ExtensionError {
    /// What is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        self.told(lang, Place::CommandLine)
    }

    fn told(&self, lang: Lang, place: Place) -> String {
        match (self, lang) {
            (Self::Layout { file, source }, lang) => of_file(file, &source.told(lang, place), lang),
            (Self::Columns { file, source }, lang) => {
                of_file(file, &source.told(lang, place), lang)
            }
            (Self::Io { file, source }, lang) => of_file(file, &unreadable(source, lang), lang),
            (Self::NoKey { file, key }, Lang::En) => {
                format!("{file}: no column `{key}`: it is what the rows are found by")
            }
            (Self::NoKey { file, key }, Lang::Zh) => {
                format!("{file}：没有 `{key}` 列：各行须凭该列查找")
            }
            (Self::Twice { file, row, key }, Lang::En) => format!(
                "{file}, row {row}: `{key}` stands in an earlier row too: one row is expected for each"
            ),
            (Self::Twice { file, row, key }, Lang::Zh) => {
                format!("{file} 第 {row} 行：`{key}` 在前面的行中已出现：每个只应有一行")
            }
        }
    }
}

impl CellProblem {
    const fn text(self, lang: Lang) -> &'static str {
        match self {
            Self::NotANumber => lang.pick(
                "is not a non-negative number: expected digits such as 1200.50",
                "不是非负数：应为 1200.50 这样的数字",
            ),
            Self::TooManyDecimals => lang.pick(
                "has more than four decimals: round it as your accounts do",
                "超过四位小数：请按贵方记账方式取整",
            ),
            Self::NotAnEdition => lang.pick(
                "is not an HS edition: expected 2012, 2017 or 2022",
                "不是 HS 版本：应为 2012、2017 或 2022",
            ),
            Self::NotACode => lang.pick(
                "is not an HS code: expected 2, 4 or 6 to 12 digits",
                "不是 HS 编码：应为 2 位、4 位或 6 至 12 位数字",
            ),
            Self::NotACountry => lang.pick(
                "is not a known country: expected a code such as CN or JPN, or a Chinese name",
                "不是已知的国家或地区：应为 CN 或 JPN 这样的代码，或中文名称",
            ),
            Self::BothValues => lang.pick(
                "and a non-originating value stand in one row: write the two parts in two rows",
                "与非原产价值在同一行：请把两部分分写两行",
            ),
            Self::ProductTooFine => lang.pick(
                "times the quantity has more than four decimals: state the value of the material",
                "乘以数量后超过四位小数：请直接写明材料价值",
            ),
            Self::NotAStatus => lang.pick(
                "is not a status: expected originating, non_originating or unknown",
                "不是原产状态：应为 原产、非原产 或 不详（originating、non_originating、unknown）",
            ),
            Self::NotARole => lang.pick(
                "is not a role: expected material, retail_packing, transport_packing, accessory or indirect",
                "不是材料用途：应为 材料、零售包装、运输包装、附件 或 间接材料",
            ),
            Self::NotYesOrNo => lang.pick("is neither yes nor no", "既不是“是”也不是“否”"),
            Self::NotARegime => lang.pick(
                "is not a regime: expected free_circulation, processing_trade, border_trade or bonded_zone",
                "不是监管方式：应为 一般贸易、加工贸易、边民互市 或 保税区",
            ),
        }
    }
}

impl MaterialsError {
    /// What is wrong and what to do.
    pub fn text(&self, lang: Lang) -> String {
        match (self, lang) {
            (Self::Io { file, source }, lang) => of_file(file, &unreadable(source, lang), lang),
            (Self::NoKey { file }, Lang::En) => format!(
                "{file}: no column tells which product or declaration line a material belongs to: expected product_code (产品编码), or entry_id and line_no (海关编号, 项号), or line_key"
            ),
            (Self::NoKey { file }, Lang::Zh) => format!(
                "{file}：没有列说明材料属于哪个产品或哪一行报关商品：应有 产品编码（product_code），或 海关编号 和 项号（entry_id、line_no），或 line_key"
            ),
            (
                Self::Cell {
                    file,
                    row,
                    column,
                    cell,
                    problem,
                },
                Lang::En,
            ) => format!(
                "{file}, row {row}, column {column}: `{cell}` {}",
                problem.text(lang)
            ),
            (
                Self::Cell {
                    file,
                    row,
                    column,
                    cell,
                    problem,
                },
                Lang::Zh,
            ) => format!(
                "{file} 第 {row} 行 {column} 列：`{cell}` {}",
                problem.text(lang)
            ),
            (Self::Parent { file, key, parent }, Lang::En) => format!(
                "{file}, bill `{key}`: parent `{parent}` is not a material of the same bill"
            ),
            (Self::Parent { file, key, parent }, Lang::Zh) => {
                format!("{file} 物料清单 `{key}`：上级 `{parent}` 不是同一清单中的材料")
            }
            (Self::Order { file, row, key }, Lang::En) => format!(
                "{file}, row {row}: the materials of `{key}` do not stand in the order of the declaration lines (or belong to no line of it): a file of this size is read along with the declaration; sort it in the same order, or give one bill for each product"
            ),
            (Self::Order { file, row, key }, Lang::Zh) => format!(
                "{file} 第 {row} 行：`{key}` 的材料没有按报关商品行的顺序排列（或不属于任何一行）：这样大的文件与报关单同步读取；请按相同顺序排序，或每个产品给出一份清单"
            ),
        }
    }
}

impl BatchError {
    /// What is wrong and what to do on the command line.
    pub fn text(&self, lang: Lang) -> String {
        self.told(lang, Place::CommandLine)
    }

    /// What is wrong and what to do at a place.
    pub fn told(&self, lang: Lang, place: Place) -> String {
        match (self, lang) {
            (Self::Layout { file, source }, lang) => of_file(file, &source.told(lang, place), lang),
            (Self::Columns { file, source }, lang) => {
                of_file(file, &source.told(lang, place), lang)
            }
            (Self::Extension(error), lang) => error.told(lang, place),
            (Self::Materials(error), lang) => error.text(lang),
            (Self::NoCode { file, headings }, Lang::En) => {
                let to_do = place.pick(", or --map HEADING=hs", "; rename the column in the file");
                format!(
                    "{file}: no column holds the HS code (found: {headings}): expected 商品编号, HS编码 or hs{to_do}"
                )
            }
            (Self::NoCode { file, headings }, Lang::Zh) => {
                let to_do = place.pick("，或用 --map 列名=hs 说明", "；请在文件中更改列名");
                format!(
                    "{file}：没有 HS 编码列（现有：{headings}）：应有 商品编号、HS编码 或 hs{to_do}"
                )
            }
            (
                Self::Read {
                    file,
                    offset,
                    source,
                },
                Lang::En,
            ) => format!(
                "{file}: cannot be read on from byte {offset}: {}",
                system(source, lang)
            ),
            (
                Self::Read {
                    file,
                    offset,
                    source,
                },
                Lang::Zh,
            ) => format!(
                "{file}：自第 {offset} 字节起无法继续读取：{}",
                system(source, lang)
            ),
            (
                Self::Write {
                    which,
                    lines,
                    source,
                },
                Lang::En,
            ) => format!(
                "{} cannot be written after {lines} lines: {}",
                output(*which, lang),
                system(source, lang)
            ),
            (
                Self::Write {
                    which,
                    lines,
                    source,
                },
                Lang::Zh,
            ) => format!(
                "写出 {lines} 行后无法继续写入{}：{}",
                output(*which, lang),
                system(source, lang)
            ),
            (Self::Threads(problem), Lang::En) => {
                format!("the worker threads cannot be started: {problem}")
            }
            (Self::Threads(_), Lang::Zh) => "无法启动工作线程：系统资源不足".to_owned(),
        }
    }
}

/// What an output is called.
const fn output(which: usize, lang: Lang) -> &'static str {
    match which {
        0 => lang.pick("the output", "结果文件"),
        1 => lang.pick("the file of rejected rows", "无法使用的行的文件"),
        2 => lang.pick("the file of lines that need facts", "待补充事实的行的文件"),
        _ => lang.pick("the file of missing materials", "缺少的材料的文件"),
    }
}

/// Errors are shown to people in their language by `text`; in logs and in
/// programs they are English.
macro_rules! shown_in_english {
    ($($error:ty),+) => {
        $(impl fmt::Display for $error {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.text(Lang::En))
            }
        })+
    };
}

shown_in_english!(
    EncodingError,
    LayoutError,
    SheetError,
    MapError,
    NoResultColumn,
    TableError,
    ExtensionError,
    MaterialsError,
    BatchError
);

#[cfg(test)]
mod tests {
    use std::io::ErrorKind;

    use super::*;

    fn full() -> io::Error {
        io::Error::from(ErrorKind::StorageFull)
    }

    #[test]
    fn every_failure_is_told_in_both_languages_with_the_same_particulars() {
        let file = || "出口.csv".to_owned();
        let failures = [
            BatchError::Layout {
                file: file(),
                source: LayoutError::NoHeadings {
                    rows: 30,
                    first: "1,2,3".to_owned(),
                },
            },
            BatchError::Layout {
                file: file(),
                source: LayoutError::Encoding(EncodingError { position: 30 }),
            },
            BatchError::Columns {
                file: file(),
                source: MapError::Twice {
                    field: "hs",
                    first: "30".to_owned(),
                    second: "B".to_owned(),
                },
            },
            BatchError::NoCode {
                file: file(),
                headings: "品名, 30".to_owned(),
            },
            BatchError::Extension(ExtensionError::Twice {
                file: file(),
                row: 30,
                key: "E1".to_owned(),
            }),
            BatchError::Materials(MaterialsError::Cell {
                file: file(),
                row: 30,
                column: "value",
                cell: "x".to_owned(),
                problem: CellProblem::NotANumber,
            }),
            BatchError::Read {
                file: file(),
                offset: 30,
                source: full(),
            },
        ];
        for failure in &failures {
            let (en, zh) = (failure.text(Lang::En), failure.text(Lang::Zh));
            assert_eq!(failure.to_string(), en);
            assert_ne!(en, zh);
            for text in [&en, &zh] {
                assert!(text.starts_with("出口.csv"), "{text}");
                assert!(text.contains("30"), "{text}");
            }
            for lang in Lang::ALL {
                let page = failure.told(lang, Place::Page);
                assert!(page.starts_with("出口.csv"), "{page}");
                assert!(!page.contains("--"), "no options on the page: {page}");
            }
            // Nothing of the English sentence is left in the Chinese one.
            for word in ["cannot", "expected", " the ", " is ", " row "] {
                assert!(!zh.contains(word), "{zh}");
            }
        }
    }

    #[test]
    fn a_full_disk_is_named_with_what_was_being_written() {
        for which in 0..4 {
            let error = BatchError::Write {
                which,
                lines: 7,
                source: io::Error::from_raw_os_error(28),
            };
            let zh = error.text(Lang::Zh);
            assert!(zh.contains("磁盘空间已满（系统错误 28）"), "{zh}");
            assert!(zh.contains("写出 7 行后"), "{zh}");
            assert!(error.to_string().contains(output(which, Lang::En)));
        }
    }
}
