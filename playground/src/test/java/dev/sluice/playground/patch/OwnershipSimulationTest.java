package dev.sluice.playground.patch;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Schema;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// Three managers apply and patch one Deployment in random order, three hundred seeds; what must
/// hold after every step is checked after every step.
class OwnershipSimulationTest {
  private static final Schema DEPLOYMENTS = Schema.builtIn("apps/v1", "Deployment").orElseThrow();
  private static final List<String> APPLIERS = List.of("git", "rollout", "hand");

  static java.util.stream.IntStream seeds() {
    return java.util.stream.IntStream.range(0, 300);
  }

  @ParameterizedTest(name = "seed {0}")
  @MethodSource("seeds")
  void ownersNeverLoseWhatTheyApplied(int seed) {
    var random = new Random(seed);
    Optional<ObjectNode> live = Optional.empty();
    for (int step = 0; step < 25; step++) {
      Instant now = Instant.ofEpochSecond(step);
      String manager = APPLIERS.get(random.nextInt(APPLIERS.size()));
      if (live.isPresent() && random.nextInt(4) == 0) {
        live = Optional.of(patched(live.get(), random, now));
        continue;
      }
      ObjectNode config = random.nextInt(8) == 0 ? config() : randomConfig(random);
      boolean force = random.nextInt(3) == 0;
      Applied result = apply(live, config, manager, force, now);
      Optional<ObjectNode> before = live;
      switch (result) {
        case Applied.Conflicts conflicts -> {
          assertThat(force).as("a forced apply has no conflicts").isFalse();
          assertEveryConflictIsSomebodysOtherValue(conflicts, before.orElseThrow(), config);
        }
        case Applied.Unfit unfit -> throw new AssertionError(unfit.message());
        case Applied.Merged(ObjectNode object) -> {
          assertContains(object, config, "");
          assertOwns(object, manager, config);
          assertEveryFieldHasAnOwner(object);
          assertNothingOfOthersIsGone(before, object, manager, config);
          assertThat(apply(Optional.of(object), config, manager, false, now.plusSeconds(99)))
              .as("applying the same again changes nothing")
              .isEqualTo(new Applied.Merged(object));
          live = Optional.of(object);
        }
      }
    }
    for (String manager : APPLIERS)
      live =
          Optional.of(
              ((Applied.Merged) apply(live, config(), manager, true, Instant.EPOCH)).object());
    assertOnlyUpdatersFieldsRemain(live.orElseThrow());
  }

  private static Applied apply(
      Optional<ObjectNode> live, ObjectNode config, String manager, boolean force, Instant now) {
    return Ownership.apply(
        live, config, new FieldManager(manager, "apps/v1", ""), force, DEPLOYMENTS, now);
  }

  private static ObjectNode patched(ObjectNode live, Random random, Instant now) {
    ObjectNode changed = live.deepCopy();
    switch (random.nextInt(3)) {
      case 0 -> changed.withObject("/spec").put("replicas", random.nextInt(4));
      case 1 ->
          changed
              .withObject("/metadata/labels")
              .put("l" + random.nextInt(3), "v" + random.nextInt(3));
      default -> {
        if (changed.at("/metadata/labels") instanceof ObjectNode labels)
          labels.remove("l" + random.nextInt(3));
      }
    }
    // The server does not keep empty maps.
    if (changed.at("/metadata/labels").isEmpty()) changed.withObject("/metadata").remove("labels");
    return Ownership.update(
        Optional.of(live), changed, new FieldManager("kubectl", "apps/v1", ""), DEPLOYMENTS, now);
  }

  private static ObjectNode config() {
    ObjectNode config = JsonNodeFactory.instance.objectNode();
    config.put("apiVersion", "apps/v1").put("kind", "Deployment");
    config.putObject("metadata").put("name", "web");
    return config;
  }

  private static ObjectNode randomConfig(Random random) {
    ObjectNode config = config();
    if (random.nextBoolean()) {
      ObjectNode labels = config.withObject("/metadata/labels");
      for (int i = 0; i < 3; i++)
        if (random.nextBoolean()) labels.put("l" + i, "v" + random.nextInt(3));
      if (labels.isEmpty()) ((ObjectNode) config.get("metadata")).remove("labels");
    }
    if (random.nextBoolean()) config.withObject("/spec").put("replicas", random.nextInt(4));
    if (random.nextBoolean())
      config.withObject("/spec/selector/matchLabels").put("app", "web" + random.nextInt(2));
    if (random.nextBoolean()) {
      ArrayNode containers = config.withObject("/spec/template/spec").putArray("containers");
      for (String name : List.of("app", "side", "log")) {
        if (random.nextBoolean()) continue;
        ObjectNode container = containers.addObject().put("name", name);
        if (random.nextBoolean()) container.put("image", "i" + random.nextInt(3));
        if (random.nextBoolean()) {
          ArrayNode env = container.putArray("env");
          for (int i = 0; i < 3; i++)
            if (random.nextBoolean())
              env.addObject().put("name", "E" + i).put("value", "v" + random.nextInt(2));
          if (env.isEmpty()) container.remove("env");
        }
        if (random.nextBoolean())
          container
              .putArray("ports")
              .addObject()
              .put("containerPort", 80 + random.nextInt(2))
              .put("name", "p" + random.nextInt(2));
        if (random.nextBoolean()) container.putArray("args").add("a" + random.nextInt(3));
      }
      if (containers.isEmpty()) ((ObjectNode) config.get("spec")).remove("template");
      if (config.path("spec").isEmpty()) config.remove("spec");
    }
    return config;
  }

  /// Everything the configuration says is in the object; keyed items may have more to them.
  private static void assertContains(JsonNode object, JsonNode config, String path) {
    if (config.isObject() && !path.endsWith("selector")) {
      for (var field : config.properties()) {
        assertThat(object.has(field.getKey())).as(path + "/" + field.getKey()).isTrue();
        assertContains(object.get(field.getKey()), field.getValue(), path + "/" + field.getKey());
      }
    } else if (config.isArray() && !path.endsWith("args")) {
      for (JsonNode item : config) {
        String key = item.has("containerPort") ? "containerPort" : "name";
        JsonNode there =
            object
                .valueStream()
                .filter(o -> o.path(key).equals(item.path(key)))
                .findFirst()
                .orElseThrow();
        assertContains(there, item, path + "/" + item.path(key).asText());
      }
    } else {
      assertThat(object).as(path).isEqualTo(config);
    }
  }

  private static ManagedFields owners(ObjectNode object) {
    return ManagedFields.of(object).orElseThrow();
  }

  private static ManagedFields.Id applier(String manager) {
    return ManagedFields.Id.applier(new FieldManager(manager, "apps/v1", ""));
  }

  private static void assertOwns(ObjectNode object, String manager, ObjectNode config) {
    FieldSet sent = Typed.fields(config, DEPLOYMENTS.root());
    ManagedFields wanted =
        ManagedFields.NONE
            .with(applier(manager), new ManagedFields.Owned(sent, "apps/v1", ""))
            .withoutNobodys();
    assertThat(owners(object).fields(applier(manager)))
        .as("a manager owns what it sent, no more and no less")
        .isEqualTo(wanted.fields(applier(manager)));
  }

  private static FieldSet allOwned(ObjectNode object) {
    FieldSet all = FieldSet.EMPTY;
    for (var entry : owners(object).entries().values()) all = all.union(entry.fields());
    return all;
  }

  private static FieldSet fields(ObjectNode object) {
    FieldSet fields = Typed.fields(TrackedUpdate.unmanaged(object), DEPLOYMENTS.root());
    return ManagedFields.NONE
        .with(applier("all"), new ManagedFields.Owned(fields, "", ""))
        .withoutNobodys()
        .fields(applier("all"));
  }

  private static void assertEveryFieldHasAnOwner(ObjectNode object) {
    assertThat(fields(object).difference(allOwned(object)).json())
        .as("fields without an owner")
        .isEqualTo(JsonNodeFactory.instance.objectNode());
  }

  private static void assertNothingOfOthersIsGone(
      Optional<ObjectNode> before, ObjectNode after, String manager, ObjectNode config) {
    if (before.isEmpty()) return;
    FieldSet sent = Typed.fields(config, DEPLOYMENTS.root());
    owners(before.get())
        .entries()
        .forEach((id, entry) -> {
          if (id.equals(applier(manager))) return;
          FieldSet held = entry.fields().intersection(fields(before.get()));
          FieldSet lost = held.difference(fields(after)).difference(sent);
          assertThat(lost.json())
              .as("fields of " + id)
              .isEqualTo(JsonNodeFactory.instance.objectNode());
        });
  }

  private static void assertEveryConflictIsSomebodysOtherValue(
      Applied.Conflicts conflicts, ObjectNode live, ObjectNode config) {
    assertThat(conflicts.causes()).isNotEmpty();
    FieldSet changed =
        Typed.difference(
                TrackedUpdate.unmanaged(live),
                Typed.merged(TrackedUpdate.unmanaged(live), config, DEPLOYMENTS.root()),
                DEPLOYMENTS.root())
            .changed();
    var paths = new java.util.HashSet<String>();
    changed.each("", (path, _) -> paths.add(path));
    assertThat(paths).containsAll(conflicts.causes().stream().map(c -> c.field()).toList());
  }

  private static void assertOnlyUpdatersFieldsRemain(ObjectNode object) {
    assertThat(owners(object).entries().keySet())
        .allMatch(id -> id.operation() == ManagedFields.Operation.UPDATE);
    assertEveryFieldHasAnOwner(object);
  }
}
