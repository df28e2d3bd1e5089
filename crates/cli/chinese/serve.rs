//! Help of `serve`.

/// The texts.
pub const TEXTS: &[super::Text] = &[
    ("serve", "", "提供网页与 HTTP 接口；管理密钥与记录"),
    ("serve", "bind", "监听的地址与端口"),
    (
        "serve",
        "data",
        "记录与批量文件所在目录；可由 ORIGINIS_DATA 指定，否则为用户数据目录下的 originis",
    ),
    ("serve", "require_key", "本机访问也须提供密钥"),
    ("serve", "quiet", "不在标准错误上逐条记录请求"),
    (
        "serve",
        "closing",
        "网页在 /，接口在 /v1，接口说明在 /openapi.json。未指定 --bind 时只有本机可以访问；
对外提供服务时每个请求均须带密钥：用 `originis serve key add 所有者` 生成。
记录存放在 --data 目录，除非运行 `originis serve records delete`，否则不会删除。

示例：
  originis serve
  originis serve --bind 0.0.0.0:8080 --data /var/lib/originis
  originis serve key add exports
  originis serve records export > records.ndjson",
    ),
    ("serve key", "", "生成、列出和停用接口密钥"),
    ("serve key add", "", "生成密钥；密钥只显示这一次"),
    (
        "serve key add",
        "owner",
        "密钥可打开谁的记录；多个密钥可属同一所有者",
    ),
    ("serve key list", "", "列出密钥，包括已停用的"),
    ("serve key revoke", "", "按编号停用密钥"),
    ("serve key revoke", "id", "列表中的编号"),
    ("serve records", "", "导出和删除保存的判定与批次"),
    (
        "serve records export",
        "",
        "把保存的判定写到标准输出，每行一个 JSON 对象",
    ),
    ("serve records export", "owner", "仅此所有者的记录"),
    (
        "serve records delete",
        "",
        "删除某日之前保存的判定和完成的批次。RCEP 第 3.27 条和国内法要求记录保存多年：请先核对",
    ),
    ("serve records delete", "before", "该日期；当日保存的保留"),
    ("serve records delete", "owner", "仅此所有者的记录"),
    ("serve records delete", "yes", "不再询问"),
    ("serve help", "", "显示本帮助或某个命令的帮助"),
    ("serve key help", "", "显示本帮助或某个命令的帮助"),
    ("serve records help", "", "显示本帮助或某个命令的帮助"),
];
