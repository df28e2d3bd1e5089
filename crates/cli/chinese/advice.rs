//! Help of `compare`, `origin`, `repair`, `scenarios`, `proof` and `diff`.

/// The texts.
pub const TEXTS: &[super::Text] = &[
    ("compare", "", "比较各协定并指出最佳选择"),
    (
        "compare",
        "file",
        "JSON 请求文件，同 check；- 表示从标准输入读取",
    ),
    (
        "compare",
        "out",
        "同时把报告写入文件；扩展名决定形式：.xlsx、.html、.txt 或 .json",
    ),
    ("origin", "", "说明 RCEP 原产国及可作的选择"),
    (
        "origin",
        "file",
        "JSON 请求文件，同 check；- 表示从标准输入读取",
    ),
    (
        "origin",
        "out",
        "同时把报告写入文件；扩展名决定形式：.xlsx、.html、.txt 或 .json",
    ),
    ("repair", "", "说明怎样才能使货物合格，或什么会使其失去资格"),
    (
        "repair",
        "file",
        "JSON 请求文件，同 check；- 表示从标准输入读取",
    ),
    (
        "repair",
        "out",
        "同时把报告写入文件；扩展名决定形式：.xlsx、.html、.txt 或 .json",
    ),
    ("scenarios", "", "判定可选的供应商与工厂，并指出最坏情形"),
    (
        "scenarios",
        "file",
        "含 request 和 choices 的 JSON 文件；- 表示从标准输入读取",
    ),
    (
        "scenarios",
        "out",
        "同时把报告写入文件；扩展名决定形式：.xlsx、.html、.txt 或 .json",
    ),
    (
        "proof",
        "",
        "说明应持有何种证明、填写单证，或核对已签发的证明",
    ),
    (
        "proof",
        "file",
        "JSON 请求文件，同 check；- 表示从标准输入读取",
    ),
    (
        "proof",
        "out",
        "同时把报告写入文件；扩展名决定形式：.xlsx、.html、.txt 或 .json",
    ),
    ("diff", "", "说明一批货物在两个日期或两版规则表之间有何变化"),
    (
        "diff",
        "file",
        "JSON 请求，每行一个或为数组；- 表示从标准输入读取",
    ),
    (
        "diff",
        "out",
        "同时把报告写入文件；扩展名决定形式：.xlsx、.html、.txt 或 .json",
    ),
    ("proof", "details", "单证上的事实，JSON 文件"),
    ("proof", "certificate", "待核对的已签发证明，JSON 文件"),
    (
        "proof",
        "closing",
        "示例：
  originis proof fixtures/cashmere-pullover.json
  originis proof good.json --details paper.json --out sheets.xlsx
  originis proof good.json --certificate issued.json

details 写明单证上货物以外的内容：exporter、importer、producer、shipped、conveyance、
invoice_number、original 等。核对证明时，逐栏列出与货物不符之处。",
    ),
    ("diff", "before", "第一个日期；未指定时取各请求自己的日期"),
    ("diff", "after", "第二个日期"),
    (
        "diff",
        "before_rules",
        "第一侧在随附规则表之上叠加的规则表目录",
    ),
    (
        "diff",
        "after_rules",
        "第二侧在随附规则表之上叠加的规则表目录",
    ),
    (
        "diff",
        "closing",
        "示例：
  originis diff goods.ndjson --before 2026-07-15 --after 2027-01-01
  originis diff goods.json --before-rules tables/july --after-rules tables/now

两个日期均假定持有新签发的证明：比较的是法律与税率。无法使用的请求会列出，此时退出码为 1。",
    ),
];
