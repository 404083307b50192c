package dev.sluice.analysis;

import java.util.Map;

/// Where a metric comes from: a provider and the text to ask it, before the names of a canary are
/// put in.
///
/// @param origin how people know this query, such as `MetricTemplate production/errors`; names it
///   in errors
/// @param template query text with `{{ name }}` and its like
/// @param variables `templateVariables` of the canary's metric, for `{{ variables.KEY }}`
/// @param comparable whether the same query asked about the primary gives a baseline to show, and
///   the number of requests is what stands behind its value; so for the built-in ones
public record MetricQuery(
    String origin,
    Provider provider,
    String template,
    Map<String, String> variables,
    boolean comparable) {

  public MetricQuery {
    variables = Map.copyOf(variables);
  }

  /// The same query, answered by somebody else or asked with other credentials.
  public MetricQuery by(Provider other) {
    return new MetricQuery(origin, other, template, variables, comparable);
  }

  /// A query that somebody wrote; nothing is known about what it measures.
  public static MetricQuery custom(
      String origin, Provider provider, String template, Map<String, String> variables) {
    return new MetricQuery(origin, provider, template, variables, false);
  }
}
