#!/usr/bin/env python3
"""Writes prices.json, the token prices that are compiled into junjo-span-model, from the PyPI package genai-prices.

    python3 -m venv /tmp/prices && /tmp/prices/bin/pip install genai-prices
    /tmp/prices/bin/python crates/span_model/prices/update.py

Then run the crate's tests, read the diff, and commit it. Prices are US dollars per million tokens. A pattern is matched
against the model's name in lower case: "=x" is equal to x, "^x" starts with it, "$x" ends with it, "~x" contains it;
"#" stands for one digit, and "!y" after a pattern means "and does not contain y".
"""

import datetime
import importlib.metadata
import json
import pathlib
import re
import sys
from decimal import Decimal

from genai_prices import types
from genai_prices.data import providers

# provider in genai-prices -> its names after this crate's normalisation (src/derive/provider.rs)
NAMES = {
    "anthropic": ["anthropic"],
    "aws": ["aws.bedrock"],
    "azure": ["azure.ai.openai", "azure.ai.inference"],
    "cerebras": ["cerebras"],
    "cohere": ["cohere"],
    "deepseek": ["deepseek"],
    "fireworks": ["fireworks"],
    "google": ["gcp.vertex_ai", "gcp.gemini", "gcp.gen_ai"],
    "groq": ["groq"],
    "minimax": ["minimax"],
    "mistral": ["mistral_ai"],
    "moonshotai": ["moonshotai", "moonshot"],
    "openai": ["openai"],
    "openrouter": ["openrouter"],
    "perplexity": ["perplexity"],
    "together": ["together_ai"],
    "voyageai": ["voyageai", "voyage"],
    "x-ai": ["x_ai"],
    "zai": ["zai", "z_ai"],
}
FIELDS = {
    "in": "input_mtok",
    "out": "output_mtok",
    "read": "cache_read_mtok",
    "write": "cache_write_mtok",
    "audio_in": "input_audio_mtok",
    "audio_out": "output_audio_mtok",
}


def patterns(clause):
    """The clause as patterns of which one must match."""
    match clause:
        case types.ClauseEquals():
            return [literal("=", clause.equals)]
        case types.ClauseStartsWith():
            return [literal("^", clause.starts_with)]
        case types.ClauseEndsWith():
            return [literal("$", clause.ends_with)]
        case types.ClauseContains():
            return [literal("~", clause.contains)]
        case types.ClauseOr():
            return [pattern for part in clause.or_ for pattern in patterns(part)]
        case types.ClauseAnd(and_=[positive, types.ClauseRegex(regex="^(?!.*-[tT][tT][sS](?:$|-))")]):
            return [pattern + "!-tts" for pattern in patterns(positive)]
        case types.ClauseRegex():
            return regex_patterns(clause.regex)
    return untranslated(clause)


def literal(kind, text):
    assert not set(text) & set("#!"), text
    return kind + text.lower()


def regex_patterns(regex):
    """A regex of literals and digits, anchored at the start, as patterns; one for each side of "[-@]"."""
    body, end = (regex[1:-1], "=") if regex.endswith("$") else (regex[1:], "^")
    for alternative in ("[134]", "[-@]"):
        if alternative in body:
            return [p for side in alternative[1:-1] for p in regex_patterns(regex.replace(alternative, side, 1))]
    body = re.sub(r"\\d\{(\d+)\}", lambda count: "#" * int(count[1]), body).replace(r"\d", "#").replace(r"\.", ".")
    if not regex.startswith("^") or set(body) & set(r"\()[]{}?*+|$^"):
        return untranslated(regex)
    return [end + body.lower()]


def untranslated(clause):
    print(f"left out, no pattern for: {clause}", file=sys.stderr)
    return []


def rate(price):
    if isinstance(price, types.TieredPrices):
        return {"base": number(price.base), "above": [[tier.start, number(tier.price)] for tier in price.tiers]}
    return number(price)


def number(price):
    assert isinstance(price, Decimal)
    return int(price) if price == price.to_integral_value() else float(price)


def rates(prices):
    found = {name: getattr(prices, field, None) for name, field in FIELDS.items()}
    return {name: rate(price) for name, price in found.items() if price is not None}


def dated_rates(prices):
    """Rates with the day from which they hold, oldest first; prices by the time of day are left out."""
    if isinstance(prices, types.ModelPrice):
        prices = [types.ConditionalPrice(prices=prices)]
    dated = []
    for conditional in prices:
        if isinstance(conditional.constraint, types.TimeOfDateConstraint):
            continue
        start = {"from": conditional.constraint.start_date.isoformat()} if conditional.constraint else {}
        dated.append({**start, **rates(conditional.prices)})
    return sorted((entry for entry in dated if "in" in entry), key=lambda entry: entry.get("from", ""))


def main():
    out = [
        f'{{"source": "genai-prices {importlib.metadata.version("genai-prices")}",'
        f' "date": "{datetime.date.today().isoformat()}", "providers": [\n'
    ]
    known = [provider for provider in providers if provider.id in NAMES]
    assert len(known) == len(NAMES), "a provider was renamed"
    for index, provider in enumerate(known):
        head = {"id": provider.id, "names": NAMES[provider.id]}
        if provider.model_match and not (provider.id == "mistral"):
            head["models_like"] = patterns(provider.model_match)
        if provider.fallback_model_providers:
            head["fallback"] = [other for other in provider.fallback_model_providers if other in NAMES]
        models = [
            json.dumps({"match": match, "prices": prices})
            for model in provider.models
            if (match := patterns(model.match)) and (prices := dated_rates(model.prices))
        ]
        out.append(json.dumps(head)[:-1] + ', "models": [\n' + ",\n".join(models) + "]}")
        out.append("\n" if index + 1 == len(known) else ",\n")
    out.append("]}\n")
    pathlib.Path(__file__).with_name("prices.json").write_text("".join(out))


main()
