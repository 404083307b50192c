package dev.sluice.gitops.fetch;

/// One file of a commit.
///
/// @param path from the root of the repository, with `/`
/// @param text decoded as UTF-8
public record SourceFile(String path, String text) {}
