package dev.sluice.playground.metrics;

/// One series' value at the moment of a scrape.
record Point(Labels labels, double value) {}
