package dev.sluice.analysis.intake;

/// The counters of one pod, or of a whole group that is scraped as one, at one moment. Cumulative;
/// NaN is a series that is not there.
///
/// @param at when, in seconds after the rollout's start; negative before it
/// @param pod its name; empty for a group that is scraped as one
/// @param requests of all outcomes
/// @param errors absent until the first of them
/// @param atMost requests that took at most the bound, for each bound of the histogram in ascending
///   order, the last without bound; empty without a histogram. Not copied: not to be changed
public record Scrape(
    double at, Group group, String pod, double requests, double errors, double[] atMost) {}
