//! The legal tests, one module each, named as in the law.
//!
//! Every test takes an [`Inquiry`] and returns an [`Outcome`]; it records its
//! findings and the facts it misses in the [`Record`].

pub mod concession;
pub mod country_of_origin;
pub mod de_minimis;
pub mod direct_consignment;
pub mod exclusively_originating;
pub mod materials;
pub mod minimal_operations;
pub mod non_originating_content;
pub mod product_rule;
pub mod proof;
pub mod rate_path;
pub mod tariff_shift;
pub mod value_content;
pub mod wholly_obtained;

use jiff::civil::Date;

use crate::agreement::{AgreementBook, CitationId};
use crate::country::Country;
use crate::determination::{
    Figures, Finding, MaterialEffect, MaterialIndexes, Missing, OriginDecision, Test,
};
use crate::facts::{FactPath, Facts, MaterialPath, Production};
use crate::hs::{HsCode, HsEdition};
use crate::outcome::Outcome;
use crate::quantity::{Amount, Weight};
use crate::rulebook::RuleBook;

/// What is being decided: the good itself or an intermediate good inside it.
#[derive(Debug, Clone, Copy)]
pub struct Inquiry<'a> {
    /// All tables.
    pub book: &'a RuleBook,
    /// The tables of the agreement.
    pub agreement: &'a AgreementBook,
    /// The day the law is read on.
    pub date: Option<Date>,
    /// The country of production.
    pub exporter: Country,
    /// The importing country.
    pub importer: Country,
    /// The code of the good.
    pub hs: Option<HsCode>,
    /// The edition of the code.
    pub edition: HsEdition,
    /// The FOB value (for an intermediate good, its value).
    pub fob: Option<Amount>,
    /// The weight of the good.
    pub weight: Option<Weight>,
    /// The part of a rule split by product.
    pub part: Option<u8>,
    /// How it is produced.
    pub production: &'a Production,
    /// Material indexes that lead to an intermediate good; empty for the good.
    pub path: &'a [u16],
}

/// Findings and missing facts in the making.
#[derive(Debug, Default)]
pub struct Record {
    /// Findings so far.
    pub findings: Vec<Finding>,
    /// Facts missing so far.
    pub missing: Vec<Missing>,
    /// Room for the effects of the materials.
    pub(crate) effects: Vec<MaterialEffect>,
}

impl Record {
    /// An empty record with room for the findings of a usual good.
    pub fn with_room() -> Self {
        Self {
            findings: Vec::with_capacity(12),
            missing: Vec::new(),
            effects: Vec::new(),
        }
    }

    /// An empty record in the room of a decision that has been read, for callers
    /// who decide one good after the other.
    pub fn in_place_of(decision: OriginDecision) -> Self {
        let OriginDecision {
            mut findings,
            mut missing,
            mut materials,
            ..
        } = decision;
        findings.clear();
        missing.clear();
        materials.clear();
        Self {
            findings,
            missing,
            effects: materials,
        }
    }

    /// Adds a finding without figures or materials and passes its outcome on.
    pub fn find(&mut self, test: Test, outcome: Outcome, citation: CitationId) -> Outcome {
        // Made where it stays: one made first is read back in larger pieces than it
        // was written in, for which the processor has to wait.
        self.findings.extend(std::iter::once_with(|| {
            Finding::bare(test, outcome, citation)
        }));
        outcome
    }

    /// Adds a finding and passes its outcome on.
    pub fn find_with(
        &mut self,
        test: Test,
        outcome: Outcome,
        citation: CitationId,
        figures: Figures,
        materials: MaterialIndexes,
    ) -> Outcome {
        self.findings.extend(std::iter::once_with(|| {
            Finding::new(test, outcome, citation, figures, materials)
        }));
        outcome
    }

    /// Runs a test and forgets the facts it asked for unless its outcome
    /// depends on them.
    pub fn asking(&mut self, test: impl FnOnce(&mut Self) -> Outcome) -> Outcome {
        let asked = self.missing.len();
        let outcome = test(self);
        self.answered(asked, outcome)
    }

    /// Forgets the facts asked for since there were `asked` of them, unless an
    /// outcome depends on them, and passes the outcome on.
    #[inline]
    pub fn answered(&mut self, asked: usize, outcome: Outcome) -> Outcome {
        if outcome != Outcome::Unknown {
            self.missing.truncate(asked);
        }
        outcome
    }

    /// Notes a missing fact once.
    pub fn miss(&mut self, fact: FactPath, test: Test) {
        self.miss_with(fact, test, Vec::new());
    }

    /// Notes a missing code once, with the codes it may be.
    pub fn miss_with(&mut self, fact: FactPath, test: Test, candidates: Vec<HsCode>) {
        if !self.missing.iter().any(|known| known.fact == fact) {
            self.missing.push(Missing {
                fact,
                test,
                candidates,
            });
        }
    }
}

impl<'a> Inquiry<'a> {
    /// The inquiry about the good itself.
    pub fn of_good(book: &'a RuleBook, agreement: &'a AgreementBook, facts: &'a Facts) -> Self {
        Self {
            book,
            agreement,
            date: facts.date,
            exporter: facts.exporter,
            importer: facts.importer,
            hs: Some(facts.good.hs),
            edition: facts.good.edition,
            fob: facts.good.fob,
            weight: facts.good.weight,
            part: facts.good.part,
            production: &facts.production,
            path: &[],
        }
    }

    /// The path of one of its materials.
    pub fn material_path(&self, index: u16) -> MaterialPath {
        let mut path = MaterialPath::from_slice(self.path);
        path.push(index);
        path
    }

    /// The fact that holds the value the shares are taken of.
    pub fn value_fact(&self) -> FactPath {
        if self.path.is_empty() {
            FactPath::Good(crate::facts::GoodField::Fob)
        } else {
            FactPath::Material(
                MaterialPath::from_slice(self.path),
                crate::facts::MaterialField::Value,
            )
        }
    }

    /// The fact that holds the code of what is decided.
    pub fn code_fact(&self) -> FactPath {
        if self.path.is_empty() {
            FactPath::Good(crate::facts::GoodField::Hs)
        } else {
            FactPath::Material(
                MaterialPath::from_slice(self.path),
                crate::facts::MaterialField::Hs,
            )
        }
    }

    /// The fact that holds the weight of what is decided.
    pub fn weight_fact(&self) -> FactPath {
        if self.path.is_empty() {
            FactPath::Good(crate::facts::GoodField::Weight)
        } else {
            FactPath::Material(
                MaterialPath::from_slice(self.path),
                crate::facts::MaterialField::Weight,
            )
        }
    }

    /// A fact about production.
    pub fn production_fact(&self, field: crate::facts::ProductionField) -> FactPath {
        FactPath::Production(MaterialPath::from_slice(self.path), field)
    }

    /// The positive FOB value; zero is no base for a share.
    pub fn positive_fob(&self) -> Option<Amount> {
        self.fob.filter(|fob| fob.minor() > 0)
    }
}
