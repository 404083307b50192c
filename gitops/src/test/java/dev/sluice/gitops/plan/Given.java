package dev.sluice.gitops.plan;

import dev.sluice.gitops.render.Manifest;
import dev.sluice.gitops.render.ObjectKey;
import dev.sluice.gitops.render.Origin;
import java.util.LinkedHashMap;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

/// Objects for tables, short enough to read.
final class Given {
  private Given() {}

  /// @param text `group/Kind/namespace/name`
  static ObjectKey key(String text) {
    String[] parts = text.split("/", -1);
    return new ObjectKey(parts[0], parts[1], parts[2], parts[3]);
  }

  static Manifest manifest(String key, String content) {
    ObjectKey object = key(key);
    var all = new LinkedHashMap<>(json(content).content());
    all.putIfAbsent("metadata", Map.of("name", object.name()));
    String apiVersion = object.group().isEmpty() ? "v1" : object.group() + "/v1";
    return new Manifest(object, apiVersion, all, new Origin("app/a.yaml", 1, 1));
  }

  @SuppressWarnings("unchecked") // the tests hold objects only
  static Live json(String yaml) {
    return new Live(
        (Map<String, Object>) new Load(LoadSettings.builder().build()).loadFromString(yaml));
  }
}
