//! Help of `learn`.

/// The texts.
pub const TEXTS: &[super::Text] = &[
    ("learn", "", "逐个案例学习原产地规则，并为讲师生成课程资料"),
    ("learn", "sector", "仅练习此行业"),
    ("learn", "level", "仅练习此难度：1 易、2 中、3 难"),
    ("learn", "case", "练习一个案例"),
    ("learn", "restart", "清除以往的作答记录"),
    ("learn", "closing", "不带子命令时逐个提问：阅读事实，预测结论，查看理由，改动一处再作预测。作答记录只保存在本机。

示例：
  originis learn --sector cashmere-wool
  originis learn list
  originis learn lesson tariff-shift --lang zh
  originis learn pack --sector dairy --lang zh --out dairy-session
  originis learn clinic products.csv --date 2026-07-15
  originis learn verify"),
    ("learn help", "", "显示本帮助或某个命令的帮助"),
    ("learn list", "", "列出行业、案例和课程"),
    ("learn lesson", "", "显示一节课程"),
    ("learn lesson", "id", "learn list 中的课程编号"),
    ("learn pack", "", "生成某行业的课程资料：讲义、答案、幻灯片、练习表、成绩表"),
    ("learn pack", "sector", "learn list 中的行业"),
    ("learn pack", "out", "文件写入的目录"),
    ("learn verify", "", "重新判定全部案例，列出复核以来的变化"),
    ("learn verify", "confirm", "阅读后确认某个案例；可多次指定"),
    ("learn verify", "reviewed", "复核结果文件，用于代替随附的文件"),
    ("learn clinic", "", "按未利用的优惠可节省的关税排列企业的产品"),
    ("learn clinic", "file", "产品清单"),
    ("learn clinic", "date", "读取税率的日期"),
    ("learn clinic", "closing", "清单每行一个产品：编码、名称、产地、销往地、年完税价格，以及目前利用的协定（如有）。
列名同报关单，中英文均可：商品编号/hs、商品名称/name、原产国/from、最终目的国/to、
总价/customs_value、优惠贸易协定代码/agreement_code。可读取 UTF-8 或 GB18030 编码的 CSV、XLSX 和 NDJSON。"),
];
