//! The language of prose, chosen from `Accept-Language`; codes never change.

use http::HeaderMap;
use http::header::ACCEPT_LANGUAGE;
use originis_exchange::Lang;

/// The language the client prefers: Chinese or English, English when it states
/// neither.
pub fn preferred(headers: &HeaderMap) -> Lang {
    headers
        .get(ACCEPT_LANGUAGE)
        .and_then(|value| value.to_str().ok())
        .map_or(Lang::En, from_header)
}

/// The tag for `Content-Language` and for `lang` attributes.
pub const fn tag(lang: Lang) -> &'static str {
    match lang {
        Lang::En => "en",
        Lang::Zh => "zh-Hans",
    }
}

fn from_header(text: &str) -> Lang {
    let mut best = (0, Lang::En);
    for part in text.split(',') {
        let mut pieces = part.split(';');
        let range = pieces.next().unwrap_or_default().trim();
        let weight = pieces
            .find_map(|piece| piece.trim().strip_prefix("q="))
            .map_or(1000, thousandths);
        let primary = range.split('-').next().unwrap_or_default();
        let lang = if primary.eq_ignore_ascii_case("zh") {
            Lang::Zh
        } else if primary.eq_ignore_ascii_case("en") {
            Lang::En
        } else {
            continue;
        };
        if weight > best.0 {
            best = (weight, lang);
        }
    }
    best.1
}

/// A weight such as `0.8` in thousandths; a malformed one counts as zero.
fn thousandths(text: &str) -> u16 {
    let (whole, fraction) = text.trim().split_once('.').unwrap_or((text.trim(), ""));
    let whole: u16 = match whole {
        "0" => 0,
        "1" => 1000,
        _ => return 0,
    };
    if fraction.len() > 3 || !fraction.bytes().all(|byte| byte.is_ascii_digit()) {
        return 0;
    }
    let padded = format!("{fraction:0<3}");
    whole.saturating_add(padded.parse().unwrap_or(0)).min(1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_heaviest_known_language_wins() {
        assert_eq!(from_header("zh-CN,zh;q=0.9,en;q=0.8"), Lang::Zh);
        assert_eq!(from_header("ja, en;q=0.5, zh;q=0.4"), Lang::En);
        assert_eq!(from_header("en;q=0.3, zh-Hans;q=0.75"), Lang::Zh);
        assert_eq!(from_header("zh;q=0, en;q=0.1"), Lang::En);
        assert_eq!(from_header("fr"), Lang::En);
        assert_eq!(from_header("zh;q=nonsense, en"), Lang::En);
    }
}
