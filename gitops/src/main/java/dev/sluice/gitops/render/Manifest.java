package dev.sluice.gitops.render;

import java.util.Map;
import java.util.Optional;

/// One object as Git asks for it: plain JSON values, immutable by convention, without anything that
/// only the server may write.
///
/// @param key its namespace is what the manifest says until [Placement] has decided
/// @param apiVersion as written
/// @param content the whole object, `apiVersion`, `kind` and `metadata` included
public record Manifest(
    ObjectKey key, String apiVersion, Map<String, Object> content, Origin origin) {

  /// The same object with other content.
  public Manifest with(Map<String, Object> other) {
    return new Manifest(key, apiVersion, other, origin);
  }

  /// The value at a path of member names, such as `spec`, `replicas`.
  public Optional<Object> at(String... path) {
    Object value = content;
    for (String name : path) {
      value = value instanceof Map<?, ?> map ? map.get(name) : null;
    }
    return Optional.ofNullable(value);
  }

  /// The text at a path; empty when there is none, or something else.
  public Optional<String> text(String... path) {
    return at(path).filter(String.class::isInstance).map(String.class::cast);
  }
}
