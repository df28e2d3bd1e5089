//! The table of operations: every address with its method, parameters, body and
//! answers. The API document, the counters and the answers to wrong methods are
//! all read from it.

use http::Method;

/// One operation of the API.
#[derive(Debug, Clone, Copy)]
pub struct Operation {
    /// Its id in the API document, in the counters and in the log.
    pub id: &'static str,
    /// `GET`, `POST` or `DELETE`.
    pub method: &'static str,
    /// Its address, with `{name}` for variable segments.
    pub path: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// What else a caller must know.
    pub description: &'static str,
    /// Parameters in the address or query.
    pub parameters: &'static [Parameter],
    /// Accepted bodies; empty when it takes none.
    pub bodies: &'static [Media],
    /// Answers when it succeeds, by status.
    pub answers: &'static [(u16, &'static str, &'static [Media])],
    /// Statuses of the problem documents it may answer with.
    pub problems: &'static [u16],
    /// Whether it belongs to an owner, so that a key is needed beyond loopback.
    pub owned: bool,
}

/// A parameter of an operation.
#[derive(Debug, Clone, Copy)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// `path`, `query` or `header`.
    pub place: &'static str,
    /// What it means.
    pub description: &'static str,
    /// The words it may have; empty for free text.
    pub words: &'static [&'static str],
    /// A value that works, for the document and its test.
    pub example: &'static str,
    /// Whether it must be given.
    pub required: bool,
}

/// A body: its media type and the name of its schema; empty for plain text and
/// files.
#[derive(Debug, Clone, Copy)]
pub struct Media {
    /// The media type.
    pub kind: &'static str,
    /// The name of the schema.
    pub schema: &'static str,
}

const fn json(schema: &'static str) -> Media {
    Media {
        kind: "application/json",
        schema,
    }
}

const fn file(kind: &'static str) -> Media {
    Media { kind, schema: "" }
}

const fn parameter(
    name: &'static str,
    place: &'static str,
    example: &'static str,
    description: &'static str,
) -> Parameter {
    Parameter {
        name,
        place,
        description,
        words: &[],
        example,
        required: matches!(place.as_bytes(), b"path"),
    }
}

const fn choice(
    name: &'static str,
    words: &'static [&'static str],
    description: &'static str,
) -> Parameter {
    Parameter {
        name,
        place: "query",
        description,
        words,
        example: match words {
            [first, ..] => first,
            [] => "",
        },
        required: false,
    }
}

const fn required(
    name: &'static str,
    example: &'static str,
    description: &'static str,
) -> Parameter {
    Parameter {
        required: true,
        ..parameter(name, "query", example, description)
    }
}

const HS: Parameter = parameter("hs", "path", "611012", "HS code, with or without dots");
const DATE: Parameter = parameter(
    "date",
    "query",
    "2026-07-15",
    "Day of importation; left out, rates are given over the years and rules as the latest table \
     has them",
);
const EDITION: Parameter = choice(
    "edition",
    &["2022", "2017", "2012"],
    "HS edition of the code; 2022 when left out",
);
const AGREEMENT: Parameter = choice(
    "agreement",
    &["RCEP", "APTA"],
    "Only this agreement; all when left out",
);
const CURSOR: Parameter = parameter(
    "cursor",
    "query",
    "",
    "Where the next page begins, from `next`",
);
const LIMIT: Parameter = parameter("limit", "query", "20", "Entries on a page, at most 100");
const BATCH: Parameter = parameter(
    "id",
    "path",
    "0123456789abcdef0123456789abcdef",
    "Id of the batch",
);
const LEARN_CASE: Parameter = parameter(
    "case",
    "path",
    "cashmere-pullover-jp",
    "Id of the case, from `/v1/learn`",
);
const CLASS: Parameter = parameter("code", "path", "", "Code of the class");
const CLASS_TOKEN: Parameter = Parameter {
    required: true,
    ..parameter(
        "x-class-token",
        "header",
        "",
        "The trainer's token, or the one given on joining",
    )
};
const CSV: Media = file("text/csv");
const XLSX: Media = file("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet");
const FORM: Media = file("multipart/form-data");
const NDJSON: Media = file("application/x-ndjson");

/// Every operation.
pub const ALL: &[Operation] = &[
    Operation {
        id: "determine",
        method: "POST",
        path: "/v1/determinations",
        summary: "Decide one good",
        description: "Without `agreement` every agreement that binds both countries on the date is \
                      decided and the best one named. The decision is kept as a record unless \
                      `save=false`.",
        parameters: &[
            choice(
                "save",
                &["true", "false"],
                "Whether to keep the decision as a record",
            ),
            choice(
                "advice",
                &["false", "true"],
                "Add `advice`: verified changes that would make the good qualify, and how firmly \
                 it qualifies",
            ),
        ],
        bodies: &[json("Request")],
        answers: &[
            (200, "The decision", &[json("Decision")]),
            (
                201,
                "The decision, saved as a new record",
                &[json("Decision")],
            ),
        ],
        problems: &[400, 401, 408, 413, 415, 503],
        owned: true,
    },
    Operation {
        id: "advise",
        method: "POST",
        path: "/v1/advice/{topic}",
        summary: "Advise on one good, or on a list of goods",
        description: "`compare` sets the agreements side by side; `origin` explains RCEP Article \
                      2.6; `repair` finds what would make the good qualify or what would break it; \
                      `scenarios` decides alternatives; `proof` lists proofs, dates and evidence \
                      and fills the sheets; `certificate` checks one already issued; `diff` \
                      compares two days.",
        parameters: &[
            Parameter {
                words: &[
                    "compare",
                    "origin",
                    "repair",
                    "scenarios",
                    "proof",
                    "certificate",
                    "diff",
                ],
                ..parameter("topic", "path", "compare", "What to advise on")
            },
            choice(
                "format",
                &["json", "html", "xlsx"],
                "The report as JSON, as a page to print, or as a workbook",
            ),
        ],
        bodies: &[json("AdviceQuestion")],
        answers: &[(
            200,
            "The report",
            &[json("AdviceReport"), file("text/html"), XLSX],
        )],
        problems: &[400, 401, 404, 408, 413, 415, 503],
        owned: true,
    },
    Operation {
        id: "list_determinations",
        method: "GET",
        path: "/v1/determinations",
        summary: "List saved decisions, newest first",
        description: "",
        parameters: &[CURSOR, LIMIT],
        bodies: &[],
        answers: &[(200, "One page of the list", &[json("DecisionList")])],
        problems: &[400, 401],
        owned: true,
    },
    Operation {
        id: "replay_determination",
        method: "GET",
        path: "/v1/determinations/{id}",
        summary: "Decide a saved question again",
        description: "With the tables the decision was made from, the answer is the same. When the \
                      tables have changed, `tables_changed` says so and `changes` lists what moved.",
        parameters: &[parameter(
            "id",
            "path",
            "",
            "The `decision_id` of the answer",
        )],
        bodies: &[],
        answers: &[(200, "The record and its replay", &[json("Replay")])],
        problems: &[401, 404],
        owned: true,
    },
    Operation {
        id: "create_batch",
        method: "POST",
        path: "/v1/batches",
        summary: "Upload a declaration file",
        description: "The body is the file itself: CSV in UTF-8 or GB18030, an Excel workbook, or \
                      NDJSON with one row a line; or a form with the parts `file` and `materials`, a bill \
                      of materials. The batch is decided in the background.",
        parameters: &[
            parameter(
                "name",
                "query",
                "declarations.csv",
                "Name of the file, for display",
            ),
            choice(
                "format",
                &["csv", "ndjson", "xlsx"],
                "Format of the result; that of the upload when left out",
            ),
            AGREEMENT,
            parameter(
                "from",
                "query",
                "CN",
                "Exporting country of lines that do not name one",
            ),
            parameter(
                "to",
                "query",
                "JP",
                "Importing country of lines that do not name one",
            ),
            parameter(
                "date",
                "query",
                "2026-07-15",
                "Day of lines that do not name one",
            ),
        ],
        bodies: &[CSV, NDJSON, XLSX, FORM],
        answers: &[(202, "The batch is waiting", &[json("Batch")])],
        problems: &[400, 401, 408, 413, 415, 429],
        owned: true,
    },
    Operation {
        id: "list_batches",
        method: "GET",
        path: "/v1/batches",
        summary: "List batches, newest first",
        description: "",
        parameters: &[CURSOR, LIMIT],
        bodies: &[],
        answers: &[(200, "One page of the list", &[json("BatchList")])],
        problems: &[400, 401],
        owned: true,
    },
    Operation {
        id: "batch_progress",
        method: "GET",
        path: "/v1/batches/{id}",
        summary: "How far a batch is",
        description: "",
        parameters: &[BATCH],
        bodies: &[],
        answers: &[(200, "The batch", &[json("Batch")])],
        problems: &[401, 404],
        owned: true,
    },
    Operation {
        id: "cancel_batch",
        method: "DELETE",
        path: "/v1/batches/{id}",
        summary: "Cancel a batch that waits or runs",
        description: "",
        parameters: &[BATCH],
        bodies: &[],
        answers: &[(200, "The batch, cancelled", &[json("Batch")])],
        problems: &[401, 404, 409],
        owned: true,
    },
    Operation {
        id: "batch_result",
        method: "GET",
        path: "/v1/batches/{id}/result",
        summary: "Download the decided file",
        description: "The columns, order and encoding of the upload with the `roo_` columns after \
                      them. Text that a spreadsheet would run as a formula is made inert.",
        parameters: &[BATCH],
        bodies: &[],
        answers: &[(200, "The file", &[CSV, NDJSON, XLSX])],
        problems: &[401, 404, 409],
        owned: true,
    },
    Operation {
        id: "batch_rejects",
        method: "GET",
        path: "/v1/batches/{id}/rejects",
        summary: "Download the rows that could not be used, or only in part",
        description: "One line for each fault: row and column of the upload, a stable word, the \
                      cell, what it was read as, and the reason. UTF-8.",
        parameters: &[BATCH],
        bodies: &[],
        answers: &[(200, "The rows", &[CSV])],
        problems: &[401, 404, 409],
        owned: true,
    },
    Operation {
        id: "batch_missing_facts",
        method: "GET",
        path: "/v1/batches/{id}/missing-facts",
        summary: "Download the lines that need facts",
        description: "The columns and encoding of the upload with empty columns for the facts a \
                      decision needs; `roo_missing` names those of each line. Completed, it can be \
                      uploaded as a declaration file.",
        parameters: &[BATCH],
        bodies: &[],
        answers: &[(200, "The lines", &[CSV])],
        problems: &[401, 404, 409],
        owned: true,
    },
    Operation {
        id: "batch_missing_materials",
        method: "GET",
        path: "/v1/batches/{id}/missing-materials",
        summary: "Download the materials that are asked for",
        description: "A row for each product, or each line, whose materials are not known. \
                      Completed, it can be uploaded as the part `materials`. UTF-8.",
        parameters: &[BATCH],
        bodies: &[],
        answers: &[(200, "The rows", &[CSV])],
        problems: &[401, 404, 409],
        owned: true,
    },
    Operation {
        id: "batch_report",
        method: "GET",
        path: "/v1/batches/{id}/report",
        summary: "The report on a batch",
        description: "",
        parameters: &[BATCH],
        bodies: &[],
        answers: &[(200, "The report", &[file("text/html")])],
        problems: &[401, 404, 409],
        owned: true,
    },
    Operation {
        id: "rules",
        method: "GET",
        path: "/v1/rules/{hs}",
        summary: "The origin rules for a code",
        description: "",
        parameters: &[HS, DATE, EDITION, AGREEMENT],
        bodies: &[],
        answers: &[(200, "The rules", &[json("Rules")])],
        problems: &[400, 401],
        owned: true,
    },
    Operation {
        id: "rates",
        method: "GET",
        path: "/v1/rates/{hs}",
        summary: "Duty rates for a code, on a day or over the years",
        description: "A rate that is not loaded is said to be not loaded, never shown as a number.",
        parameters: &[
            HS,
            required("to", "JP", "Importing country"),
            required(
                "from",
                "CN",
                "Exporting country, taken as the country of origin",
            ),
            DATE,
            EDITION,
            AGREEMENT,
        ],
        bodies: &[],
        answers: &[(200, "The rates", &[json("Rates")])],
        problems: &[400, 401],
        owned: true,
    },
    Operation {
        id: "codes",
        method: "GET",
        path: "/v1/codes",
        summary: "Find HS codes by words in English or Chinese, or by digits",
        description: "",
        parameters: &[parameter("q", "query", "sweater", "Words or digits"), LIMIT],
        bodies: &[],
        answers: &[(200, "Codes found", &[json("CodeList")])],
        problems: &[400, 401],
        owned: true,
    },
    Operation {
        id: "vocabulary",
        method: "GET",
        path: "/v1/vocabulary",
        summary: "The countries, agreements and operation words the tables know",
        description: "",
        parameters: &[],
        bodies: &[],
        answers: &[(200, "The vocabulary", &[json("Vocabulary")])],
        problems: &[401],
        owned: true,
    },
    Operation {
        id: "examples",
        method: "GET",
        path: "/v1/examples",
        summary: "Worked examples that can be decided as they are",
        description: "",
        parameters: &[],
        bodies: &[],
        answers: &[(200, "The examples", &[json("ExampleList")])],
        problems: &[401],
        owned: true,
    },
    Operation {
        id: "coverage",
        method: "GET",
        path: "/v1/coverage",
        summary: "What is loaded, from when, and how sure it is",
        description: "",
        parameters: &[],
        bodies: &[],
        answers: &[(200, "The coverage", &[json("Coverage")])],
        problems: &[401],
        owned: true,
    },
    Operation {
        id: "learn",
        method: "GET",
        path: "/v1/learn",
        summary: "Sectors, cases and lessons of the training library",
        description: "",
        parameters: &[],
        bodies: &[],
        answers: &[(200, "The library", &[json("LearnLibrary")])],
        problems: &[401],
        owned: true,
    },
    Operation {
        id: "lesson",
        method: "GET",
        path: "/v1/learn/lessons/{lesson}",
        summary: "A lesson to read",
        description: "",
        parameters: &[parameter(
            "lesson",
            "path",
            "tariff-shift",
            "Id of the lesson, from `/v1/learn`",
        )],
        bodies: &[],
        answers: &[(200, "The lesson", &[json("Lesson")])],
        problems: &[401, 404],
        owned: true,
    },
    Operation {
        id: "learn_case",
        method: "GET",
        path: "/v1/learn/cases/{case}",
        summary: "A case before it is predicted: facts and choices, without the key",
        description: "",
        parameters: &[LEARN_CASE],
        bodies: &[],
        answers: &[(200, "The case", &[json("LearnQuestion")])],
        problems: &[401, 404],
        owned: true,
    },
    Operation {
        id: "predict",
        method: "POST",
        path: "/v1/learn/cases/{case}/predictions",
        summary: "Predict, and be answered by the engine",
        description: "Either a `choice` of the case, or a `change` of one fact with the `verdict` \
                      predicted after it. The key is decided when it is asked for; nothing of the \
                      prediction is kept.",
        parameters: &[LEARN_CASE],
        bodies: &[json("Prediction")],
        answers: &[(200, "The reply", &[json("PredictionReply")])],
        problems: &[400, 401, 404, 408, 413, 415, 503],
        owned: true,
    },
    Operation {
        id: "clinic",
        method: "POST",
        path: "/v1/learn/clinic",
        summary: "Rank a firm's products by the duty an unused preference would save",
        description: "The body is the product list, one product a row with the headings of a \
                      declaration: code, name, where made, where sold, customs value of a year, \
                      agreement claimed today. It is not kept.",
        parameters: &[required("date", "2026-07-15", "Day rates are read on")],
        bodies: &[CSV, NDJSON, XLSX],
        answers: &[(200, "The products, ranked", &[json("Clinic")])],
        problems: &[400, 401, 408, 413, 503],
        owned: true,
    },
    Operation {
        id: "open_class",
        method: "POST",
        path: "/v1/classes",
        summary: "Open a class",
        description: "Answers with a code for the participants and a token for the trainer. A class \
                      is kept in memory only and forgotten two hours after its last answer or \
                      step; nothing about a person is kept.",
        parameters: &[],
        bodies: &[json("NewClass")],
        answers: &[(201, "The class", &[json("ClassOpened")])],
        problems: &[400, 401, 408, 413, 415, 429],
        owned: true,
    },
    Operation {
        id: "join_class",
        method: "POST",
        path: "/v1/classes/{code}/participants",
        summary: "Join a class by its code",
        description: "Needs no API key: the code is enough. Joins are limited for the whole \
                      service, so that codes cannot be guessed.",
        parameters: &[CLASS],
        bodies: &[],
        answers: &[(201, "A place in the class", &[json("ClassTicket")])],
        problems: &[404, 429],
        owned: false,
    },
    Operation {
        id: "class",
        method: "GET",
        path: "/v1/classes/{code}",
        summary: "Where a class is: question, distribution and, once shown, the answer",
        description: "Needs a token of the class instead of an API key.",
        parameters: &[CLASS, CLASS_TOKEN],
        bodies: &[],
        answers: &[(200, "The class", &[json("ClassState")])],
        problems: &[404],
        owned: false,
    },
    Operation {
        id: "answer_class",
        method: "POST",
        path: "/v1/classes/{code}/answers",
        summary: "Answer the open question of a class, once",
        description: "Needs a participant's token instead of an API key.",
        parameters: &[CLASS, CLASS_TOKEN],
        bodies: &[json("ClassAnswer")],
        answers: &[(200, "The class", &[json("ClassState")])],
        problems: &[400, 404, 408, 409, 413, 415],
        owned: false,
    },
    Operation {
        id: "step_class",
        method: "POST",
        path: "/v1/classes/{code}/steps",
        summary: "Show the answer, ask the next question, or end the class",
        description: "Needs the trainer's token instead of an API key.",
        parameters: &[CLASS, CLASS_TOKEN],
        bodies: &[json("ClassStep")],
        answers: &[(200, "The class", &[json("ClassState")])],
        problems: &[400, 404, 408, 409, 413, 415],
        owned: false,
    },
    Operation {
        id: "version",
        method: "GET",
        path: "/v1/version",
        summary: "The version of the program and of its tables",
        description: "",
        parameters: &[],
        bodies: &[],
        answers: &[(200, "The version", &[json("Version")])],
        problems: &[],
        owned: false,
    },
    Operation {
        id: "health",
        method: "GET",
        path: "/health",
        summary: "Whether the process answers",
        description: "",
        parameters: &[],
        bodies: &[],
        answers: &[(200, "It does", &[json("Health")])],
        problems: &[],
        owned: false,
    },
    Operation {
        id: "ready",
        method: "GET",
        path: "/ready",
        summary: "Whether requests can be taken: tables loaded, records writable, not stopping",
        description: "",
        parameters: &[],
        bodies: &[],
        answers: &[(200, "They can", &[json("Health")])],
        problems: &[503],
        owned: false,
    },
    Operation {
        id: "metrics",
        method: "GET",
        path: "/metrics",
        summary: "Counters in the text format of Prometheus",
        description: "",
        parameters: &[],
        bodies: &[],
        answers: &[(200, "The counters", &[file("text/plain")])],
        problems: &[401],
        owned: true,
    },
    Operation {
        id: "openapi",
        method: "GET",
        path: "/openapi.json",
        summary: "This document",
        description: "",
        parameters: &[],
        bodies: &[],
        answers: &[(200, "The document", &[file("application/json")])],
        problems: &[],
        owned: false,
    },
];

/// The id of the operation a request is for; files of the page are `page`, all
/// else is `none`. Used where an unbounded set of names would do harm.
pub fn of(method: &Method, path: &str) -> &'static str {
    let method = if *method == Method::HEAD {
        Method::GET
    } else {
        method.clone()
    };
    if let Some(operation) = at(path).find(|operation| operation.method == method.as_str()) {
        return operation.id;
    }
    if method == Method::GET && crate::page::exists(path) {
        return "page";
    }
    "none"
}

/// The methods an address takes, for `Allow`; empty when there is no such
/// address.
pub fn methods(path: &str) -> String {
    let mut methods: Vec<&str> = at(path).map(|operation| operation.method).collect();
    if methods.is_empty() && crate::page::exists(path) {
        methods.push("GET");
    }
    if methods.contains(&"GET") {
        methods.push("HEAD");
    }
    methods.join(", ")
}

fn at(path: &str) -> impl Iterator<Item = &'static Operation> {
    ALL.iter().filter(move |operation| {
        let mut wanted = operation.path.split('/');
        let mut given = path.split('/');
        loop {
            match (wanted.next(), given.next()) {
                (None, None) => return true,
                (Some(wanted), Some(given))
                    if wanted == given || (wanted.starts_with('{') && !given.is_empty()) => {}
                _ => return false,
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_finds_its_operation_and_methods() {
        assert_eq!(of(&Method::GET, "/v1/rules/6110.12"), "rules");
        assert_eq!(of(&Method::HEAD, "/v1/coverage"), "coverage");
        assert_eq!(of(&Method::PUT, "/v1/coverage"), "none");
        assert_eq!(of(&Method::GET, "/v1/rules/"), "none");
        assert_eq!(methods("/v1/batches/1"), "GET, DELETE, HEAD");
        assert_eq!(methods("/nowhere"), "");
    }
}
