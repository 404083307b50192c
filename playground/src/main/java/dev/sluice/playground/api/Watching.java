package dev.sluice.playground.api;

/// A watch that has started.
public interface Watching extends AutoCloseable {

  /// Sends a BOOKMARK frame with the present version, if the client allowed bookmarks.
  void bookmark();

  /// What an answer with these frames says it is, such as `application/json`.
  String contentType();

  @Override
  void close();
}
