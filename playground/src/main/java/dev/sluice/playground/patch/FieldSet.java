package dev.sluice.playground.patch;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Node;
import java.util.Collections;
import java.util.NavigableMap;
import java.util.NavigableSet;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.BiConsumer;

/// A set of fields of one object, as `fieldsV1` writes it. Immutable. A field that is in the set
/// says nothing about those below it.
///
/// @param members the fields of this level that are in the set
/// @param children the sets below each field of this level; none of them is empty
record FieldSet(NavigableSet<PathElement> members, NavigableMap<PathElement, FieldSet> children) {
  static final FieldSet EMPTY =
      new FieldSet(Collections.emptyNavigableSet(), Collections.emptyNavigableMap());

  /// @throws IllegalArgumentException when it is not the form of `fieldsV1`
  static FieldSet of(JsonNode fieldsV1) {
    if (!fieldsV1.isObject()) throw new IllegalArgumentException("fieldsV1 is no object");
    var builder = new Builder();
    for (var entry : fieldsV1.properties()) {
      if (entry.getKey().equals(".")) continue;
      PathElement step = PathElement.parse(entry.getKey());
      JsonNode below = entry.getValue();
      if (below.isEmpty() || below.has(".")) builder.add(step);
      builder.put(step, of(below));
    }
    return builder.build();
  }

  ObjectNode json() {
    ObjectNode out = JsonNodeFactory.instance.objectNode();
    var steps = new TreeSet<PathElement>(members);
    steps.addAll(children.keySet());
    for (PathElement step : steps) {
      FieldSet below = child(step);
      ObjectNode value = out.putObject(step.text());
      if (below.isEmpty()) continue;
      if (members.contains(step)) value.putObject(".");
      value.setAll(below.json());
    }
    return out;
  }

  boolean isEmpty() {
    return members.isEmpty() && children.isEmpty();
  }

  boolean has(PathElement step) {
    return members.contains(step);
  }

  FieldSet child(PathElement step) {
    return children.getOrDefault(step, EMPTY);
  }

  FieldSet union(FieldSet other) {
    var out = new Builder();
    members.forEach(out::add);
    other.members.forEach(out::add);
    children.forEach((step, below) -> out.put(step, below.union(other.child(step))));
    other.children.forEach((step, below) -> out.put(step, child(step).union(below)));
    return out.build();
  }

  FieldSet intersection(FieldSet other) {
    var out = new Builder();
    members.stream().filter(other.members::contains).forEach(out::add);
    children.forEach((step, below) -> out.put(step, below.intersection(other.child(step))));
    return out.build();
  }

  /// Without the fields of the other set; what lies below those stays.
  FieldSet difference(FieldSet other) {
    var out = new Builder();
    members.stream().filter(m -> !other.members.contains(m)).forEach(out::add);
    children.forEach((step, below) -> out.put(step, below.difference(other.child(step))));
    return out.build();
  }

  /// Only what is below the named field of this level, or is that field.
  FieldSet only(String name) {
    PathElement step = new PathElement.Name(name);
    var out = new Builder();
    if (has(step)) out.add(step);
    out.put(step, child(step));
    return out.build();
  }

  /// Without the named field of this level and all below it.
  FieldSet without(String name) {
    PathElement step = new PathElement.Name(name);
    var out = new Builder();
    members.stream().filter(m -> !m.equals(step)).forEach(out::add);
    children.forEach((child, below) -> {
      if (!child.equals(step)) out.put(child, below);
    });
    return out.build();
  }

  /// With every declared field on the way to a member as a member itself: owning `spec.replicas`
  /// then is owning `spec` too, but owning `data.k` is not owning other keys of `data`.
  FieldSet withNamedFields(Node node) {
    var out = new Builder();
    members.forEach(out::add);
    children.forEach((step, below) -> {
      if (step instanceof PathElement.Name(String name) && node.declares(name)) out.add(step);
      out.put(step, below.withNamedFields(below(node, step)));
    });
    return out.build();
  }

  private static Node below(Node node, PathElement step) {
    return step instanceof PathElement.Name(String name)
        ? node.at(name).orElse(node.items())
        : node.items();
  }

  /// Calls back for each member with its path as messages write it; members of a level come before
  /// those below it.
  void each(String path, BiConsumer<String, PathElement> member) {
    members.forEach(m -> member.accept(path + m.shown(), m));
    children.forEach((step, below) -> below.each(path + step.shown(), member));
  }

  static final class Builder {
    private final NavigableSet<PathElement> members = new TreeSet<>();
    private final NavigableMap<PathElement, FieldSet> children = new TreeMap<>();

    void add(PathElement step) {
      members.add(step);
    }

    void put(PathElement step, FieldSet below) {
      if (!below.isEmpty()) children.put(step, below);
    }

    FieldSet build() {
      return new FieldSet(members, children);
    }
  }
}
