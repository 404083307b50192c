package dev.sluice.playground.store;

/// Where an object lives.
///
/// @param resource group and plural, such as `apps/deployments` or `/configmaps`; all versions of a
///   kind share one
/// @param namespace empty for an object without one
public record Key(String resource, String namespace, String name) {}
