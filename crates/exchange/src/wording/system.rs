//! What the system says when a file cannot be read or written.

use std::io::{Error, ErrorKind};

use crate::lang::Lang;

/// A failure of the system in words: what people meet in Chinese too, with the
/// system's own number; of anything else the number alone.
pub fn system(error: &Error, lang: Lang) -> String {
    if lang == Lang::En {
        return error.to_string();
    }
    let known = match error.kind() {
        ErrorKind::NotFound => "文件或目录不存在",
        ErrorKind::PermissionDenied => "没有访问权限",
        ErrorKind::IsADirectory => "这是目录，不是文件",
        ErrorKind::NotADirectory => "路径中有一段不是目录",
        ErrorKind::StorageFull => "磁盘空间已满",
        ErrorKind::QuotaExceeded => "超出磁盘配额",
        ErrorKind::ReadOnlyFilesystem => "文件系统只读",
        ErrorKind::FileTooLarge => {
            "超出可容纳的大小（工作表最多 1048576 行，可改用 csv 或 ndjson）"
        }
        ErrorKind::BrokenPipe => "接收结果的程序已关闭",
        ErrorKind::InvalidData => "内容格式不符",
        ErrorKind::UnexpectedEof => "数据提前结束，比预期的短",
        ErrorKind::AlreadyExists => "已存在",
        ErrorKind::AddrInUse => "地址或端口已被占用",
        ErrorKind::AddrNotAvailable => "本机没有该地址",
        _ => {
            return error.raw_os_error().map_or_else(
                || "原因不明".to_owned(),
                |number| format!("系统错误 {number}"),
            );
        }
    };
    match error.raw_os_error() {
        Some(number) => format!("{known}（系统错误 {number}）"),
        None => known.to_owned(),
    }
}
