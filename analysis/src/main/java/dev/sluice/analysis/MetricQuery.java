package dev.sluice.analysis;

/// Where a metric comes from: a provider and the text to ask it, before the variables of a canary
/// are put in.
///
/// @param origin how people know this query, such as `metric template production/errors`; names it
///   in errors
/// @param template query text with `{{ name }}` and its like
public record MetricQuery(String origin, Provider provider, String template) {}
