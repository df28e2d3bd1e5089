//! How long the shipped tables take to load: from the tables themselves and from
//! a compiled image. Run with `cargo run --release -p originis-rule-tables
//! --example load_time`; prints one line for each round and the medians.

use std::time::{Duration, Instant};

use originis_rule_tables::{Cache, LoadError, Sources, load};

const ROUNDS: usize = 9;

fn main() -> Result<(), LoadError> {
    let directory = std::env::temp_dir().join(format!("originis-load-time-{}", std::process::id()));
    let cache = Cache::at(directory.clone());
    // The first load leaves the image that the rounds read.
    cache.load(&Sources::shipped())?;
    let mut tables = Vec::with_capacity(ROUNDS);
    let mut image = Vec::with_capacity(ROUNDS);
    for round in 1..=ROUNDS {
        let start = Instant::now();
        let book = load(&Sources::shipped())?;
        tables.push(start.elapsed());
        let start = Instant::now();
        let again = cache.load(&Sources::shipped())?;
        image.push(start.elapsed());
        assert_eq!(book.fingerprint, again.fingerprint);
        println!(
            "round {round}: from tables {} ms, from image {} ms",
            milliseconds(tables.last()),
            milliseconds(image.last())
        );
    }
    println!(
        "median: from tables {} ms, from image {} ms",
        milliseconds(median(&mut tables)),
        milliseconds(median(&mut image))
    );
    if let Err(error) = std::fs::remove_dir_all(&directory) {
        eprintln!("{} is left behind: {error}", directory.display());
    }
    Ok(())
}

fn median(times: &mut [Duration]) -> Option<&Duration> {
    times.sort_unstable();
    times.get(times.len() / 2)
}

fn milliseconds(time: Option<&Duration>) -> String {
    let microseconds = time.map_or(0, Duration::as_micros);
    format!("{}.{:03}", microseconds / 1_000, microseconds % 1_000)
}
