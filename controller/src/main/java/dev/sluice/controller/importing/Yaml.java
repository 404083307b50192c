package dev.sluice.controller.importing;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import java.io.UncheckedIOException;

/// Manifests as trees and as text.
public final class Yaml {
  private static final YAMLMapper MAPPER =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .enable(YAMLGenerator.Feature.INDENT_ARRAYS_WITH_INDICATOR)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .build();

  private Yaml() {}

  static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  static ObjectNode object(String apiVersion, String kind, JsonNode namespace, String name) {
    ObjectNode made = object();
    made.put("apiVersion", apiVersion).put("kind", kind);
    ObjectNode meta = made.putObject("metadata");
    meta.put("name", name);
    if (!namespace.asText().isEmpty()) {
      meta.set("namespace", namespace);
    }
    return made;
  }

  /// Such as `Rollout shop/web`.
  static String title(JsonNode manifest) {
    String namespace = manifest.at("/metadata/namespace").asText();
    return manifest.path("kind").asText()
        + " "
        + (namespace.isEmpty() ? "" : namespace + "/")
        + manifest.at("/metadata/name").asText();
  }

  /// One document, ended by a line break.
  public static String print(JsonNode manifest) {
    try {
      return MAPPER.writeValueAsString(manifest);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException("a tree can be written as YAML", e);
    }
  }
}
