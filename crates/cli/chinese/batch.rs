//! Help of `batch`.

/// The texts.
pub const TEXTS: &[super::Text] = &[
    ("batch", "", "判定一份报关单数据"),
    ("batch", "file", "报关单商品行；- 表示标准输入"),
    (
        "batch",
        "materials",
        "物料清单，按产品（product_code）或按行（entry_id 和 line_no）；parent 或 level 列表示层级",
    ),
    ("batch", "header", "报关单表头，按报关单号关联"),
    (
        "batch",
        "products",
        "产品主数据，按产品编号关联：补足行中空缺的内容",
    ),
    ("batch", "out", "带结果的行写到何处；未指定时为标准输出"),
    (
        "batch",
        "format",
        "输出形式；未指定时按 --out 的扩展名，否则为 csv",
    ),
    (
        "batch",
        "report",
        "带图表的报告（HTML），文件名以 .json 结尾时为 JSON；可指定两次",
    ),
    ("batch", "rejects", "无法使用的行及原因（CSV）"),
    (
        "batch",
        "facts",
        "缺少事实的行，补全后可再次交给 batch；缺少的材料写到扩展名为 .materials.csv 的第二个文件，补全后以 --materials 给出",
    ),
    (
        "batch",
        "columns",
        "要附加的结果列，例如 verdict,findings,missing；未指定时为全部十二列",
    ),
    (
        "batch",
        "map",
        "某列的含义，例如 品号=product_code 或 备注=ignore；可多次指定",
    ),
    (
        "batch",
        "agreement",
        "RCEP 或 APTA；未指定时取适用协定中最有利的",
    ),
    ("batch", "from", "行中未写明时的出口国"),
    ("batch", "to", "行中未写明时的进口国"),
    ("batch", "date", "行中未写明时的进口日期"),
    ("batch", "hs_edition", "编码的 HS 版本"),
    (
        "batch",
        "encoding",
        "编码方式，用于覆盖自动识别：utf-8、gb18030、utf-16le、utf-16be",
    ),
    (
        "batch",
        "delimiter",
        "分隔符，用于覆盖自动识别：, ; | 或 tab",
    ),
    ("batch", "country_numbers", "三位数字国别代码的含义"),
    ("batch", "threads", "工作线程数；未指定时每个处理器一个"),
    ("batch", "resume", "继续被中断的运行；--out 须相同"),
    (
        "batch",
        "closing",
        "读取 CSV（逗号、分号、制表符、竖线）、XLSX 和 JSON 行；编码、分隔符和标题行自动识别。
列名可用单一窗口报关单的中文名称和代码、常见同义词或英文；其他列用 --map 说明。
输出保留原文件的列、顺序和编码，并附加 roo_ 开头的列。

示例：
  originis batch exports.csv --out decided.csv --report report.html
  originis batch exports.csv --materials bom.csv --facts to-complete.csv --out decided.csv
  originis batch lines.csv --header declarations.csv --map 品号=product_code --out decided.csv
  cat lines.csv | originis batch - --columns verdict --format ndjson | jq .roo_verdict
  originis batch exports.csv --out decided.csv --resume",
    ),
];
