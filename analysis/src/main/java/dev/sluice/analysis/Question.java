package dev.sluice.analysis;

/// A query ready to be sent. Equal questions have equal answers within one tick and need to be
/// asked once.
public record Question(Provider provider, String query) {}
