package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import dev.sluice.playground.api.ResourceKind.Definition;
import dev.sluice.playground.api.ResourceKind.Generation;
import dev.sluice.playground.api.ResourceKind.Naming;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/// Every kind that can be asked for: the built-in ones and what definitions add. Immutable; a
/// change of a definition makes a new one.
final class Kinds {

  private static final List<String> ALL_VERBS =
      List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");

  /// The order in which the real server names the verbs of custom kinds.
  private static final List<String> CUSTOM_VERBS =
      List.of("delete", "deletecollection", "get", "list", "patch", "create", "update", "watch");

  private final Map<String, ResourceKind> byPath = new LinkedHashMap<>();
  private final Map<String, List<ResourceKind>> byGroup = new TreeMap<>();

  private Kinds(List<ResourceKind> all) {
    for (var kind : all) {
      byPath.put(path(kind.group(), kind.version(), kind.plural()), kind);
      byGroup.computeIfAbsent(kind.group(), _ -> new ArrayList<>()).add(kind);
    }
  }

  /// The built-in kinds, as their file lists them.
  static Kinds builtIn() {
    try (var in =
        Objects.requireNonNull(Kinds.class.getResourceAsStream("kinds.yaml"), "kinds.yaml")) {
      return new Kinds(List.of()).and(in);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// These kinds and those of a file, which is written as `kinds.yaml` is.
  ///
  /// @throws UncheckedIOException for a file that cannot be read
  Kinds and(InputStream file) {
    try {
      var rows =
          YAMLMapper.builder()
              .enable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
              .build()
              .readValue(file, BuiltIn[].class);
      var all = new ArrayList<>(byPath.values());
      for (var row : rows) {
        var like = all.stream().filter(kind -> kind.kind().equals(row.like())).findFirst();
        all.add(row.read(like));
      }
      return new Kinds(all);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// These kinds and what the definitions say.
  ///
  /// @param definitions CustomResourceDefinition objects
  Kinds with(List<ObjectNode> definitions) {
    var all = new ArrayList<>(byPath.values());
    for (var definition : definitions) {
      all.addAll(of(definition));
    }
    return new Kinds(all);
  }

  /// @return the kind served under this plural, if its definition is established
  Optional<ResourceKind> find(String group, String version, String plural) {
    return Optional.ofNullable(byPath.get(path(group, version, plural))).filter(Kinds::served);
  }

  /// The kind in the version in which its objects are stored.
  Optional<ResourceKind> stored(String storage) {
    return byPath.values().stream()
        .filter(kind -> kind.storage().equals(storage))
        .filter(kind -> kind.groupVersion().equals(kind.storedVersion()))
        .findFirst();
  }

  Optional<ResourceKind> ofKind(String group, String version, String kind) {
    return of(group, version).stream().filter(each -> each.kind().equals(kind)).findFirst();
  }

  /// The groups other than the core one, in their order in discovery.
  List<String> groups() {
    return byGroup.keySet().stream()
        .filter(group -> !group.isEmpty() && !versions(group).isEmpty())
        .toList();
  }

  /// A group's versions, the preferred one first; empty when there is no such group.
  List<String> versions(String group) {
    return byGroup.getOrDefault(group, List.of()).stream()
        .filter(Kinds::served)
        .sorted(Comparator.comparing(ResourceKind::custom))
        .map(ResourceKind::version)
        .distinct()
        .sorted(Kinds::byStability)
        .toList();
  }

  /// The kinds of a version.
  List<ResourceKind> of(String group, String version) {
    return byGroup.getOrDefault(group, List.of()).stream()
        .filter(Kinds::served)
        .filter(kind -> kind.version().equals(version))
        .sorted(Comparator.comparing(ResourceKind::plural))
        .toList();
  }

  /// Every kind once, in its stored version.
  List<ResourceKind> all() {
    return byPath.values().stream()
        .filter(kind -> kind.groupVersion().equals(kind.storedVersion()))
        .toList();
  }

  private static boolean served(ResourceKind kind) {
    return kind.definition().map(Definition::established).orElse(true);
  }

  /// GA before beta before alpha, higher numbers first: the order of `kubectl api-versions`.
  private static int byStability(String a, String b) {
    return Comparator.<int[]>comparingInt(v -> -v[0])
        .thenComparingInt(v -> -v[1])
        .thenComparingInt(v -> -v[2])
        .compare(rank(a), rank(b));
  }

  private static int[] rank(String version) {
    var parts = Pattern.compile("v(\\d+)(?:(alpha|beta)(\\d+))?").matcher(version);
    if (!parts.matches()) {
      return new int[] {-1, 0, 0};
    }
    var stage = parts.group(2);
    return new int[] {
      stage == null ? 2 : stage.equals("beta") ? 1 : 0,
      Integer.parseInt(parts.group(1)),
      stage == null ? 0 : Integer.parseInt(parts.group(3))
    };
  }

  private static String path(String group, String version, String plural) {
    return group + "/" + version + "/" + plural;
  }

  /// The kinds of one definition, one for each served version.
  private static List<ResourceKind> of(ObjectNode crd) {
    var spec = crd.path("spec");
    var names = spec.path("names");
    var group = spec.path("group").asText();
    var stored = "";
    for (var version : spec.path("versions")) {
      if (version.path("storage").asBoolean()) {
        stored = group + "/" + version.path("name").asText();
      }
    }
    var kinds = new ArrayList<ResourceKind>();
    for (var version : spec.path("versions")) {
      if (version.path("served").asBoolean()) {
        kinds.add(custom(crd, version, group, names, stored, crd.path("status")));
      }
    }
    return kinds;
  }

  private static ResourceKind custom(
      ObjectNode crd,
      JsonNode version,
      String group,
      JsonNode names,
      String stored,
      JsonNode status) {
    var plural = names.path("plural").asText();
    var kind = names.path("kind").asText();
    var subresources = new ArrayList<String>();
    for (var each : List.of("status", "scale")) {
      if (version.path("subresources").has(each)) {
        subresources.add(each);
      }
    }
    var selectable = new ArrayList<String>();
    for (var field : version.path("selectableFields")) {
      selectable.add(field.path("jsonPath").asText().replaceFirst("^\\.", ""));
    }
    var name = version.path("name").asText();
    return new ResourceKind(
        group,
        name,
        kind,
        names.path("listKind").asText(kind + "List"),
        plural,
        names.path("singular").asText(kind.toLowerCase(Locale.ROOT)),
        texts(names.path("shortNames")),
        texts(names.path("categories")),
        CUSTOM_VERBS,
        crd.path("spec").path("scope").asText().equals("Namespaced"),
        List.copyOf(subresources),
        columns(version.path("additionalPrinterColumns")),
        Generation.SPEC,
        Naming.SUBDOMAIN,
        false,
        List.copyOf(selectable),
        "",
        stored,
        group + "/" + plural,
        Optional.of(
            new Definition(
                object(version.path("schema").path("openAPIV3Schema")),
                object(version.path("subresources")),
                condition(status, "Established"),
                crd.path("metadata").has("deletionTimestamp"),
                deprecation(crd, version, group, name, kind))));
  }

  private static String deprecation(
      JsonNode crd, JsonNode version, String group, String name, String kind) {
    if (!version.path("deprecated").asBoolean()) {
      return "";
    }
    if (version.path("deprecationWarning").isTextual()) {
      return version.path("deprecationWarning").asText();
    }
    var warning = group + "/" + name + " " + kind + " is deprecated";
    for (var other : crd.path("spec").path("versions")) {
      if (other.path("served").asBoolean()
          && !other.path("deprecated").asBoolean()
          && byStability(other.path("name").asText(), name) < 0) {
        return warning + "; use " + group + "/" + other.path("name").asText() + " " + kind;
      }
    }
    return warning;
  }

  private static boolean condition(JsonNode status, String type) {
    for (var condition : status.path("conditions")) {
      if (condition.path("type").asText().equals(type)) {
        return condition.path("status").asText().equals("True");
      }
    }
    return false;
  }

  private static List<Column> columns(JsonNode given) {
    var columns = new ArrayList<Column>();
    columns.add(new Column("Name", ".metadata.name", "string", "name", "", 0));
    for (var column : given) {
      var path = column.path("jsonPath").asText();
      columns.add(
          new Column(
              column.path("name").asText(),
              path,
              column.path("type").asText(),
              column.path("format").asText(""),
              column
                  .path("description")
                  .asText("Custom resource definition column (in JSONPath format): " + path),
              column.path("priority").asInt(0)));
    }
    if (given.isEmpty()) {
      columns.add(new Column("Age", ".metadata.creationTimestamp", "date", "", "", 0));
    }
    return List.copyOf(columns);
  }

  private static ObjectNode object(JsonNode node) {
    return node instanceof ObjectNode object ? object : JsonNodeFactory.instance.objectNode();
  }

  private static List<String> texts(JsonNode array) {
    var texts = new ArrayList<String>();
    array.forEach(each -> texts.add(each.asText()));
    return List.copyOf(texts);
  }

  /// One row of the kinds file; what is not given is null.
  private record BuiltIn(
      @Nullable String group,
      String version,
      String kind,
      String plural,
      @Nullable List<String> shortNames,
      @Nullable List<String> categories,
      @Nullable List<String> verbs,
      @Nullable Boolean namespaced,
      @Nullable List<String> subresources,
      @Nullable List<List<String>> columns,
      @Nullable String generation,
      @Nullable String naming,
      @Nullable Boolean createOnUpdate,
      @Nullable List<String> selectableFields,
      @Nullable String rules,
      @Nullable String storedAs,
      @Nullable String like) {

    ResourceKind read(Optional<ResourceKind> like) {
      var in = Objects.requireNonNullElse(group, "");
      var own = in.isEmpty() ? version : in + "/" + version;
      // Events of events.k8s.io are kept as core Events, so that both groups show the same objects.
      var stored = storedAs == null ? own : storedAs.equals("core/v1") ? "v1" : in + "/" + storedAs;
      return new ResourceKind(
          in,
          version,
          kind,
          kind + "List",
          plural,
          kind.toLowerCase(Locale.ROOT),
          orNone(shortNames),
          orNone(categories),
          verbs == null ? ALL_VERBS : verbs,
          namespaced == null || namespaced,
          orNone(subresources),
          like.map(ResourceKind::columns)
              .orElseGet(() -> orNone(columns).stream().map(Column::of).toList()),
          Generation.valueOf(
              Objects.requireNonNullElse(generation, "none")
                  .toUpperCase(Locale.ROOT)
                  .replace('-', '_')),
          Naming.of(Objects.requireNonNullElse(naming, "")),
          createOnUpdate != null && createOnUpdate,
          like.map(ResourceKind::selectableFields).orElseGet(() -> orNone(selectableFields)),
          Objects.requireNonNullElse(rules, ""),
          stored,
          (stored.equals("v1") ? "" : in) + "/" + plural,
          Optional.empty());
    }

    private static <T> List<T> orNone(@Nullable List<T> list) {
      return list == null ? List.of() : list;
    }
  }
}
