package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;
import dev.sluice.playground.store.Change;
import dev.sluice.playground.store.Key;
import dev.sluice.playground.store.Storage;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.random.RandomGenerator;

/// What every part of the server works on: the objects, the kinds as of now, the clock, the dice.
/// Everything here is used under the server's lock only.
final class State {

  static final String DEFINITIONS = "apiextensions.k8s.io/customresourcedefinitions";
  static final String NAMESPACES = "/namespaces";

  /// What random parts of names are made of: no vowels, so that no words appear.
  private static final String LETTERS = "bcdfghjklmnpqrstvwxz2456789";

  private final Storage storage;
  private final InstantSource clock;
  private final RandomGenerator random;
  private final Kinds builtIn;
  private final Map<String, Optional<Schema>> schemas = new HashMap<>();
  private final List<Admission> admissions = new ArrayList<>();
  private Kinds kinds;

  State(Storage storage, InstantSource clock, RandomGenerator random, Kinds builtIn) {
    this.builtIn = builtIn;
    this.storage = storage;
    this.clock = clock;
    this.random = random;
    this.kinds = builtIn.with(storage.list(DEFINITIONS, ""));
    storage.listen(this::definitionsChanged);
  }

  Storage storage() {
    return storage;
  }

  Kinds kinds() {
    return kinds;
  }

  /// Who is asked before an object is stored, in this order.
  List<Admission> admissions() {
    return admissions;
  }

  Instant now() {
    return clock.instant();
  }

  /// The present time as it is written into objects.
  String timestamp() {
    return now().truncatedTo(ChronoUnit.SECONDS).toString();
  }

  String uid() {
    return new UUID(
            (random.nextLong() & ~0xF000L) | 0x4000L,
            (random.nextLong() & 0x3FFFFFFFFFFFFFFFL) | 0x8000000000000000L)
        .toString();
  }

  /// The five characters that the server appends to a `generateName`.
  String suffix() {
    var suffix = new StringBuilder();
    for (int i = 0; i < 5; i++) {
      suffix.append(LETTERS.charAt(random.nextInt(LETTERS.length())));
    }
    return suffix.toString();
  }

  int dice(int bound) {
    return random.nextInt(bound);
  }

  /// What objects of the kind look like; empty for a built-in kind that is only stored.
  Optional<Schema> schema(ResourceKind kind) {
    return schemas.computeIfAbsent(
        kind.groupVersion() + "/" + kind.kind(),
        _ ->
            kind.custom()
                ? storage
                    .get(new Key(DEFINITIONS, "", kind.qualified()))
                    .map(definition -> Schema.custom(definition, kind.version()))
                : Schema.builtIn(kind.groupVersion(), kind.kind()));
  }

  Key key(ResourceKind kind, String namespace, String name) {
    return new Key(kind.storage(), kind.namespaced() ? namespace : "", name);
  }

  Optional<ObjectNode> namespace(String name) {
    return storage.get(new Key(NAMESPACES, "", name));
  }

  private void definitionsChanged(Change change) {
    if (change.key().resource().equals(DEFINITIONS)) {
      schemas.clear();
      kinds = builtIn.with(storage.list(DEFINITIONS, ""));
    }
  }
}
