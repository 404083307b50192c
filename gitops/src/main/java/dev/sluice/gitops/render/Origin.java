package dev.sluice.gitops.render;

/// Where in the repository an object is written.
///
/// @param file from the root of the repository
/// @param document counted from 1
/// @param line on which it starts, counted from 1
public record Origin(String file, int document, int line) {
  /// `app/web.yaml:12 (document 2)`
  @Override
  public String toString() {
    return file + ":" + line + (document > 1 ? " (document " + document + ")" : "");
  }
}
