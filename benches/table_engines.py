"""The same decisions in Polars, DuckDB and zen-engine, beside `originis batch`.

    cargo bench -p originis-batch --bench throughput --no-run
    python3 benches/table_engines.py THROUGHPUT_BINARY [--lines N] [--rounds N]
        [--sample N] [--record FILE]

Needs the packages `polars`, `duckdb` and `zen-engine`. Every contender runs in a
process of its own, the rounds interleaved; it reads the workload and writes a
file, and what it found is compared with what the batch found, line by line: a
difference ends the script with an error.

Scenario A, look-ups: the rule of the subheading, both rates and the saving. The
rules and rates are those the batch itself wrote (one row for each subheading,
importer and day), so the engines are spared the law, which favours them.
zen-engine decides one JSON document at a time and looks through its decision
table row by row, so it is given a sample of the lines and a table of no more
than what that sample asks.

Scenario B, verdicts: the lines are joined with their materials, and the change of
chapter, heading or subheading, the tenth of the FOB value that need not make it,
and RVC 40 are computed for lines whose rule has one of the plain forms below.
What the batch decides beyond that (cumulation, minimal operations, consignment,
proof, rates, country of origin, missing facts) the engines are spared.

Money and rates are whole numbers of their smallest unit everywhere. With binary
fractions a good that stands exactly on a threshold falls on either side of it,
and the engines would differ from the law and from each other.
"""

import argparse
import csv
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path

# Rules a join can express: what must change, as a number of digits (0 for
# nothing that would do), and whether RVC 40 does as well.
PLAIN_RULES = {
    "CC": (2, False),
    "CTH": (4, False),
    "CTSH": (6, False),
    "RVC40": (0, True),
    "CC or RVC40": (2, True),
    "CTH or RVC40": (4, True),
    "CTSH or RVC40": (6, True),
}
# Chapters where weight may stand for value in the tenth that need not change; the
# workload states no weight.
TEXTILES = range(50, 64)


def rows(path: Path):
    with open(path, newline="", encoding="utf-8") as lines:
        yield from csv.DictReader(lines)


def write(path: Path, head: list, body) -> None:
    with open(path, "w", newline="", encoding="utf-8") as out:
        writer = csv.writer(out)
        writer.writerow(head)
        writer.writerows(body)


def units(text: str, places: int):
    """A decimal as a whole number of its last place; nothing for words."""
    whole, _, fraction = text.partition(".")
    if not (whole + fraction).isdigit():
        return None
    if len(fraction) > places:
        sys.exit(f"{text}: more than {places} decimals")
    return int(whole + fraction.ljust(places, "0"))


# What the batch found.


def look_ups(directory: Path) -> dict:
    """Rule and rates of each code, importer and day; savings by line."""
    seen, savings = {}, {}
    for row in rows(directory / "out.csv"):
        key = (row["hs"], row["to"], row["date"])
        mfn, pref = (units(row[f"roo_{name}_rate"], 3) for name in ["mfn", "pref"])
        seen.setdefault(key, (row["roo_rule"], mfn, pref))
        saving = units(row["roo_saving"], 4)
        savings[row["entry_id"], row["line_no"]] = "" if saving is None else str(saving)
    head = ["hs", "to", "date", "rule", "mfn", "pref"]
    write(directory / "look-ups.csv", head, (key + seen[key] for key in sorted(seen)))
    return savings


def verdicts(directory: Path) -> dict:
    """The plain rules of the lines that have one; their verdicts by line."""
    rules, found = {}, {}
    for row in rows(directory / "out.csv"):
        plain = PLAIN_RULES.get(row["roo_rule"])
        if plain and row["roo_agreement"] == "RCEP":
            rules[row["entry_id"], row["line_no"]] = (plain[0], int(plain[1]))
            found[row["entry_id"], row["line_no"]] = row["roo_verdict"]
    head = ["entry_id", "line_no", "digits", "rvc"]
    write(directory / "rules.csv", head, (key + rules[key] for key in rules))
    return found


# The contenders.


def polars_a(directory: Path, out: Path) -> None:
    import polars as pl

    whole = {"mfn": pl.Int64, "pref": pl.Int64}
    lines = pl.read_csv(directory / "lines.csv", infer_schema_length=0)
    rates = pl.read_csv(
        directory / "look-ups.csv", infer_schema_length=0, schema_overrides=whole
    )
    cents = pl.col("customs_value").str.replace(".", "", literal=True).cast(pl.Int64)
    difference = (pl.col("mfn") - pl.col("pref")).clip(lower_bound=0)
    joined = lines.join(rates, on=["hs", "to", "date"], how="left")
    joined.with_columns(saving=(cents * 100 * difference * 2 + 100_000) // 200_000).write_csv(out)


def duckdb_a(directory: Path, out: Path) -> None:
    import duckdb

    duckdb.sql(
        f"""
        copy (
            with joined as (
                select l.*, r.rule, r.mfn, r.pref,
                    cast(replace(l.customs_value, '.', '') as bigint) * 100 as value,
                    cast(r.mfn as bigint) as m, cast(r.pref as bigint) as p
                from read_csv('{directory}/lines.csv', all_varchar = true, quote = '"') l
                left join read_csv('{directory}/look-ups.csv', all_varchar = true, quote = '"') r
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


def zen_model(directory: Path, keys: set) -> dict:
    """A decision table of the look-ups, and the saving as an expression."""
    fields = ["hs", "to", "date"]
    results = ["rule", "mfn", "pref"]
    table = []
    for number, row in enumerate(rows(directory / "look-ups.csv")):
        if tuple(row[field] for field in fields) not in keys:
            continue
        cells = {field: json.dumps(row[field]) for field in fields}
        cells["rule"] = json.dumps(row["rule"])
        cells["mfn"], cells["pref"] = row["mfn"] or "null", row["pref"] or "null"
        table.append({"_id": str(number), **cells})
    named = lambda names: [
        {"id": name, "name": name, "type": "expression", "field": name} for name in names
    ]
    saving = (
        "mfn == null or pref == null ? null : "
        "floor((cents * 100 * max([mfn - pref, 0]) * 2 + 100000) / 200000)"
    )
    nodes = [
        {"id": "in", "name": "in", "type": "inputNode"},
        {
            "id": "table",
            "name": "table",
            "type": "decisionTableNode",
            "content": {
                "hitPolicy": "first",
                "passThrough": True,
                "inputs": named(fields),
                "outputs": named(results),
                "rules": table,
            },
        },
        {
            "id": "saving",
            "name": "saving",
            "type": "expressionNode",
            "content": {
                "passThrough": True,
                "expressions": [{"id": "saving", "key": "saving", "value": saving}],
            },
        },
        {"id": "out", "name": "out", "type": "outputNode"},
    ]
    order = ["in", "table", "saving", "out"]
    edges = [
        {"id": f"{source}-{target}", "sourceId": source, "targetId": target, "type": "edge"}
        for source, target in zip(order, order[1:])
    ]
    return {"nodes": nodes, "edges": edges}


def zen_a(directory: Path, out: Path) -> None:
    import zen

    sample = list(rows(directory / "sample.csv"))
    keys = {(line["hs"], line["to"], line["date"]) for line in sample}
    decision = zen.ZenEngine().create_decision(json.dumps(zen_model(directory, keys)))
    found = []
    for line in sample:
        asked = dict(line, cents=units(line["customs_value"], 2))
        answer = decision.evaluate(asked)["result"]
        saving = answer.get("saving")
        found.append(
            [line["entry_id"], line["line_no"], answer.get("rule"), answer.get("mfn"), answer.get("pref")]
            + ["" if saving is None else str(int(saving))]
        )
    write(out, ["entry_id", "line_no", "rule", "mfn", "pref", "saving"], found)


def polars_b(directory: Path, out: Path) -> None:
    import polars as pl

    key = ["entry_id", "line_no"]
    text = lambda name: pl.read_csv(directory / name, infer_schema_length=0)
    cents = lambda name: pl.col(name).str.replace(".", "", literal=True).cast(pl.Int64)
    lines = text("lines-b.csv").join(text("rules.csv"), on=key)
    lines = lines.with_columns(
        cents("fob"), pl.col("digits").cast(pl.Int64), pl.col("rvc").cast(pl.Int64)
    )
    # Originating materials change nothing: status 1.
    foreign = text("materials.csv").filter(pl.col("status") == "0").with_columns(cents("value"))
    same = pl.lit(True)
    for digits in (2, 4, 6):
        equal = pl.col("hs").str.slice(0, digits) == pl.col("hs_right").str.slice(0, digits)
        same = pl.when(pl.col("digits") == digits).then(equal).otherwise(same)
    sums = (
        foreign.join(lines, on=key, suffix="_line")
        .rename({"hs_line": "hs_right"})
        .with_columns(unmoved=pl.when(same).then(pl.col("value")).otherwise(0))
        .group_by(key)
        .agg(pl.col("value").sum().alias("vnm"), pl.col("unmoved").sum())
    )
    fob, chapter = pl.col("fob"), pl.col("hs").str.slice(0, 2).cast(pl.Int64)
    exclusively = pl.col("vnm") == 0
    moved = (pl.col("digits") > 0) & (pl.col("unmoved") * 10 <= fob)
    content = (pl.col("rvc") == 1) & ((fob - pl.col("vnm")) * 100 >= fob * 40)
    by_weight = (pl.col("digits") > 0) & chapter.is_between(TEXTILES[0], TEXTILES[-1])
    verdict = (
        pl.when(exclusively | moved | content)
        .then(pl.lit("originating"))
        .when(by_weight)
        .then(pl.lit("undetermined"))
        .otherwise(pl.lit("not_originating"))
    )
    nothing = [pl.col("vnm").fill_null(0), pl.col("unmoved").fill_null(0)]
    joined = lines.join(sums, on=key, how="left").with_columns(nothing)
    joined.with_columns(verdict=verdict).write_csv(out)


def duckdb_b(directory: Path, out: Path) -> None:
    import duckdb

    duckdb.sql(
        f"""
        copy (
            with lines as (
                select l.*, cast(r.digits as bigint) as digits, cast(r.rvc as bigint) as rvc,
                    cast(replace(l.fob, '.', '') as bigint) as cents
                from read_csv('{directory}/lines-b.csv', all_varchar = true, quote = '"') l
                join read_csv('{directory}/rules.csv', all_varchar = true, quote = '"') r
                    on l.entry_id = r.entry_id and l.line_no = r.line_no
            ),
            sums as (
                select l.entry_id, l.line_no,
                    sum(cast(replace(m.value, '.', '') as bigint)) as vnm,
                    sum(case when left(m.hs, l.digits) = left(l.hs, l.digits)
                        then cast(replace(m.value, '.', '') as bigint) else 0 end) as unmoved
                from read_csv('{directory}/materials.csv', all_varchar = true, quote = '"') m
                join lines l on l.entry_id = m.entry_id and l.line_no = m.line_no
                where m.status = '0'
                group by all
            ),
            joined as (
                select l.*, coalesce(s.vnm, 0) as vnm, coalesce(s.unmoved, 0) as unmoved
                from lines l
                left join sums s on l.entry_id = s.entry_id and l.line_no = s.line_no
            )
            select *,
                case when vnm = 0 or digits > 0 and unmoved * 10 <= cents
                        or rvc = 1 and (cents - vnm) * 100 >= cents * 40
                    then 'originating'
                    when digits > 0
                        and cast(left(hs, 2) as bigint) between {TEXTILES[0]} and {TEXTILES[-1]}
                    then 'undetermined'
                    else 'not_originating' end as verdict
            from joined
        ) to '{out}' (header, delimiter ',')
        """
    )


CONTENDERS = {
    "A": {"polars": polars_a, "duckdb": duckdb_a, "zen": zen_a},
    "B": {"polars": polars_b, "duckdb": duckdb_b},
}


def child(scenario: str, name: str, directory: Path) -> None:
    """One contender in this process: microseconds and peak memory in MiB."""
    run = CONTENDERS[scenario][name]
    # The package is loaded before the clock starts, as the batch's tables are.
    __import__(name)
    started = time.perf_counter_ns()
    run(directory, directory / f"{name}.csv")
    elapsed = (time.perf_counter_ns() - started) // 1000
    print(elapsed, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024)


def compare(path: Path, column: str, expected: dict, lines: set | None = None) -> int:
    """How many lines agree; ends the script where one does not."""
    found = {(row["entry_id"], row["line_no"]): row[column] for row in rows(path)}
    wanted = {key: expected[key] for key in lines} if lines else expected
    wrong = [key for key, text in wanted.items() if found.get(key) != text]
    if wrong or len(found) != len(wanted):
        key = wrong[0] if wrong else None
        sys.exit(
            f"{path.name}: {len(wrong)} of {len(wanted)} lines differ in {column}, "
            f"{len(found)} written; first {key}: {found.get(key)!r}, batch {wanted.get(key)!r}"
        )
    return len(found)


def sampled(directory: Path, count: int) -> set:
    """Every so many-th line goes to `sample.csv`; their keys."""
    lines = list(rows(directory / "lines.csv"))
    sample = lines[:: max(1, len(lines) // count)][:count]
    write(directory / "sample.csv", list(sample[0]), (line.values() for line in sample))
    return {(line["entry_id"], line["line_no"]) for line in sample}


def main() -> None:
    if sys.argv[1:2] == ["--child"]:
        child(sys.argv[2], sys.argv[3], Path(sys.argv[4]))
        return
    options = argparse.ArgumentParser(description="Table engines beside the batch")
    options.add_argument("throughput", help="the compiled bench `throughput`")
    options.add_argument("--lines", type=int, default=200_000)
    options.add_argument("--rounds", type=int, default=5)
    options.add_argument("--sample", type=int, default=2_000, help="lines for zen-engine")
    options.add_argument("--record", type=Path, help="where the raw figures go")
    given = options.parse_args()
    report = [
        f"lines\t{given.lines}",
        f"rounds\t{given.rounds}",
        "scenario\tcontender\tlines decided\tmicroseconds of each round\tmedian"
        "\tnanoseconds a line\tratio to batch\tpeak MiB\tlines equal",
    ]

    def asked(command: list) -> list:
        done = subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True)
        return [int(number) for number in done.stdout.split()]

    with tempfile.TemporaryDirectory(prefix="originis-engines-") as place:
        directory = Path(place)
        subprocess.run(
            [given.throughput, "--generate", place, str(given.lines)], check=True
        )
        sample = sampled(directory, given.sample)
        for scenario, contenders in CONTENDERS.items():
            batch = [given.throughput, "--measure", "batch", scenario, place, "2"]
            asked(batch)
            expected = (look_ups if scenario == "A" else verdicts)(directory)
            column = "saving" if scenario == "A" else "verdict"
            times = {name: [] for name in ["batch", *contenders]}
            peaks = dict.fromkeys(times, 0)
            for _ in range(given.rounds):
                for name in times:
                    command = [sys.executable, __file__, "--child", scenario, name, place]
                    figures = asked(batch if name == "batch" else command)
                    times[name].append(figures[0])
                    peaks[name] = max(peaks[name], figures[-1])
            cost = 0
            for name, rounds in times.items():
                equal = "-"
                decided = given.lines
                if name != "batch":
                    lines = sample if name == "zen" else None
                    equal = decided = compare(directory / f"{name}.csv", column, expected, lines)
                    # Look-ups are made for every line, verdicts for the plain rules.
                    decided = len(sample) if name == "zen" else decided
                middle = int(statistics.median(rounds))
                each = middle * 1000 // decided
                cost = cost or each
                raw = " ".join(map(str, rounds))
                report.append(
                    f"{scenario}\t{name}\t{decided}\t{raw}\t{middle}\t{each}"
                    f"\t{each / cost:.3f}\t{peaks[name]}\t{equal}"
                )
    text = "\n".join(report) + "\n"
    print(text, end="")
    if given.record:
        given.record.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    main()
