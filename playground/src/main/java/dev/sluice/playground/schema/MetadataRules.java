package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// What holds for the metadata of every object.
final class MetadataRules {
  private static final int ANNOTATIONS_BYTES = 256 * 1024;
  private static final Set<String> STANDARD_FINALIZERS =
      Set.of("kubernetes", "orphan", "foregroundDeletion");

  private MetadataRules() {}

  /// @param builtIn built-in kinds take only finalizers that are qualified or standard
  static List<Cause> check(
      ObjectNode object, Optional<ObjectNode> old, NameRule rule, boolean builtIn) {
    JsonNode metadata = object.path("metadata");
    var causes = new ArrayList<Cause>();
    old.ifPresent(before -> update(metadata, before.path("metadata"), causes));
    name(metadata, rule, causes);
    labels(metadata.path("labels"), "metadata.labels", causes);
    annotations(metadata.path("annotations"), causes);
    owners(metadata.path("ownerReferences"), causes);
    finalizers(metadata.path("finalizers"), builtIn, causes);
    return causes;
  }

  private static void update(JsonNode now, JsonNode before, List<Cause> causes) {
    if (!before.path("deletionTimestamp").isMissingNode()
        && !before.path("deletionTimestamp").isNull()) {
      var added = new LinkedHashSet<String>();
      now.path("finalizers").forEach(f -> added.add(f.asText()));
      before.path("finalizers").forEach(f -> added.remove(f.asText()));
      if (!added.isEmpty())
        causes.add(
            Cause.forbidden(
                "metadata.finalizers",
                "no new finalizers can be added if the object is being deleted, found new finalizers []string{"
                    + added.stream().map(Shown::quoted).collect(Collectors.joining(", "))
                    + "}"));
    }
    JsonNode deletion = now.path("deletionTimestamp");
    if (deletion.isTextual() && !deletion.equals(before.path("deletionTimestamp")))
      causes.add(
          Cause.invalid(
              "metadata.deletionTimestamp", instant(deletion.textValue()), "field is immutable"));
    JsonNode uid = now.path("uid");
    if (uid.isTextual() && before.path("uid").isTextual() && !uid.equals(before.path("uid")))
      causes.add(Cause.invalid("metadata.uid", Shown.value(uid), "field is immutable"));
  }

  /// A time as the server prints it in messages, in UTC.
  private static String instant(String time) {
    return time.replace('T', ' ').replaceFirst("Z$", " +0000 UTC");
  }

  private static void name(JsonNode metadata, NameRule rule, List<Cause> causes) {
    String name = metadata.path("name").asText("");
    String prefix = metadata.path("generateName").asText("");
    if (name.isEmpty() && prefix.isEmpty()) {
      causes.add(Cause.required("metadata.name", "name or generateName is required"));
      return;
    }
    if (name.isEmpty()) return;
    for (String problem : rule.problems(name))
      causes.add(Cause.invalid("metadata.name", Shown.quoted(name), problem));
  }

  static void labels(JsonNode labels, String field, List<Cause> causes) {
    labels
        .properties()
        .forEach(label -> {
          for (String problem : NameRule.qualifiedNameProblems(label.getKey()))
            causes.add(Cause.invalid(field, Shown.quoted(label.getKey()), problem));
          String value = label.getValue().asText("");
          for (String problem : NameRule.LABEL_VALUE.problems(value))
            causes.add(Cause.invalid(field, Shown.quoted(value), problem));
        });
  }

  private static void annotations(JsonNode annotations, List<Cause> causes) {
    long size = 0;
    for (var annotation : annotations.properties()) {
      String key = annotation.getKey();
      for (String problem : NameRule.qualifiedNameProblems(key.toLowerCase(Locale.ROOT)))
        causes.add(Cause.invalid("metadata.annotations", Shown.quoted(key), problem));
      size += key.getBytes(StandardCharsets.UTF_8).length;
      size += annotation.getValue().asText("").getBytes(StandardCharsets.UTF_8).length;
    }
    if (size > ANNOTATIONS_BYTES)
      causes.add(Cause.tooLong("metadata.annotations", ANNOTATIONS_BYTES));
  }

  private static void owners(JsonNode owners, List<Cause> causes) {
    String field = "metadata.ownerReferences";
    var controllers = new ArrayList<String>();
    for (JsonNode owner : owners) {
      String version = owner.path("apiVersion").asText("");
      if (version.isEmpty() || version.endsWith("/"))
        causes.add(
            Cause.invalid(
                field + ".apiVersion", Shown.quoted(version), "version must not be empty"));
      for (String part : List.of("kind", "name", "uid"))
        if (owner.path(part).asText("").isEmpty())
          causes.add(Cause.invalid(field + "." + part, "\"\"", part + " must not be empty"));
      if (owner.path("controller").asBoolean())
        controllers.add(owner.path("kind").asText() + "/" + owner.path("name").asText());
    }
    if (controllers.size() > 1)
      causes.add(
          Cause.invalid(
              field,
              "[]v1.OwnerReference{"
                  + owners.valueStream().map(MetadataRules::shown).collect(Collectors.joining(", "))
                  + "}",
              "Only one reference can have Controller set to true. Found \"true\" in references for "
                  + controllers.get(0)
                  + " and "
                  + controllers.get(1)));
  }

  private static String shown(JsonNode owner) {
    return "v1.OwnerReference{APIVersion:%s, Kind:%s, Name:%s, UID:%s, Controller:%s, BlockOwnerDeletion:%s}"
        .formatted(
            Shown.quoted(owner.path("apiVersion").asText("")),
            Shown.quoted(owner.path("kind").asText("")),
            Shown.quoted(owner.path("name").asText("")),
            Shown.quoted(owner.path("uid").asText("")),
            pointer(owner.path("controller")),
            pointer(owner.path("blockOwnerDeletion")));
  }

  private static String pointer(JsonNode value) {
    return value.isBoolean() ? "(*bool)(0xc000000000)" : "(*bool)(nil)";
  }

  private static void finalizers(JsonNode finalizers, boolean builtIn, List<Cause> causes) {
    int i = 0;
    for (JsonNode finalizer : finalizers) {
      String name = finalizer.asText("");
      for (String problem : NameRule.qualifiedNameProblems(name))
        causes.add(Cause.invalid("metadata.finalizers", Shown.quoted(name), problem));
      if (builtIn && !name.contains("/") && !STANDARD_FINALIZERS.contains(name))
        causes.add(
            Cause.invalid(
                "metadata.finalizers[" + i + "]",
                Shown.quoted(name),
                "name is neither a standard finalizer name nor is it fully qualified"));
      i++;
    }
  }
}
