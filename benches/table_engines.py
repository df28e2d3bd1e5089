"""The decision of scenario A in Polars and in DuckDB, beside `originis batch`.

    cargo bench -p originis-batch --bench throughput -- --generate DIR LINES
    cargo bench -p originis-batch --bench throughput -- --measure batch A DIR 2
    python3 benches/table_engines.py DIR [ROUNDS]

Needs the packages `polars` and `duckdb`. What the two engines are asked is the
part of the decision a join can express: the rule of the subheading, both rates
and the saving. The rules and rates are those the batch itself wrote (one row
for each subheading, importer and day), so the engines are spared the law and get the
look-ups only, which favours them. Their saving is compared with that of the
batch, line by line; a difference ends the script with an error.
"""

import csv
import statistics
import sys
import time
from pathlib import Path

import duckdb
import polars as pl


def tables(directory: Path) -> None:
    """One row of rule and rates for each code, importer and day, from the batch."""
    seen = {}
    with open(directory / "out.csv", newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            key = (row["hs"], row["to"], row["date"])
            seen.setdefault(
                key, (row["roo_rule"], row["roo_mfn_rate"], row["roo_pref_rate"])
            )
    with open(directory / "look-ups.csv", "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(["hs", "to", "date", "rule", "mfn", "pref"])
        for (hs, to, date), (rule, mfn, pref) in sorted(seen.items()):
            writer.writerow([hs, to, date, rule, mfn, pref])


def with_polars(directory: Path, out: Path) -> None:
    text = {name: pl.Utf8 for name in ["hs", "to", "date", "rule", "mfn", "pref"]}
    lines = pl.read_csv(directory / "lines.csv", infer_schema_length=0)
    rates = pl.read_csv(directory / "look-ups.csv", schema_overrides=text)
    thousandths = lambda name: (
        pl.col(name).cast(pl.Float64, strict=False) * 1000
    ).round().cast(pl.Int64)
    cents = (pl.col("customs_value").cast(pl.Float64) * 100).round().cast(pl.Int64)
    joined = lines.join(rates, on=["hs", "to", "date"], how="left").with_columns(
        saving=cents * 100 * (thousandths("mfn") - thousandths("pref")).clip(lower_bound=0)
    )
    joined.with_columns(saving=(pl.col("saving") * 2 + 100_000) // 200_000).write_csv(out)


def with_duckdb(directory: Path, out: Path) -> None:
    duckdb.sql(
        f"""
        copy (
            with joined as (
                select l.*, r.rule, r.mfn, r.pref,
                    cast(round(cast(l.customs_value as decimal(18, 2)) * 100) as bigint)
                        * 100 as value,
                    cast(round(try_cast(r.mfn as decimal(9, 3)) * 1000) as bigint) as m,
                    cast(round(try_cast(r.pref as decimal(9, 3)) * 1000) as bigint) as p
                from read_csv('{directory}/lines.csv', all_varchar = true) l
                left join read_csv('{directory}/look-ups.csv', all_varchar = true) r
                    on l.hs = r.hs and l."to" = r."to" and l."date" = r."date"
            )
            -- `greatest` passes over a missing rate and would call it no saving.
            select * exclude (value, m, p),
                (value * (case when m > p then m - p when m <= p then 0 end) * 2
                    + 100000) // 200000 as saving
            from joined
        ) to '{out}' (header, delimiter ',')
        """
    )


def savings(path: Path, column: str, scale: int) -> dict:
    """Saving in ten-thousandths by line."""
    found = {}
    with open(path, newline="", encoding="utf-8") as lines:
        for row in csv.DictReader(lines):
            text = row[column]
            if text and scale != 1:
                whole, _, fraction = text.partition(".")
                text = str(int(whole) * scale + int(fraction.ljust(4, "0")))
            found[row["entry_id"], row["line_no"]] = text
    return found


def main() -> None:
    directory = Path(sys.argv[1])
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 5
    tables(directory)
    expected = savings(directory / "out.csv", "roo_saving", 10_000)
    contenders = {"polars": with_polars, "duckdb": with_duckdb}
    times = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, run in contenders.items():
            started = time.perf_counter_ns()
            run(directory, directory / f"{name}.csv")
            times[name].append((time.perf_counter_ns() - started) // 1000)
    for name in contenders:
        found = savings(directory / f"{name}.csv", "saving", 1)
        different = sum(1 for key, text in expected.items() if found.get(key) != text)
        if different or len(found) != len(expected):
            sys.exit(f"{name}: {different} of {len(expected)} lines differ")
        raw = " ".join(map(str, times[name]))
        print(f"A\t{name}\tall\t{raw}\t{int(statistics.median(times[name]))}")


if __name__ == "__main__":
    main()
