//! What every command needs: the language and the rule tables.

use std::env;
use std::path::PathBuf;

use originis_exchange::Lang;
use originis_rule_tables::Cache;
use originis_rules_engine::rulebook::RuleBook;

use crate::args::Common;
use crate::exit::Failure;

/// Language and rule tables of this run.
#[derive(Debug)]
pub struct Context {
    /// The language of everything a person reads.
    pub lang: Lang,
    /// Directories with tables of the user, read on top of the shipped ones.
    pub directories: Vec<PathBuf>,
}

impl Context {
    /// From the options and the environment.
    pub fn new(common: &Common) -> Self {
        let mut directories: Vec<PathBuf> = env::var_os("ORIGINIS_RULES")
            .map(|value| {
                env::split_paths(&value)
                    .filter(|path| !path.as_os_str().is_empty())
                    .collect()
            })
            .unwrap_or_default();
        directories.extend(common.rules.iter().cloned());
        Self {
            lang: common.lang.unwrap_or_else(locale),
            directories,
        }
    }

    /// The shipped tables and those of the user.
    ///
    /// # Errors
    /// [`Failure::Rules`] when a table is broken.
    pub fn book(&self) -> Result<RuleBook, Failure> {
        Ok(originis_rule_tables::open(
            &self.directories,
            &Cache::user(),
        )?)
    }

    /// The text in the language of this run.
    pub const fn say<'a>(&self, en: &'a str, zh: &'a str) -> &'a str {
        self.lang.pick(en, zh)
    }
}

/// The language of the environment, in the order POSIX looks at it.
pub fn locale() -> Lang {
    ["LC_ALL", "LC_MESSAGES", "LANG"]
        .into_iter()
        .filter_map(|name| env::var(name).ok())
        .find(|value| !value.is_empty())
        .and_then(|value| Lang::from_tag(&value))
        .unwrap_or_default()
}
