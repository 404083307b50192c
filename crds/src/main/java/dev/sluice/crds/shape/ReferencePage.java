package dev.sluice.crds.shape;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;

/// A Markdown page that lists every field of some kinds, made from their definitions.
public final class ReferencePage {
  private ReferencePage() {}

  /// @param kinds records with [CustomResource], in the order in which they are listed
  public static String of(List<Class<? extends Record>> kinds) {
    var page = new StringBuilder();
    page.append("# Custom resources\n\n");
    page.append(
        "Made from the records in `crds/`; do not edit. `[]` marks the elements of a list,");
    page.append(" `{}` the values of a map, and **bold** a field that must be given.\n");
    for (Class<? extends Record> kind : kinds) {
      CustomResource resource = Definition.resource(kind);
      page.append("\n## ").append(resource.kind()).append("\n\n");
      page.append("`").append(resource.group()).append("/").append(resource.version());
      page.append("`: ").append(resource.description()).append("\n");
      ObjectNode definition = Definition.of(kind);
      JsonNode schema =
          definition.path("spec").path("versions").path(0).path("schema").path("openAPIV3Schema");
      for (String part : List.of("spec", "status")) {
        if (schema.path("properties").has(part)) {
          page.append("\n### ").append(resource.kind()).append(" ").append(part).append("\n\n");
          rules(schema.path("properties").path(part), part, page);
          page.append("| field | type | meaning |\n| --- | --- | --- |\n");
          fields(schema.path("properties").path(part), part, page);
        }
      }
    }
    return page.toString();
  }

  /// What holds for more than one field cannot stand in a row of the table.
  private static void rules(JsonNode schema, String path, StringBuilder page) {
    if (schema.has("oneOf")) {
      var sets = new ArrayList<String>();
      for (JsonNode set : schema.path("oneOf")) {
        var names = new ArrayList<String>();
        set.path("required").forEach(name -> names.add("`" + name.asText() + "`"));
        sets.add(String.join(" + ", names));
      }
      page.append("Of `").append(path).append("`, exactly one of these must be given: ");
      page.append(String.join("; ", sets)).append(".\n\n");
    }
    for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
      rules(property.getValue(), path + "." + property.getKey(), page);
    }
  }

  private static void fields(JsonNode object, String path, StringBuilder page) {
    Set<String> required = new TreeSet<>();
    object.path("required").forEach(name -> required.add(name.asText()));
    for (Map.Entry<String, JsonNode> property : object.path("properties").properties()) {
      String at = path + "." + property.getKey();
      JsonNode schema = property.getValue();
      boolean must = required.contains(property.getKey());
      page.append("| ").append(must ? "**`" + at + "`**" : "`" + at + "`");
      page.append(" | ").append(type(schema));
      page.append(" | ").append(cell(meaning(schema))).append(" |\n");
      nested(schema, at, page);
    }
  }

  private static void nested(JsonNode schema, String at, StringBuilder page) {
    if (schema.has("properties")) {
      fields(schema, at, page);
    } else if (schema.has("items")) {
      nested(schema.path("items"), at + "[]", page);
    } else if (schema.path("additionalProperties").isObject()) {
      nested(schema.path("additionalProperties"), at + "{}", page);
    }
  }

  private static String type(JsonNode schema) {
    if (schema.path("x-kubernetes-int-or-string").asBoolean()) {
      return "integer or string";
    }
    if (schema.has("items")) {
      return "list of " + type(schema.path("items"));
    }
    if (schema.has("additionalProperties")) {
      return "map of " + type(schema.path("additionalProperties"));
    }
    return schema.path("format").asText().equals("date-time")
        ? "time"
        : schema.path("type").asText();
  }

  private static String meaning(JsonNode schema) {
    var text = new StringBuilder(schema.path("description").asText());
    JsonNode values = schema.has("items") ? schema.path("items") : schema;
    if (values.has("enum")) {
      var names = new ArrayList<String>();
      for (JsonNode value : values.path("enum")) {
        if (!value.asText().isEmpty()) {
          names.add("`" + value.asText() + "`");
        }
      }
      text.append(" One of ").append(String.join(", ", names)).append(".");
    }
    if (schema.has("default")) {
      text.append(" Default `").append(schema.path("default")).append("`.");
    }
    if (values.has("minimum")) {
      text.append(" At least ").append(values.path("minimum")).append(".");
    }
    if (values.has("maximum")) {
      text.append(" At most ").append(values.path("maximum")).append(".");
    }
    if (values.has("pattern")) {
      text.append(" Pattern `").append(values.path("pattern").asText()).append("`.");
    }
    return text.toString();
  }

  private static String cell(String text) {
    return text.replace("|", "\\|");
  }
}
