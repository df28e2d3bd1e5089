//! Help of the program itself and of `check`, `rule`, `rate` and `rules`.

/// The texts.
pub const TEXTS: &[super::Text] = &[
    (
        "",
        "",
        "该货物是否具备原产资格、适用哪个协定、税率多少、凭什么证明？",
    ),
    (
        "",
        "closing",
        "从这里开始：
  originis check fixtures/cashmere-pullover.json
  originis rule 6110.12
  originis rate 6110.12 --from CN --to JP

退出码：0 完成；1 完成，但部分输入无法使用；2 用法错误或输入无法读取；3 规则表有误。",
    ),
    (
        "",
        "lang",
        "供人阅读内容的语言；未指定时取 LC_ALL、LC_MESSAGES 或 LANG",
    ),
    (
        "",
        "rules",
        "您自己的规则表目录，叠加在随附的规则表之上；可多次指定。也可由环境变量 ORIGINIS_RULES 指定",
    ),
    ("", "help", "显示帮助"),
    ("", "version", "显示版本"),
    ("help", "", "显示本帮助或某个命令的帮助"),
    ("rules help", "", "显示本帮助或某个命令的帮助"),
    ("check", "", "判定一项货物"),
    ("check", "file", "JSON 请求文件；- 表示从标准输入读取"),
    (
        "check",
        "closing",
        "请求写明关于一项货物已知的事实；未写的即为未知，答复会说明其是否影响结论。最简请求：

  {\"from\": \"CN\", \"to\": \"JP\", \"date\": \"2026-07-15\", \"good\": {\"hs\": \"6110.12\"}}

示例：
  originis check fixtures/cashmere-pullover.json --lang zh
  originis check - --format json < request.json

任何判定结果的退出码均为 0；请求无法读取时为 2。",
    ),
    ("rule", "", "查看某 HS 编码的原产地规则"),
    ("rule", "hs", "章、品目、子目或国别税目，带点或不带点均可"),
    ("rule", "agreement", "RCEP 或 APTA；未指定时两者都查"),
    ("rule", "hs_edition", "编码的 HS 版本"),
    ("rule", "date", "适用法律的日期；未指定时取最新规则"),
    (
        "rule",
        "closing",
        "先按规则表原文列出规则，再用文字说明。输入章或品目时列出其中全部规则。

示例：
  originis rule 6110.12
  originis rule 8504 --agreement RCEP
  originis rule 8517.12 --hs-edition 2017",
    ),
    ("rate", "", "查看某 HS 编码的最惠国税率和协定税率"),
    ("rate", "hs", "章、品目、子目或国别税目，带点或不带点均可"),
    ("rate", "from", "出口国，视为原产国（ISO 两字母代码）"),
    ("rate", "to", "进口国（ISO 两字母代码）"),
    ("rate", "date", "进口日期"),
    ("rate", "agreement", "RCEP 或 APTA；未指定时两者都查"),
    ("rate", "hs_edition", "编码的 HS 版本"),
    (
        "rate",
        "closing",
        "第六位以后的数字按进口国税目解读。未指定日期时，列出已载入税则所涵盖的各时段税率，
在终端上以图示显示。税率适用于原产国为 --from 的货物。

示例：
  originis rate 6110.12 --from CN --to JP --date 2026-07-15
  originis rate 0203.29 --from NZ --to CN
  originis rate 7207 --from CN --to KR --agreement APTA",
    ),
    ("rules", "", "管理规则表"),
    (
        "rules",
        "closing",
        "示例：
  originis rules lint
  originis rules coverage --agreement RCEP --importer JP
  originis rules show rcep/psr.hs2022 6110
  originis rules import --help
  originis --rules my-tables rules lint",
    ),
    (
        "rules lint",
        "",
        "检查所有规则表，逐一列出问题所在的文件、行和列",
    ),
    (
        "rules lint",
        "directory",
        "只检查此目录，不检查随附的规则表和 --rules",
    ),
    (
        "rules lint",
        "closing",
        "重复、重叠、不可达、无来源或编码不存在的行均会列出。有问题时退出码为 3。

示例：
  originis rules lint
  originis rules lint rules",
    ),
    ("rules coverage", "", "查看已载入和缺少的内容"),
    ("rules coverage", "agreement", "仅 RCEP 或 APTA"),
    ("rules coverage", "importer", "仅此进口国（ISO 两字母代码）"),
    ("rules coverage", "chapter", "仅此章"),
    (
        "rules coverage",
        "closing",
        "示例：
  originis rules coverage
  originis rules coverage --agreement APTA
  originis rules coverage --importer JP --chapter 61",
    ),
    ("rules import", "", "把官方公布的表转成规则表"),
    ("rules import", "file", "官方公布的表"),
    (
        "rules import",
        "layout",
        "采用随附规则表的某种版式，不另作列映射",
    ),
    (
        "rules import",
        "out",
        "与 --layout 合用：要写入的表；其说明为同名 .toml 文件",
    ),
    ("rules import", "into", "您自己的规则表目录"),
    ("rules import", "id", "表的名称，例如 nz-rcep"),
    ("rules import", "importer", "进口国（ISO 两字母代码）"),
    ("rules import", "hs_edition", "其编码的 HS 版本"),
    ("rules import", "source", "公布机构与出处"),
    ("rules import", "as_of", "公布或读取日期"),
    (
        "rules import",
        "map",
        "各列的内容：FIELD=列名、FIELD@年份=列名 或 FIELD@起..止=列名；每列一次",
    ),
    ("rules import", "agreement", "协定税率列所属的协定"),
    ("rules import", "origins", "协定税率列适用的原产国"),
    ("rules import", "attribution", "许可或署名；未指定时同来源"),
    ("rules import", "valid_from", "表开始适用的日期"),
    ("rules import", "valid_to", "表最后适用的日期"),
    ("rules import", "status", "表的可靠程度；未含全部税号时用 partial"),
    ("rules import", "sheet", "电子表格的工作表；未指定时取第一个"),
    ("rules import", "numbers", "税率列中裸数字的含义"),
    (
        "rules import",
        "keep_unread",
        "税率无法读取的行保留为“取决于产品”",
    ),
    (
        "rules import",
        "supersedes",
        "由本表取代的已载入的表；可多次指定",
    ),
    ("rules import", "replace", "替换同名的表"),
    (
        "rules import",
        "closing",
        "您自己的税则（UTF-8 或 GB18030 编码的 CSV、XLSX、XLS、ODS）：说明它是什么，以及哪一列是什么。
结果写入 --into 目录，版式与随附规则表相同，凡加 --rules 的命令均可使用。

  originis rules import nz-rcep.xlsx --into my-tables --id nz-rcep \\
    --importer NZ --hs-edition 2012 --agreement RCEP --as-of 2026-01-01 \\
    --source 'RCEP 附件一，新西兰关税承诺表' \\
    --map 'code=Tariff item' --map 'base=Base rate' \\
    --map 'rate@2026=Year 5' --map 'rate@2027=Year 6'
  originis --rules my-tables rules lint
  originis --rules my-tables rate 0406.10 --from CN --to NZ

FIELD 为 code、rate（协定税率）、margin、mfn、temporary、wto、ordinary、base、season、conditional 之一；
列名 #3 表示第三列。不写原产国表示适用于所有缔约方。

与随附规则表版式相同的公布文件：先写说明文件 TABLE.toml，再填写同名的 TABLE.csv。

  originis rules import schedule.csv --layout tariff-schedule --out rules/tariffs/au-rcep.csv

无法使用的行会逐一列出，退出码为 1。",
    ),
    ("rules show", "", "查看某个规则表，或其中某编码的行"),
    (
        "rules show",
        "table",
        "规则表名称，如 rcep/psr.hs2022 或 jp-2026；rules lint --format json 列出全部名称",
    ),
    (
        "rules show",
        "hs",
        "只看此编码、其下级编码或包含它的上级编码的行",
    ),
    (
        "rules show",
        "closing",
        "示例：
  originis rules show rcep/agreement
  originis rules show rcep/psr.hs2022 6110
  originis rules show jp-2026 6110.12",
    ),
    ("", "format", "结果形式；未指定时终端上为文本，否则为 JSON"),
];
