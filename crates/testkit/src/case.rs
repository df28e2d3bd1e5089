//! The case library: goods with the outcome the law demands, one per file under
//! `tests/cases/<agreement>/<verdict>/`. The same files are tests of the
//! library, of the program and of the service.

use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

/// A case as it stands in its file.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What the case is about.
    pub name: String,
    /// The same in Chinese.
    pub name_zh: String,
    /// The provisions it turns on, separated by semicolons.
    pub law: String,
    /// The sector the good belongs to.
    pub sector: String,
    /// Why the case exists.
    pub note: Option<String>,
    /// The common mistake it guards against.
    pub mistake: Option<String>,
    /// Where a published example it follows can be found.
    pub source: Option<String>,
    /// The request, in the fields of the JSON contract.
    pub request: toml::Table,
    /// What the law says.
    pub expect: Expect,
}

/// The expected answer; a field that is absent is not compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Expect {
    /// The verdict.
    pub verdict: String,
    /// The criterion for the proof of origin.
    pub criterion: Option<String>,
    /// All criteria met, in any order.
    pub criteria: Option<Vec<String>>,
    /// Facts that must be named as missing, among others.
    #[serde(default)]
    pub missing: Vec<String>,
    /// Whether the preference can be claimed.
    pub claim: Option<String>,
    /// What stands in the way of the claim, in any order.
    pub blockers: Option<Vec<String>>,
    /// Findings that must occur, among others.
    #[serde(default)]
    pub finding: Vec<ExpectFinding>,
    /// The rate.
    pub rate: Option<ExpectRate>,
    /// The country of origin.
    pub country_of_origin: Option<ExpectCountry>,
}

/// A finding that must occur.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectFinding {
    /// The test.
    pub test: String,
    /// Its outcome.
    pub outcome: String,
    /// The materials it rests on.
    pub materials: Option<Vec<u64>>,
}

/// The expected rate; absent fields are not compared.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectRate {
    /// Most-favoured-nation duty in per cent.
    pub mfn: Option<String>,
    /// Preferential duty in per cent.
    pub preferential: Option<String>,
    /// Duty saved on the customs value.
    pub saving: Option<String>,
    /// What is known of the rate.
    pub status: Option<String>,
    /// Whether the most-favoured-nation duty is as low or lower.
    pub mfn_is_as_good: Option<bool>,
}

/// The expected country of origin.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ExpectCountry {
    /// The Party.
    pub party: String,
}

/// A case and the file it was read from.
#[derive(Debug, Clone)]
pub struct Filed {
    /// The file.
    pub path: PathBuf,
    /// The agreement its folder is named after.
    pub agreement: String,
    /// The verdict its folder is named after.
    pub verdict: String,
    /// Its content.
    pub case: Case,
}

impl fmt::Display for Filed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let slug = self.path.file_stem().unwrap_or_default().to_string_lossy();
        write!(f, "{}/{}/{slug}", self.agreement, self.verdict)
    }
}

/// Reads every case under `root`, in the order of the file names; the error
/// lists each file that cannot be read.
///
/// # Errors
/// A folder or file that cannot be opened, text that is no TOML, an unknown or
/// missing field.
pub fn read_all(root: &Path) -> Result<Vec<Filed>, String> {
    let mut cases = Vec::new();
    let mut faults = Vec::new();
    for agreement in entries(root)? {
        for verdict in entries(&agreement)? {
            for path in entries(&verdict)? {
                let read = fs::read_to_string(&path)
                    .map_err(|error| error.to_string())
                    .and_then(|text| toml::from_str(&text).map_err(|error| error.to_string()));
                match read {
                    Ok(case) => cases.push(Filed {
                        agreement: name_of(&agreement),
                        verdict: name_of(&verdict),
                        path,
                        case,
                    }),
                    Err(error) => faults.push(format!("{}: {error}", path.display())),
                }
            }
        }
    }
    if faults.is_empty() {
        Ok(cases)
    } else {
        Err(faults.join("\n"))
    }
}

fn entries(folder: &Path) -> Result<Vec<PathBuf>, String> {
    let at = |error: std::io::Error| format!("{}: {error}", folder.display());
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).map_err(at)? {
        found.push(entry.map_err(at)?.path());
    }
    found.sort();
    Ok(found)
}

fn name_of(path: &Path) -> String {
    path.file_name()
        .unwrap_or_default()
        .to_string_lossy()
        .into_owned()
}

impl Case {
    /// The request as JSON text.
    pub fn request_json(&self) -> String {
        serde_json::to_string(&self.request).unwrap()
    }

    /// The provisions the case turns on.
    pub fn provisions(&self) -> impl Iterator<Item = &str> {
        self.law.split(';').map(str::trim)
    }
}

impl Expect {
    /// Every field in which an answer, in the form of the JSON contract, differs
    /// from what is expected.
    pub fn differences(&self, answer: &Value) -> Vec<String> {
        let mut found = Vec::new();
        let mut text = |pointer: &str, expected: Option<&str>| {
            if let Some(expected) = expected {
                let actual = answer.pointer(pointer).unwrap_or(&Value::Null);
                if actual.as_str() != Some(expected) {
                    found.push(format!("{pointer}: expected {expected}, got {actual}"));
                }
            }
        };
        text("/verdict", Some(&self.verdict));
        text("/criterion", self.criterion.as_deref());
        text("/claim/outcome", self.claim.as_deref());
        if let Some(rate) = &self.rate {
            text("/rate/mfn", rate.mfn.as_deref());
            text("/rate/preferential", rate.preferential.as_deref());
            text("/rate/saving", rate.saving.as_deref());
            text("/rate/status", rate.status.as_deref());
        }
        if let Some(country) = &self.country_of_origin {
            text("/country_of_origin/party", Some(&country.party));
        }
        let mut set = |pointer: &str, expected: &Option<Vec<String>>| {
            if let Some(expected) = expected {
                let mut expected: Vec<&str> = expected.iter().map(String::as_str).collect();
                let mut actual = strings(answer.pointer(pointer));
                expected.sort_unstable();
                actual.sort_unstable();
                if actual != expected {
                    found.push(format!("{pointer}: expected {expected:?}, got {actual:?}"));
                }
            }
        };
        set("/criteria", &self.criteria);
        set("/claim/blockers", &self.blockers);
        let as_good = self.rate.as_ref().and_then(|rate| rate.mfn_is_as_good);
        let actual = answer
            .pointer("/rate/mfn_is_as_good")
            .and_then(Value::as_bool);
        if as_good.is_some() && as_good != actual {
            found.push(format!(
                "/rate/mfn_is_as_good: expected {as_good:?}, got {actual:?}"
            ));
        }
        let missing: Vec<&str> = list(answer, "/missing")
            .iter()
            .filter_map(|entry| entry.get("fact")?.as_str())
            .collect();
        for fact in &self.missing {
            if !missing.contains(&fact.as_str()) {
                found.push(format!("/missing: expected {fact} in {missing:?}"));
            }
        }
        let findings = list(answer, "/findings");
        for expected in &self.finding {
            if !findings.iter().any(|finding| expected.is_met_by(finding)) {
                let of_test: Vec<String> = findings
                    .iter()
                    .filter(|finding| finding.get("test") == Some(&expected.test.as_str().into()))
                    .map(|finding| {
                        format!(
                            "{} {}",
                            finding.get("outcome").unwrap_or(&Value::Null),
                            finding.get("materials").unwrap_or(&Value::Null)
                        )
                    })
                    .collect();
                found.push(format!(
                    "/findings: expected {} {} {:?}, got {of_test:?}",
                    expected.test, expected.outcome, expected.materials
                ));
            }
        }
        found.extend(broken_promises(answer));
        found
    }
}

impl ExpectFinding {
    fn is_met_by(&self, finding: &Value) -> bool {
        let materials = || -> Vec<u64> {
            list(finding, "/materials")
                .iter()
                .filter_map(Value::as_u64)
                .collect()
        };
        finding.get("test") == Some(&self.test.as_str().into())
            && finding.get("outcome") == Some(&self.outcome.as_str().into())
            && self
                .materials
                .as_ref()
                .is_none_or(|expected| *expected == materials())
    }
}

/// What holds for every answer, whatever the good.
fn broken_promises(answer: &Value) -> Vec<String> {
    let mut broken = Vec::new();
    let text = |pointer: &str| answer.pointer(pointer).and_then(Value::as_str);
    let is_null = |pointer: &str| answer.pointer(pointer).is_none_or(Value::is_null);
    let verdict = text("/verdict");
    if verdict == Some("undetermined") && list(answer, "/missing").is_empty() {
        broken.push("undetermined without a missing fact".to_owned());
    }
    if text("/claim/outcome") == Some("eligible") && verdict != Some("originating") {
        broken.push("eligible without being originating".to_owned());
    }
    if text("/claim/outcome") == Some("undetermined") && list(answer, "/missing").is_empty() {
        broken.push("claim undetermined without a missing fact".to_owned());
    }
    if (verdict == Some("originating")) == is_null("/criterion") {
        broken.push("a criterion goes with an originating good, and only with one".to_owned());
    }
    let status = text("/rate/status");
    let shows_a_number =
        text("/rate/preferential").is_some_and(|rate| rate.contains(|c: char| c.is_ascii_digit()));
    if matches!(status, Some("not_loaded" | "no_concession" | "excluded")) && shows_a_number {
        broken.push("a preferential rate that is not granted or not loaded is shown".to_owned());
    }
    for finding in list(answer, "/findings") {
        for field in ["summary", "citation"] {
            if finding
                .get(field)
                .and_then(Value::as_str)
                .is_none_or(str::is_empty)
            {
                broken.push(format!("a finding without {field}: {finding}"));
            }
        }
    }
    broken
}

fn list<'a>(value: &'a Value, pointer: &str) -> &'a [Value] {
    value
        .pointer(pointer)
        .and_then(Value::as_array)
        .map(Vec::as_slice)
        .unwrap_or_default()
}

fn strings(value: Option<&Value>) -> Vec<&str> {
    value
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    const CASE: &str = r#"
        name = "pullover"
        name_zh = "套头衫"
        law = "RCEP Article 3.2(c); RCEP Annex 3A chapter 61"
        sector = "garments"
        [request]
        from = "CN"
        [expect]
        verdict = "originating"
        criteria = ["RVC", "CTC"]
        missing = ["proof"]
        [[expect.finding]]
        test = "tariff_shift"
        outcome = "met"
        materials = [0]
    "#;

    #[test]
    fn each_difference_names_its_field() {
        let case: Case = toml::from_str(CASE).unwrap();
        assert_eq!(case.request_json(), r#"{"from":"CN"}"#);
        assert_eq!(case.provisions().count(), 2);
        let mut answer = json!({
            "verdict": "originating", "criterion": "CTC", "criteria": ["CTC", "RVC"],
            "missing": [{"fact": "proof"}],
            "findings": [{"test": "tariff_shift", "outcome": "met", "materials": [0],
                          "summary": "s", "citation": "c"}],
        });
        assert_eq!(case.expect.differences(&answer), [""; 0]);
        answer["criteria"] = json!(["CTC"]);
        answer["missing"] = json!([]);
        answer["findings"][0]["materials"] = json!([1]);
        let found = case.expect.differences(&answer);
        assert_eq!(found.len(), 3, "{found:?}");
        answer["verdict"] = json!("undetermined");
        let found = case.expect.differences(&answer).join("\n");
        assert!(found.contains("/verdict: expected originating"), "{found}");
        assert!(found.contains("without a missing fact"), "{found}");
    }

    #[test]
    fn an_unknown_field_is_refused() {
        for wrong in [
            CASE.replace("sector =", "sectr ="),
            CASE.replace("criteria =", "criterions ="),
            CASE.replace("materials =", "material ="),
        ] {
            assert!(toml::from_str::<Case>(&wrong).is_err());
        }
    }
}
