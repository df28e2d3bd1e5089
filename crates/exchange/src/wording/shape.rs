//! Keys and values that are not those of a file.

/// What serde says about the keys and values of a TOML or JSON text, in Chinese
/// and with what it names: it words every error in English. `None` for anything
/// else, which is a fault of the syntax.
pub fn shape(message: &str) -> Option<String> {
    // JSON says the place behind it.
    let message = message
        .rsplit_once(" at line ")
        .map_or(message, |(before, _)| before);
    if let Some(field) = message.strip_prefix("missing field ") {
        return Some(format!("缺少 {field}：请补充"));
    }
    if let Some(field) = message.strip_prefix("duplicate field ") {
        return Some(format!("{field} 重复：请只保留一个"));
    }
    for (start, what) in [
        ("unknown field ", "这一项"),
        ("unknown variant ", "这一取值"),
    ] {
        if let Some(rest) = message.strip_prefix(start) {
            let (name, known) = rest.split_once(", expected ").unwrap_or((rest, ""));
            let known: Vec<&str> = known.split('`').skip(1).step_by(2).collect();
            return Some(format!("没有 {name} {what}：可用的有 {}", known.join("、")));
        }
    }
    for (start, what) in [
        ("invalid type: ", "值的类型不符"),
        ("invalid value: ", "值不在允许的范围内"),
        ("invalid length ", "值的个数不符"),
    ] {
        if let Some(rest) = message.strip_prefix(start) {
            let expected = rest.rsplit_once(", expected ").map_or("", |(_, rest)| rest);
            return Some(match kind(expected) {
                Some(kind) => format!("{what}：应为{kind}"),
                None => what.to_owned(),
            });
        }
    }
    None
}

/// Why a JSON text cannot be read, in Chinese, with its place.
pub fn not_read(error: &serde_json::Error) -> String {
    let what = shape(&error.to_string()).unwrap_or_else(|| "语法错误".to_owned());
    format!("第 {} 行第 {} 列：{what}", error.line(), error.column())
}

/// A kind of value as serde names it.
fn kind(expected: &str) -> Option<&'static str> {
    if matches!(
        expected,
        "u8" | "u16" | "u32" | "u64" | "usize" | "i16" | "i64"
    ) {
        return Some("整数");
    }
    [
        ("string", "字符串（加引号）"),
        ("boolean", " true 或 false"),
        ("sequence", "数组"),
        ("tuple", "数组"),
        ("map", "对象"),
        ("struct", "对象"),
    ]
    .into_iter()
    .find(|(word, _)| expected.contains(word))
    .map(|(_, chinese)| chinese)
}

#[cfg(test)]
mod tests {
    use super::shape;
    use crate::wording::testing::is_chinese;

    #[test]
    fn every_kind_of_message_is_put_into_chinese_with_what_it_names() {
        for (english, named) in [
            ("missing field `from` at line 1 column 2", "`from`"),
            ("duplicate field `to`", "`to`"),
            (
                "unknown field `x`, expected `a` or `b`",
                "`x` 这一项：可用的有 a、b",
            ),
            (
                "unknown field `x`, expected one of `a`, `b`, `c`",
                "a、b、c",
            ),
            ("unknown variant `x`, expected `a` or `b`", "`x` 这一取值"),
            ("invalid type: integer `1`, expected a string", "字符串"),
            ("invalid value: integer `300`, expected u8", "整数"),
            ("invalid length 3, expected a tuple of size 2", "数组"),
        ] {
            let chinese = shape(english).unwrap();
            assert!(is_chinese(&chinese) && chinese.contains(named), "{chinese}");
            for word in ["expected", "field", "invalid", "line"] {
                assert!(!chinese.contains(word), "{chinese}");
            }
        }
        assert_eq!(shape("invalid basic string"), None);
    }
}
