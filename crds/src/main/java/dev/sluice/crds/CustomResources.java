package dev.sluice.crds;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.dataformat.yaml.YAMLGenerator;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.crds.shape.Definition;
import dev.sluice.crds.shape.ReferencePage;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// All kinds that Sluice brings along. A new kind is one line in [#KINDS].
public final class CustomResources {

  public static final List<Class<? extends Record>> KINDS =
      List.of(Canary.class, MetricTemplate.class, AlertProvider.class, GitSync.class);

  private static final YAMLMapper YAML =
      YAMLMapper.builder()
          .enable(YAMLGenerator.Feature.MINIMIZE_QUOTES)
          .enable(YAMLGenerator.Feature.ALWAYS_QUOTE_NUMBERS_AS_STRINGS)
          .disable(YAMLGenerator.Feature.SPLIT_LINES)
          .disable(YAMLGenerator.Feature.WRITE_DOC_START_MARKER)
          .build();

  private CustomResources() {}

  /// The definitions as YAML, by file name, such as `canaries.flagger.app.yaml`.
  public static Map<String, String> definitions() {
    var files = new LinkedHashMap<String, String>();
    for (Class<? extends Record> kind : KINDS) {
      var definition = Definition.of(kind);
      try {
        files.put(
            definition.path("metadata").path("name").asText() + ".yaml",
            "# Made from the records in crds/; do not edit.\n"
                + YAML.writeValueAsString(definition));
      } catch (JsonProcessingException e) {
        throw new IllegalStateException(e);
      }
    }
    return files;
  }

  /// The reference page of all kinds, in Markdown.
  public static String referencePage() {
    return ReferencePage.of(KINDS);
  }
}
