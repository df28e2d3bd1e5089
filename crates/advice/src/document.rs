//! A report as headings, sentences, lists and tables, before it becomes text,
//! HTML or a workbook. Every report of this crate is shown through it, so that
//! the three never say different things.

use originis_exchange::html::escape;

/// A report ready to be shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its title; the name of its sheet in a workbook.
    pub title: String,
    /// Its content in order.
    pub blocks: Vec<Block>,
}

/// One piece of a report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// A heading.
    Heading(String),
    /// One or more sentences.
    Text(String),
    /// Points of equal rank.
    List(Vec<String>),
    /// Points to be ticked off.
    Checklist(Vec<String>),
    /// A table.
    Table(Table),
}

/// A table with one row of headings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    /// Headings.
    pub head: Vec<String>,
    /// Rows, each as long as the headings.
    pub rows: Vec<Vec<Cell>>,
}

/// The content of one cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cell {
    /// Words or codes.
    Text(String),
    /// A decimal number, set to the right and calculable in a workbook.
    Number(String),
}

impl Cell {
    /// What is printed.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Text(text) | Self::Number(text) => text,
        }
    }

    /// A number, or a dash where it is not known.
    pub fn number(value: Option<impl ToString>) -> Self {
        value.map_or_else(
            || Self::Text("—".to_owned()),
            |value| Self::Number(value.to_string()),
        )
    }

    /// Words, or a dash where there are none.
    pub fn text(value: Option<impl ToString>) -> Self {
        Self::Text(value.map_or_else(|| "—".to_owned(), |value| value.to_string()))
    }
}

impl From<&str> for Cell {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Cell {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl Table {
    /// A table with these headings and no rows yet.
    pub fn with_head(head: impl IntoIterator<Item = impl Into<String>>) -> Self {
        Self {
            head: head.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }
}

impl Document {
    /// An empty report.
    pub fn new(title: impl Into<String>) -> Self {
        Self {
            title: title.into(),
            blocks: Vec::new(),
        }
    }

    /// Adds a heading.
    pub fn heading(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Heading(text.into()));
    }

    /// Adds sentences.
    pub fn text(&mut self, text: impl Into<String>) {
        self.blocks.push(Block::Text(text.into()));
    }

    /// Adds a list, unless it is empty.
    pub fn list(&mut self, points: Vec<String>) {
        if !points.is_empty() {
            self.blocks.push(Block::List(points));
        }
    }

    /// Adds points to be ticked off, unless there are none.
    pub fn checklist(&mut self, points: Vec<String>) {
        if !points.is_empty() {
            self.blocks.push(Block::Checklist(points));
        }
    }

    /// Adds a table, unless it has no rows.
    pub fn table(&mut self, table: Table) {
        if !table.rows.is_empty() {
            self.blocks.push(Block::Table(table));
        }
    }

    /// The report as plain text for a terminal.
    pub fn to_text(&self) -> String {
        let mut out = String::new();
        out.push_str(&self.title);
        out.push('\n');
        for block in &self.blocks {
            match block {
                Block::Heading(text) => {
                    out.push('\n');
                    out.push_str(text);
                    out.push('\n');
                }
                Block::Text(text) => {
                    out.push_str(text);
                    out.push('\n');
                }
                Block::List(points) => write_points(&mut out, "  - ", points),
                Block::Checklist(points) => write_points(&mut out, "  [ ] ", points),
                Block::Table(table) => write_table(&mut out, table),
            }
        }
        out
    }

    /// The report as one printable HTML page without anything fetched from
    /// elsewhere.
    pub fn to_html(&self, language_tag: &str) -> String {
        html_page(language_tag, std::slice::from_ref(self))
    }
}

fn write_points(out: &mut String, mark: &str, points: &[String]) {
    for point in points {
        out.push_str(mark);
        out.push_str(point);
        out.push('\n');
    }
}

/// Columns a text takes on a terminal: wide characters take two.
pub fn display_width(text: &str) -> usize {
    text.chars()
        .map(|character| {
            let wide = matches!(u32::from(character),
                0x1100..=0x115F | 0x2E80..=0xA4CF | 0xAC00..=0xD7A3 | 0xF900..=0xFAFF
                | 0xFE30..=0xFE6F | 0xFF00..=0xFF60 | 0xFFE0..=0xFFE6 | 0x20000..=0x3FFFD);
            if wide { 2 } else { 1 }
        })
        .sum()
}

/// Columns a table may take on a terminal before its cells are wrapped.
const TERMINAL: usize = 100;
/// A column is not made narrower than this.
const NARROWEST: usize = 8;

fn write_table(out: &mut String, table: &Table) {
    let widths = terminal_widths(table);
    let head: Vec<Cell> = table.head.iter().cloned().map(Cell::Text).collect();
    for row in std::iter::once(&head).chain(&table.rows) {
        let wrapped: Vec<(Vec<String>, bool)> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| (wrap(cell.as_str(), *width), matches!(cell, Cell::Number(_))))
            .collect();
        let height = wrapped.iter().map(|(lines, _)| lines.len()).max();
        for number in 0..height.unwrap_or_default() {
            let mut text = String::from("  ");
            for ((lines, right), width) in wrapped.iter().zip(&widths) {
                let part = lines.get(number).map_or("", String::as_str);
                let space = " ".repeat(width.saturating_sub(display_width(part)));
                if *right {
                    text.push_str(&space);
                    text.push_str(part);
                } else {
                    text.push_str(part);
                    text.push_str(&space);
                }
                text.push_str("  ");
            }
            out.push_str(text.trim_end());
            out.push('\n');
        }
    }
}

/// Widths of the columns, the widest cut until the table fits.
fn terminal_widths(table: &Table) -> Vec<usize> {
    let mut widths: Vec<usize> = table.head.iter().map(|head| display_width(head)).collect();
    for row in &table.rows {
        for (width, cell) in widths.iter_mut().zip(row) {
            *width = (*width).max(display_width(cell.as_str()));
        }
    }
    let room = TERMINAL.saturating_sub(2 * widths.len());
    while widths.iter().sum::<usize>() > room {
        match widths.iter_mut().max() {
            Some(widest) if *widest > NARROWEST => *widest -= 1,
            _ => break,
        }
    }
    widths
}

/// Breaks a text into lines of a width: between words, and anywhere between
/// wide characters.
fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = Vec::new();
    let mut line = String::new();
    let mut word = String::new();
    let mut put = |word: &mut String, line: &mut String| {
        if display_width(line) + display_width(word) > width && !line.is_empty() {
            lines.push(line.trim_end().to_owned());
            line.clear();
        }
        line.push_str(word);
        word.clear();
    };
    for character in text.chars() {
        let wide = display_width(character.encode_utf8(&mut [0; 4])) == 2;
        if wide {
            put(&mut word, &mut line);
        }
        word.push(character);
        if wide || character == ' ' || character == '-' {
            put(&mut word, &mut line);
        }
    }
    put(&mut word, &mut line);
    lines.push(line.trim_end().to_owned());
    lines
}

/// Several reports as one printable page, each on a sheet of its own.
pub fn html_page(language_tag: &str, documents: &[Document]) -> String {
    let title = documents
        .first()
        .map_or("Originis", |document| document.title.as_str());
    let mut out = format!(
        "<!doctype html>\n<html lang=\"{}\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <title>{}</title>\n<style>{STYLE}</style>\n</head>\n<body>\n",
        escape(language_tag),
        escape(title)
    );
    for document in documents {
        out.push_str("<article>\n<h1>");
        out.push_str(&escape(&document.title));
        out.push_str("</h1>\n");
        for block in &document.blocks {
            write_html(&mut out, block);
        }
        out.push_str("</article>\n");
    }
    out.push_str("</body>\n</html>\n");
    out
}

const STYLE: &str = "\
body{font:14px/1.5 system-ui,'Noto Sans CJK SC','Microsoft YaHei',sans-serif;color:#1b1f24;margin:0}\
article{max-width:190mm;margin:0 auto;padding:8mm}\
h1{font-size:20px;margin:0 0 4mm}h2{font-size:15px;margin:6mm 0 2mm}\
p{margin:0 0 2mm}ul{margin:0 0 3mm;padding-left:6mm}\
ul.check{list-style:none;padding-left:0}ul.check li:before{content:'\\2610\\00a0'}\
table{border-collapse:collapse;width:100%;margin:0 0 3mm;font-size:12.5px}\
th,td{border:1px solid #c5cbd3;padding:1.2mm 2mm;text-align:left;vertical-align:top;overflow-wrap:break-word}\
th{background:#eef1f5}td.n{text-align:right;font-variant-numeric:tabular-nums;overflow-wrap:normal}\
@media print{article{padding:0;break-after:page}article:last-child{break-after:auto}tr{break-inside:avoid}}\
@page{size:A4;margin:14mm}";

fn write_html(out: &mut String, block: &Block) {
    match block {
        Block::Heading(text) => {
            out.push_str("<h2>");
            out.push_str(&escape(text));
            out.push_str("</h2>\n");
        }
        Block::Text(text) => {
            out.push_str("<p>");
            out.push_str(&escape(text));
            out.push_str("</p>\n");
        }
        Block::List(points) => write_html_points(out, "<ul>", points),
        Block::Checklist(points) => write_html_points(out, "<ul class=\"check\">", points),
        Block::Table(table) => {
            out.push_str("<table>\n<thead><tr>");
            for head in &table.head {
                out.push_str("<th scope=\"col\">");
                out.push_str(&escape(head));
                out.push_str("</th>");
            }
            out.push_str("</tr></thead>\n<tbody>\n");
            for row in &table.rows {
                out.push_str("<tr>");
                for cell in row {
                    out.push_str(match cell {
                        Cell::Text(_) => "<td>",
                        Cell::Number(_) => "<td class=\"n\">",
                    });
                    out.push_str(&escape(cell.as_str()));
                    out.push_str("</td>");
                }
                out.push_str("</tr>\n");
            }
            out.push_str("</tbody>\n</table>\n");
        }
    }
}

fn write_html_points(out: &mut String, open: &str, points: &[String]) {
    out.push_str(open);
    for point in points {
        out.push_str("<li>");
        out.push_str(&escape(point));
        out.push_str("</li>");
    }
    out.push_str("</ul>\n");
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Document {
        let mut document = Document::new("毛衫 <test>");
        document.heading("A & B");
        let mut table = Table::with_head(["材料", "value"]);
        table
            .rows
            .push(vec!["羊绒纱".into(), Cell::Number("480.00".to_owned())]);
        table
            .rows
            .push(vec!["dye".into(), Cell::Number("2.00".to_owned())]);
        document.table(table);
        document.list(Vec::new());
        document
    }

    #[test]
    fn columns_line_up_with_wide_characters() {
        let text = sample().to_text();
        let lines: Vec<&str> = text.lines().skip(3).collect();
        assert_eq!(
            lines,
            ["  材料    value", "  羊绒纱  480.00", "  dye       2.00"]
        );
    }

    #[test]
    fn long_cells_are_wrapped_to_the_terminal() {
        let mut table = Table::with_head(["rule", "remark"]);
        table
            .rows
            .push(vec!["CC".into(), "a word and ".repeat(20).into()]);
        table.rows.push(vec![
            "CTH".into(),
            "每项非原产材料均须发生章改变".repeat(8).into(),
        ]);
        let mut document = Document::new("t");
        document.table(table);
        let text = document.to_text();
        assert!(text.lines().count() > 6);
        assert!(
            text.lines().all(|line| display_width(line) <= TERMINAL),
            "{text}"
        );
        assert_eq!(text.matches("word").count(), 20);
    }

    #[test]
    fn html_escapes_what_the_user_wrote() {
        let html = sample().to_html("zh");
        assert!(html.contains("<h1>毛衫 &lt;test&gt;</h1>") && html.contains("A &amp; B"));
        assert!(!html.contains("<test>") && !html.contains("<ul>"));
    }
}
