#!/usr/bin/env python3
"""Figures of the code's shape: sizes of files and functions, surface of crates, and how many places one fact stands in.

scripts/code-figures.py [DIR]     DIR: a checkout, default this one. Test code and generated files are left out.
"""

import re
import statistics
import sys
from pathlib import Path

ROOT = Path(sys.argv[1] if len(sys.argv) > 1 else Path(__file__).parent.parent)
GENERATED = re.compile(r"(^|/)(gen|node_modules|dist|target)/|schema\.d\.ts$|\.pb\.go$")
TEST_FILE = re.compile(r"(^|/)(tests?|testing|fuzzing|e2e)(/|\.)|_test\.go$|\.test\.tsx?$|(^|/)(fuzzing|tests)\.rs$")
FUNCTION = re.compile(r"^( *)(?:pub(?:\([a-z ]+\))? )?(?:const )?(?:async )?(?:unsafe )?fn (\w+)")


def main():
    print(f"{'part':24} files  lines median p90 max  <=120 <=250 comments")
    for part, pattern in parts():
        row(part, sources(pattern))
    rust = sources("crates/*/src/**/*.rs")
    functions = [length for path in rust for length in function_lengths(code(path))]
    arguments = [count for path in rust for count in argument_counts(code(path))]
    print(
        f"Rust functions {len(functions)}: median {median(functions)}, p90 {percentile(functions, 90)},"
        f" over 40: {sum(n > 40 for n in functions)}, over 60: {sum(n > 60 for n in functions)};"
        f" with 5 parameters {arguments.count(5)}, with more {sum(n > 5 for n in arguments)}"
    )
    handlers = sum("\n".join(code(path)).count("#[utoipa::path") for path in rust)
    print(f"handlers {handlers}")
    exported = {path.parts[-3]: exports(path) for path in sources("crates/*/src/lib.rs")}
    print(f"names exported by lib.rs {sum(exported.values())}: {exported}")
    print(f"files with `impl SpanStore` {naming(rust, re.compile('^impl SpanStore', re.M))[0]}")
    everything = rust + sources("frontend/src/**/*.ts*")
    for field in ("tool_name", "cache_write_tokens", "state_event_count"):
        print("promoted field %s: %d files, %d lines" % (field, *naming(everything, re.compile(rf"\b{field}\b"))))
    server = sources("crates/server/src/**/*.rs")
    for feature in ("auth", "api_keys", "otel"):
        print("server names junjo_%s: %d files, %d lines" % (feature, *naming(server, re.compile(rf"\bjunjo_{feature}\b"))))


def parts():
    crates = sorted(path.name for path in (ROOT / "crates").iterdir() if (path / "src").is_dir())
    yield "Rust, all crates", "crates/*/src/**/*.rs"
    yield from ((crate, f"crates/{crate}/src/**/*.rs") for crate in crates)
    yield "page", "frontend/src/**/*.ts*"
    yield "Go service", "ingestion-service/**/*.go"


def sources(pattern):
    found = (path for path in ROOT.glob(pattern) if path.is_file())
    return sorted(
        path for path in found
        if not GENERATED.search(str(path.relative_to(ROOT))) and not TEST_FILE.search(str(path.relative_to(ROOT)))
    )


def code(path):
    """Lines of a file up to its test module."""
    lines = path.read_text().splitlines()
    for index, line in enumerate(lines):
        if line == "#[cfg(test)]" and index + 1 < len(lines) and lines[index + 1].startswith("mod tests {"):
            return lines[:index]
    return lines


def row(part, paths):
    lengths = [len(code(path)) for path in paths]
    if not lengths:
        return
    comments = sum(line.strip().startswith(("//", "/*", "*")) for path in paths for line in code(path))
    share = lambda limit: 100 * sum(n <= limit for n in lengths) // len(lengths)
    print(
        f"{part:24} {len(lengths):5} {sum(lengths):6} {median(lengths):6} {percentile(lengths, 90):3} {max(lengths):3}"
        f"  {share(120):3}%  {share(250):3}%  {100 * comments // sum(lengths):3}%"
    )


def function_lengths(lines):
    """Lines of each function, from `fn` to the brace that closes it at the same indentation."""
    for index, line in enumerate(lines):
        if found := FUNCTION.match(line):
            end = next((i for i in range(index, len(lines)) if lines[i].startswith(found[1] + "}")), index)
            one_line = line.rstrip().endswith(("}", ";"))
            yield 1 if one_line else end - index + 1


def argument_counts(lines):
    text = "\n".join(lines)
    for found in re.finditer(r"\bfn \w+(?:<[^(]*>)?\(([^{;]*?)\)\s*(?:->|where|\{|;)", text):
        arguments = re.sub(r"<[^<>]*>|\([^()]*\)|\[[^\[\]]*\]", "", re.sub(r"<[^<>]*>", "", found[1]))
        names = [part for part in arguments.split(",") if part.strip() and "self" not in part.split(":")[0]]
        yield len(names)


def exports(path):
    names = re.findall(r"^pub use [\w:]+?::(\{[^}]*\}|\w+);", path.read_text(), re.M)
    return sum(len([n for n in name.strip("{}").split(",") if n.strip()]) for name in names)


def naming(paths, pattern):
    hits = {path: len(pattern.findall("\n".join(code(path)))) for path in paths}
    return sum(count > 0 for count in hits.values()), sum(hits.values())


def median(numbers):
    return int(statistics.median(numbers))


def percentile(numbers, percent):
    ordered = sorted(numbers)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


main()
