package dev.sluice.crds;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.List;
import java.util.Objects;

/// YAML for tests, from text and from this package's resources.
public final class Manifests {
  private static final YAMLMapper YAML = new YAMLMapper();

  private Manifests() {}

  public static JsonNode yaml(String text) {
    try {
      return YAML.readTree(text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<JsonNode> all(String resource) {
    try (InputStream in = Objects.requireNonNull(Manifests.class.getResourceAsStream(resource))) {
      return YAML.readerFor(JsonNode.class).<JsonNode>readValues(in).readAll();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  public static List<JsonNode> all(String resource, String kind) {
    return all(resource).stream()
        .filter(object -> object.path("kind").asText().equals(kind))
        .toList();
  }
}
