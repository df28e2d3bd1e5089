//! Counters for Prometheus, in its text format. No label carries business data.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the latency buckets, in microseconds.
const BUCKETS: [u64; 12] = [
    100, 250, 500, 1_000, 2_500, 5_000, 10_000, 25_000, 100_000, 500_000, 2_000_000, 10_000_000,
];

/// All counters of one service.
#[derive(Debug, Default)]
pub struct Metrics {
    requests: Mutex<BTreeMap<(&'static str, u16), u64>>,
    buckets: [AtomicU64; BUCKETS.len()],
    latency_count: AtomicU64,
    latency_micros: AtomicU64,
    /// Connections open now.
    pub connections: AtomicI64,
    /// Connections closed because the client was too slow.
    pub slow_clients: AtomicU64,
    /// Determinations by verdict: originating, not originating, undetermined.
    verdicts: [AtomicU64; 3],
    /// Decisions written to the store.
    pub saved: AtomicU64,
    /// Batches running now.
    pub batches_running: AtomicI64,
    /// Rows of finished batches.
    pub batch_rows: AtomicU64,
}

impl Metrics {
    /// Counts one answered request. `operation` is its id in the API document.
    pub fn request(&self, operation: &'static str, status: u16, took: Duration) {
        let micros = u64::try_from(took.as_micros()).unwrap_or(u64::MAX);
        *self
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .entry((operation, status))
            .or_default() += 1;
        for (bound, count) in BUCKETS.iter().zip(&self.buckets) {
            if micros <= *bound {
                count.fetch_add(1, Ordering::Relaxed);
            }
        }
        self.latency_count.fetch_add(1, Ordering::Relaxed);
        self.latency_micros.fetch_add(micros, Ordering::Relaxed);
    }

    /// Counts one determination by the name of its verdict.
    pub fn verdict(&self, name: &str) {
        let slot = match name {
            "originating" => self.verdicts.first(),
            "not_originating" => self.verdicts.get(1),
            _ => self.verdicts.get(2),
        };
        if let Some(slot) = slot {
            slot.fetch_add(1, Ordering::Relaxed);
        }
    }

    /// The text Prometheus reads.
    pub fn render(&self) -> String {
        let mut text = String::new();
        head(
            &mut text,
            "originis_http_requests_total",
            "counter",
            "Requests answered",
        );
        let requests = self
            .requests
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone();
        for ((operation, status), count) in requests {
            let _ = writeln!(
                text,
                "originis_http_requests_total{{operation=\"{operation}\",status=\"{status}\"}} {count}"
            );
        }
        let name = "originis_http_request_duration_seconds";
        head(&mut text, name, "histogram", "Time to answer");
        for (bound, count) in BUCKETS.iter().zip(&self.buckets) {
            let _ = writeln!(
                text,
                "{name}_bucket{{le=\"{}\"}} {}",
                seconds(*bound),
                count.load(Ordering::Relaxed)
            );
        }
        let count = self.latency_count.load(Ordering::Relaxed);
        let _ = writeln!(text, "{name}_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(
            text,
            "{name}_sum {}",
            seconds(self.latency_micros.load(Ordering::Relaxed))
        );
        let _ = writeln!(text, "{name}_count {count}");
        head(
            &mut text,
            "originis_determinations_total",
            "counter",
            "Determinations made one at a time",
        );
        let verdicts = ["originating", "not_originating", "undetermined"];
        for (verdict, count) in verdicts.iter().zip(&self.verdicts) {
            let _ = writeln!(
                text,
                "originis_determinations_total{{verdict=\"{verdict}\"}} {}",
                count.load(Ordering::Relaxed)
            );
        }
        for (name, help, value) in [
            (
                "originis_slow_clients_total",
                "Connections closed because the client was too slow",
                &self.slow_clients,
            ),
            (
                "originis_decisions_saved_total",
                "Decisions written to the store",
                &self.saved,
            ),
            (
                "originis_batch_rows_total",
                "Rows of finished batches",
                &self.batch_rows,
            ),
        ] {
            head(&mut text, name, "counter", help);
            let _ = writeln!(text, "{name} {}", value.load(Ordering::Relaxed));
        }
        for (name, help, value) in [
            (
                "originis_connections",
                "Connections open now",
                &self.connections,
            ),
            (
                "originis_batches_running",
                "Batches running now",
                &self.batches_running,
            ),
        ] {
            head(&mut text, name, "gauge", help);
            let _ = writeln!(text, "{name} {}", value.load(Ordering::Relaxed));
        }
        text
    }
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    let _ = writeln!(text, "# HELP {name} {help}");
    let _ = writeln!(text, "# TYPE {name} {kind}");
}

/// Microseconds printed as seconds.
fn seconds(micros: u64) -> String {
    format!("{}.{:06}", micros / 1_000_000, micros % 1_000_000)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn buckets_are_cumulative_and_seconds_are_printed() {
        let metrics = Metrics::default();
        metrics.request("determine", 200, Duration::from_micros(240));
        metrics.request("determine", 200, Duration::from_millis(3));
        metrics.verdict("undetermined");
        let text = metrics.render();
        for line in [
            "originis_http_requests_total{operation=\"determine\",status=\"200\"} 2",
            "originis_http_request_duration_seconds_bucket{le=\"0.000100\"} 0",
            "originis_http_request_duration_seconds_bucket{le=\"0.000250\"} 1",
            "originis_http_request_duration_seconds_bucket{le=\"0.005000\"} 2",
            "originis_http_request_duration_seconds_sum 0.003240",
            "originis_determinations_total{verdict=\"undetermined\"} 1",
        ] {
            assert!(text.lines().any(|printed| printed == line), "{line}");
        }
    }
}
