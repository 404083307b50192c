package dev.sluice.playground.schema;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/// One place in the tree that a kind's objects follow, as patches and ownership see it: what is one
/// value, what is split into parts, and how the parts of a list are told apart. Types may contain
/// themselves, so children are found when asked for.
public final class Node {

  /// What stands at the place.
  public enum Shape {
    TEXT,
    NUMBER,
    BOOLEAN,
    /// A scalar of more than one kind.
    SCALAR,
    LIST,
    MAP,
    /// Anything: its shape is that of the value found.
    ANY
  }

  private final Shape shape;
  private final boolean atomic;
  private final Supplier<Map<String, Node>> fields;
  private final @Nullable Supplier<Node> parts;
  private final List<String> keys;
  private final boolean set;
  private final @Nullable JsonNode fallback;
  private final Merge merge;

  /// How a strategic merge patch treats the place.
  ///
  /// @param lists whether a list is merged item by item instead of being replaced
  /// @param key what tells items apart; empty for lists of scalars
  /// @param retainKeys whether a patch may name the keys that stay
  public record Merge(boolean lists, String key, boolean retainKeys) {
    static final Merge NONE = new Merge(false, "", false);
  }

  private Node(
      Shape shape,
      boolean atomic,
      Supplier<Map<String, Node>> fields,
      @Nullable Supplier<Node> parts,
      List<String> keys,
      boolean set,
      @Nullable JsonNode fallback,
      Merge merge) {
    this.shape = shape;
    this.atomic = atomic;
    this.fields = fields;
    this.parts = parts;
    this.keys = keys;
    this.set = set;
    this.fallback = fallback;
    this.merge = merge;
  }

  static Node scalar(Shape shape) {
    return new Node(shape, false, Map::of, null, List.of(), false, null, Merge.NONE);
  }

  /// Anything; split by field below objects unless `atomic`.
  static Node any(boolean atomic) {
    return new Node(Shape.ANY, atomic, Map::of, null, List.of(), false, null, Merge.NONE);
  }

  /// @param values what undeclared keys hold; null when there may be none
  static Node map(
      Supplier<Map<String, Node>> fields, @Nullable Supplier<Node> values, boolean atomic) {
    return new Node(Shape.MAP, atomic, fields, values, List.of(), false, null, Merge.NONE);
  }

  /// @param keys of the items of a keyed list; empty otherwise
  /// @param set whether the items are scalars that each stand for themselves; a list that is
  ///   neither keyed nor a set is atomic
  static Node list(Supplier<Node> items, List<String> keys, boolean set) {
    return new Node(
        Shape.LIST,
        keys.isEmpty() && !set,
        Map::of,
        items,
        List.copyOf(keys),
        set,
        null,
        Merge.NONE);
  }

  Node withDefault(@Nullable JsonNode value) {
    return new Node(shape, atomic, fields, parts, keys, set, value, merge);
  }

  Node withMerge(Merge how) {
    return new Node(shape, atomic, fields, parts, keys, set, fallback, how);
  }

  public Shape shape() {
    return shape;
  }

  /// Whether a map or list is one value, owned and replaced as a whole.
  public boolean atomic() {
    return atomic;
  }

  /// Whether the items of a list are values that each stand for themselves.
  public boolean set() {
    return set;
  }

  /// The keys of a keyed list's items, in the order in which they are written; else empty.
  public List<String> keys() {
    return keys;
  }

  public Optional<JsonNode> fallback() {
    return Optional.ofNullable(fallback);
  }

  public Merge merge() {
    return merge;
  }

  /// Whether a map declares this key by name.
  public boolean declares(String field) {
    return fields.get().containsKey(field);
  }

  /// The declared keys of a map with what they hold.
  public Map<String, Node> fields() {
    return fields.get();
  }

  /// What a map's key holds; empty when the map may not have that key. Below [Shape#ANY] it is
  /// anything.
  public Optional<Node> at(String field) {
    if (shape == Shape.ANY) return Optional.of(any(atomic));
    Node declared = fields.get().get(field);
    if (declared != null) return Optional.of(declared);
    return Optional.ofNullable(parts).filter(_ -> shape == Shape.MAP).map(Supplier::get);
  }

  /// What a list's items are; anything when the place is not a list.
  public Node items() {
    return shape == Shape.LIST && parts != null ? parts.get() : any(true);
  }
}
