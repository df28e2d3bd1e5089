//! The days on which the tables change. Between two of them every day is alike:
//! the law reads days only through periods and seasons, and the age of a proof.

use jiff::civil::Date;

use crate::agreement::{
    AgreementBook, AppendixTable, Dated, Formalities, ImporterTerm, PairStanding, Party, Period,
    ProductRuleTable, ProofTerm, Thresholds,
};
use crate::rulebook::RuleBook;
use crate::tariff::{TariffColumn, TariffLine, TariffTable};

/// The days and days of the year on which something in the tables begins or has
/// just ended, in order.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct TurningDays {
    days: Vec<Date>,
    days_of_year: Vec<(u8, u8)>,
}

impl TurningDays {
    /// Collects the turning days of every table. The structures are taken apart
    /// field by field, so that a new dated field cannot be forgotten.
    pub fn of(book: &RuleBook) -> Self {
        let RuleBook {
            fingerprint: _,
            as_of: _,
            nomenclature: _,
            agreements,
            tariffs,
            operations: _,
            tables: _,
            citations: _,
        } = book;
        let mut turning = Self::default();
        for agreement in agreements {
            turning.add_agreement(agreement);
        }
        for tariff in tariffs {
            turning.add_tariff(tariff);
        }
        turning.days.sort_unstable();
        turning.days.dedup();
        turning.days_of_year.sort_unstable();
        turning.days_of_year.dedup();
        turning
    }

    /// A number that days have in common when no table tells them apart.
    pub fn class(&self, day: Date) -> (usize, usize) {
        let of_year = (day.month().unsigned_abs(), day.day().unsigned_abs());
        (
            self.days.partition_point(|turning| *turning <= day),
            self.days_of_year
                .partition_point(|turning| *turning <= of_year),
        )
    }

    fn add(&mut self, period: &Period) {
        let Period { from, to } = period;
        self.days.extend(from);
        self.days.extend(to.and_then(|to| to.tomorrow().ok()));
    }

    fn add_dated<T>(&mut self, rows: &[Dated<T>]) {
        for row in rows {
            self.add(&row.period);
        }
    }

    fn add_terms<T>(&mut self, rows: &[ImporterTerm<T>]) {
        for row in rows {
            self.add(&row.term.period);
        }
    }

    fn add_agreement(&mut self, book: &AgreementBook) {
        let AgreementBook {
            agreement: _,
            parties,
            pairs,
            product_rules,
            grounds: _,
            minimal_operations: _,
            minimal_operations_status: _,
            transit_operations: _,
            proofs,
            thresholds,
            formalities,
            articles: _,
            appendices,
        } = book;
        for party in parties.iter() {
            let Party {
                country: _,
                membership,
                year_starts_in_month: _,
                tariff_differentials: _,
                least_developed,
            } = party;
            self.add(&membership.period);
            self.add_dated(least_developed);
        }
        for PairStanding {
            first: _,
            second: _,
            standing,
        } in pairs.iter()
        {
            self.add(&standing.period);
        }
        for ProductRuleTable {
            edition: _,
            period,
            citation: _,
            status: _,
            rules: _,
            by_subheading: _,
            complete_within: _,
        } in product_rules
        {
            self.add(period);
        }
        for ProofTerm {
            exporter: _,
            importer: _,
            proof: _,
            usable,
        } in proofs
        {
            self.add(&usable.period);
        }
        self.add_thresholds(thresholds);
        self.add_formalities(formalities);
        for AppendixTable {
            importer: _,
            edition: _,
            lines,
            status: _,
            citation: _,
        } in appendices
        {
            for period in lines.iter().filter_map(|(_, period)| period.as_ref()) {
                self.add(period);
            }
        }
    }

    fn add_thresholds(&mut self, thresholds: &Thresholds) {
        let Thresholds {
            de_minimis_value,
            de_minimis_weight,
            de_minimis_weight_chapters: _,
            non_originating_content,
            aggregate_content,
            non_originating_content_least_developed,
            aggregate_content_least_developed,
            domestic_value,
            proof_validity_months,
            proof_waiver_usd,
        } = thresholds;
        for ratios in [
            de_minimis_value,
            de_minimis_weight,
            non_originating_content,
            aggregate_content,
            non_originating_content_least_developed,
            aggregate_content_least_developed,
            domestic_value,
        ] {
            self.add_dated(ratios);
        }
        self.add_dated(proof_validity_months);
        self.add_dated(proof_waiver_usd);
    }

    fn add_formalities(&mut self, formalities: &Formalities) {
        let Formalities {
            late_issue_months,
            certified_copy_months,
            issue_working_days,
            record_years,
            late_issue,
            back_to_back,
            back_to_back_operations: _,
            third_party_invoice,
            duty_basis,
            origin_choice_codes,
        } = formalities;
        for numbers in [
            late_issue_months,
            certified_copy_months,
            issue_working_days,
            record_years,
        ] {
            self.add_dated(numbers);
        }
        self.add_dated(late_issue);
        self.add_dated(back_to_back);
        self.add_terms(third_party_invoice);
        self.add_terms(duty_basis);
        self.add_terms(origin_choice_codes);
    }

    fn add_tariff(&mut self, table: &TariffTable) {
        let TariffTable {
            id: _,
            importer: _,
            edition: _,
            period,
            status: _,
            citation: _,
            columns,
            lines,
            rates: _,
        } = table;
        self.add(period);
        for TariffColumn {
            name: _,
            kind: _,
            period,
        } in columns.iter()
        {
            self.add(period);
        }
        for TariffLine {
            code: _,
            season,
            conditional: _,
            cells: _,
        } in lines.iter()
        {
            if let Some(season) = season {
                self.days_of_year.push(season.from);
                self.days_of_year.push(season.after());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn the_class_of_a_day_is_the_number_of_turning_days_it_has_reached() {
        let turning = TurningDays {
            days: vec![
                date(2022, 1, 1),
                date(2022, 1, 31),
                date(2022, 2, 1),
                date(2024, 12, 31),
            ],
            days_of_year: vec![(1, 1), (3, 1), (3, 15), (12, 31)],
        };
        let mut day = date(2021, 11, 1);
        while day < date(2025, 6, 1) {
            let of_year = (day.month().unsigned_abs(), day.day().unsigned_abs());
            let reached = turning.days.iter().filter(|turned| **turned <= day).count();
            let of_year = turning
                .days_of_year
                .iter()
                .filter(|turned| **turned <= of_year)
                .count();
            assert_eq!(turning.class(day), (reached, of_year), "{day}");
            day = day.tomorrow().unwrap();
        }
        assert_eq!(TurningDays::default().class(day), (0, 0));
    }
}
