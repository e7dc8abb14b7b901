//! Tests of the price table.

use super::*;

const NOW: i64 = 1_795_226_294_000_000_000;

fn call<'c>(provider: Option<&'c str>, model: &'c str, counts: &'c Counts) -> Call<'c> {
    Call { role: Some(Role::Llm), provider, model: Some(model), counts, unix_nanos: NOW }
}

fn cost(prices: &Prices, counts: &Counts, output_expected: bool) -> Option<f64> {
    prices.parts(counts, output_expected).ok().map(|parts| CostPart::total(&parts))
}

fn usage(input: i64, output: i64) -> Counts {
    Counts { input: Some(input), output: Some(output), ..Counts::default() }
}

/// Scenario: the table in the repository. Guarantee: it parses, has a date, and every pattern has a known kind.
#[test]
fn bundled_table_is_sound() {
    let table = PriceTable::bundled();
    assert_eq!(table.date().len(), 10);
    assert!(table.table.providers.iter().map(|provider| provider.models.len()).sum::<usize>() > 500);
    let models = table.table.providers.iter().flat_map(|provider| &provider.models);
    for pattern in models.flat_map(|model| &model.patterns) {
        assert!(pattern.len() > 1 && pattern.starts_with(['=', '^', '$', '~']), "{pattern}");
    }
}

/// Scenario: dated, prefixed, resold and unnamed-provider models. Guarantee: each is found under its provider.
#[test]
fn cost_of_known_models_is_found() {
    let table = PriceTable::bundled();
    let million = usage(1_000_000, 1_000_000);
    for (provider, model, dollars) in [
        (Some("openai"), "gpt-4.1", 10.0),
        (Some("openai"), "GPT-4.1-2025-04-14", 10.0),
        (None, "gpt-4.1", 10.0),
        (Some("azure.ai.openai"), "gpt-4.1", 10.0),
        (Some("openai"), "gpt-4.1-2031-01-31", 10.0),
        (Some("anthropic"), "claude-3-haiku-20240307", 1.5),
        (Some("gcp.gemini"), "models/gemini-2.5-pro", 17.5),
    ] {
        let cost = table.cost(&call(provider, model, &million));
        assert!(cost.is_some_and(|cost| (cost - dollars).abs() < 1e-9), "{model}: {cost:?}");
        assert_eq!(cost, table.cost(&call(provider, model, &million)), "the remembered place is the same");
    }
}

/// Scenario: unknown models and providers, missing counts, the empty table. Guarantee: no cost, not 0.
#[test]
fn cost_of_the_unknown_is_none() {
    let table = PriceTable::bundled();
    let counts = usage(10, 10);
    assert_eq!(table.cost(&call(Some("openai"), "my-model", &counts)), None);
    assert_eq!(table.cost(&call(Some("ollama"), "gpt-4.1", &counts)), None, "a local model has no price");
    assert_eq!(table.cost(&call(Some("openai"), "2031-01-31é-20310131", &counts)), None);
    assert_eq!(table.cost(&call(None, &"gpt-4.1".repeat(100), &counts)), None);
    let streamed = Counts { output: None, ..counts };
    assert_eq!(table.cost(&call(Some("openai"), "gpt-4.1", &streamed)), None);
    assert_eq!(PriceTable::empty().cost(&call(Some("openai"), "gpt-4.1", &counts)), None);
}

/// Scenario: cached and written input, with and without rates of their own, and a tier.
/// Guarantee: every token is paid once, at its rate.
#[test]
fn cost_with_cache_and_tiers_pays_each_token_once() {
    let prices = |json: &str| serde_json::from_str::<Prices>(json).unwrap();
    let counts = Counts { cached: Some(40), cache_write: Some(10), ..usage(100, 5) };
    let own = prices(r#"{"in": 1, "out": 2, "read": 0.1, "write": 1.5}"#);
    assert_eq!(cost(&own, &counts, true).map(|cost| (cost * 1e9).round()), Some(79_000.0));
    let plain = prices(r#"{"in": 1, "out": 2}"#);
    assert_eq!(cost(&plain, &counts, true).map(|cost| (cost * 1e9).round()), Some(110_000.0));
    let tiered =
        prices(r#"{"in": {"base": 1, "above": [[99, 3]]}, "out": {"base": 2, "above": [[100, 9]]}}"#);
    assert_eq!(cost(&tiered, &usage(100, 5), true).map(|cost| (cost * 1e9).round()), Some(310_000.0));
    let odd = Counts { cached: Some(i64::MAX), cache_write: Some(i64::MAX), ..usage(1, 0) };
    assert!(cost(&plain, &odd, true).is_some_and(|cost| cost > 0.0));
}

/// Scenario: audio tokens among the input and output, with and without rates of their own, more of them than there are.
/// Guarantee: every token is paid once, at its rate.
#[test]
fn cost_with_audio_pays_each_token_once() {
    let prices = |json: &str| serde_json::from_str::<Prices>(json).unwrap();
    let counts = Counts { audio_input: Some(40), audio_output: Some(3), cached: Some(10), ..usage(100, 5) };
    let own = prices(r#"{"in": 1, "out": 2, "read": 0.5, "audio_in": 10, "audio_out": 20}"#);
    assert_eq!(cost(&own, &counts, true).map(|cost| (cost * 1e9).round()), Some(519_000.0));
    let plain = prices(r#"{"in": 1, "out": 2}"#);
    assert_eq!(cost(&plain, &counts, true).map(|cost| (cost * 1e9).round()), Some(110_000.0));
    let odd = Counts { audio_input: Some(i64::MAX), audio_output: Some(i64::MAX), ..usage(1, 1) };
    assert_eq!(cost(&own, &odd, true).map(|cost| (cost * 1e9).round()), Some(30_000.0));
}

/// Scenario: a price that changed on a day. Guarantee: a call pays what held when it was made.
#[test]
fn cost_follows_the_day_of_the_call() {
    let table = PriceTable::from_json(
        r#"{"date": "2026-11-21", "providers": [{"id": "p", "names": ["p"], "models": [
            {"match": ["^m"], "prices": [{"in": 1}, {"from": "2026-11-21", "in": 2}]}]}]}"#,
    )
    .unwrap();
    let counts = usage(1_000_000, 0);
    let on = |unix_nanos| table.cost(&Call { unix_nanos, ..call(Some("p"), "m", &counts) });
    assert_eq!(on(NOW), Some(2.0));
    assert_eq!(on(NOW - 86_400_000_000_000), Some(1.0));
    assert_eq!(on(0), Some(1.0));
}

/// Scenario: patterns of every kind. Guarantee: each matches what `update.py` says.
#[test]
fn matches_follows_the_pattern_kind() {
    assert!(matches("=a-##", "a-12") && !matches("=a-##", "a-1x") && !matches("=a-##", "a-123"));
    assert!(matches("^a-#", "a-1-x") && !matches("^a-#", "a-") && !matches("^ab", "é"));
    assert!(matches("$b", "ab") && matches("~b", "abc") && !matches("~b", "ac"));
    assert!(matches("^a!-tts", "ab") && !matches("^a!-tts", "ab-tts"));
}

/// Scenario: a model that several providers sell at one price and one that they sell at different prices, without a provider. Guarantee:
/// the first has that price and still no vendor; the second has none, and says why.
#[test]
fn cost_without_provider_is_what_all_take() {
    let model = |price: f64, name: &str| {
        format!(r#"{{"match": ["={name}"], "prices": [{{"in": {price}, "out": 1}}]}}"#)
    };
    let seller = |id: &str, price: f64| {
        let models = format!("{}, {}", model(2.0, "same"), model(price, "other"));
        format!(r#"{{"id": "{id}", "names": ["{id}"], "models": [{models}]}}"#)
    };
    let json =
        format!(r#"{{"date": "2026-01-01", "providers": [{}, {}]}}"#, seller("one", 1.0), seller("two", 3.0));
    let table = PriceTable::from_json(&json).unwrap();
    let counts = usage(1_000_000, 0);
    assert_eq!(table.cost(&call(None, "same", &counts)), Some(2.0));
    assert_eq!(table.vendor("same"), None);
    assert_eq!(table.parts(&call(None, "other", &counts)), Err(Unpriced::UnknownModel));
    assert_eq!(table.cost(&call(Some("two"), "other", &counts)), Some(3.0));
    assert_eq!(table.cost(&call(Some("gateway"), "same", &counts)), None, "somebody else may take more");
}

/// Scenario: a call with every kind of tokens. Guarantee: each kind once, with tokens that add up to input and output, and costs that
/// add up to the cost.
#[test]
fn breakdown_adds_up() {
    let json = r#"{"date": "2026-01-01", "providers": [{"id": "p", "names": ["p"], "models": [{"match": ["=m"],
        "prices": [{"in": 3, "out": 15, "read": 0.3, "write": 3.75, "audio_in": 32, "audio_out": 64}]}]}]}"#;
    let table = PriceTable::from_json(json).unwrap();
    let counts = Counts {
        cached: Some(300),
        cache_write: Some(50),
        audio_input: Some(20),
        reasoning: Some(40),
        audio_output: Some(10),
        ..usage(1_000, 100)
    };
    let parts = table.parts(&call(Some("p"), "m", &counts)).unwrap();
    let tokens: Vec<(CostKind, i64)> = parts.iter().map(|part| (part.kind, part.tokens)).collect();
    assert_eq!(
        tokens,
        [
            (CostKind::Input, 630),
            (CostKind::CachedInput, 300),
            (CostKind::CacheWrite, 50),
            (CostKind::AudioInput, 20),
            (CostKind::Output, 50),
            (CostKind::Reasoning, 40),
            (CostKind::AudioOutput, 10),
        ]
    );
    let sum: f64 = parts.iter().map(|part| part.cost_usd).sum();
    assert!((sum - table.cost(&call(Some("p"), "m", &counts)).unwrap()).abs() < 1e-11);
    let silent = Counts { output: None, ..counts };
    assert_eq!(table.parts(&call(Some("p"), "m", &silent)), Err(Unpriced::NoOutputTokens));
}
