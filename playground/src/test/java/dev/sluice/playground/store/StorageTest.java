package dev.sluice.playground.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class StorageTest {

  private final Storage storage = new Storage(1000, 4);

  private static Key key(String namespace, String name) {
    return new Key("/configmaps", namespace, name);
  }

  private static ObjectNode object(String namespace, String name) {
    var object = JsonNodeFactory.instance.objectNode();
    object
        .putObject("metadata")
        .put("namespace", namespace)
        .put("name", name)
        .put("uid", "u-" + name);
    return object;
  }

  private ObjectNode put(String namespace, String name) {
    return storage.put(key(namespace, name), object(namespace, name), 0);
  }

  private List<String> names(String namespace) {
    return storage.list("/configmaps", namespace).stream()
        .map(each -> each.path("metadata").path("name").asText())
        .toList();
  }

  @Test
  void everyWriteTakesTheNextVersion() {
    assertThat(Storage.versionOf(put("a", "x"))).isEqualTo(1001);
    assertThat(Storage.versionOf(put("a", "y"))).isEqualTo(1002);
    assertThat(storage.version()).isEqualTo(1002);
  }

  @Test
  void aWriteOnAnOldStateIsRefused() {
    var first = put("a", "x");
    storage.put(key("a", "x"), object("a", "x"), Storage.versionOf(first));
    assertThatThrownBy(() -> storage.put(key("a", "x"), object("a", "x"), Storage.versionOf(first)))
        .isInstanceOf(StaleVersion.class);
  }

  @Test
  void listsAreByNamespaceAndName() {
    put("b", "z");
    put("a", "y");
    put("b", "x");
    assertThat(names("")).containsExactly("y", "x", "z");
    assertThat(names("b")).containsExactly("x", "z");
    assertThat(names("none")).isEmpty();
  }

  @Test
  void anEarlierListShowsWhatWasThereThen() {
    put("a", "stays");
    put("a", "goes");
    long then = storage.version();
    storage.remove(key("a", "goes"), object("a", "goes"));
    put("a", "comes");
    assertThat(walked("a", "", then)).containsExactly("goes", "stays");
    assertThat(walked("", "", then)).containsExactly("goes", "stays");
    assertThat(walked("", "a\0goes", then)).containsExactly("stays");
    assertThat(walked("", "a\0stays", then)).isEmpty();
    assertThat(storage.count("/configmaps", "", then)).isEqualTo(2);
  }

  private List<String> walked(String namespace, String after, long at) {
    var names = new ArrayList<String>();
    storage.walk(
        "/configmaps", namespace, after, at, each -> names.add(each.at("/metadata/name").asText()));
    return names;
  }

  /// Every list from every place at every version is what a plain copy of then says.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3})
  void anyWalkShowsWhatWasThereThenInOrder(long seed) {
    var random = new Random(seed);
    var whole = new Storage(1000, 1000);
    var then = new TreeMap<Long, TreeMap<String, String>>();
    var now = new TreeMap<String, String>();
    for (int i = 0; i < 60; i++) {
      var key = key("n" + random.nextInt(3), "x" + random.nextInt(4));
      var place = key.namespace() + '\0' + key.name();
      var present = whole.get(key);
      if (present.isPresent() && random.nextInt(3) == 0) {
        whole.remove(key, present.get());
        now.remove(place);
      } else {
        var stored =
            whole.put(
                key,
                object(key.namespace(), key.name()),
                present.map(Storage::versionOf).orElse(0L));
        now.put(place, stored.at("/metadata/resourceVersion").asText());
      }
      then.put(whole.version(), new TreeMap<>(now));
    }
    for (var each : then.entrySet()) {
      for (var namespace : List.of("", "n1")) {
        for (var after : List.of("", "n0\0x3", "n1\0x1", "n1\0y", "n9\0x")) {
          var expected = new TreeMap<>(each.getValue().tailMap(after, false));
          expected.keySet().removeIf(place -> !namespace.isEmpty() && !place.startsWith(namespace));
          var seen = new ArrayList<String>();
          whole.walk(
              "/configmaps",
              namespace,
              after,
              each.getKey(),
              object -> seen.add(object.at("/metadata/resourceVersion").asText()));
          assertThat(seen).containsExactlyElementsOf(expected.values());
          if (after.isEmpty()) {
            assertThat(whole.count("/configmaps", namespace, each.getKey()))
                .isEqualTo(expected.size());
          }
        }
      }
    }
  }

  @Test
  void historyThatIsNotKeptIsTooOld() {
    for (int i = 0; i < 6; i++) {
      put("a", "x" + i);
    }
    assertThat(storage.since("/configmaps", 1002)).hasSize(4);
    assertThatThrownBy(() -> storage.since("/configmaps", 1001)).isInstanceOf(TooOld.class);
    assertThatThrownBy(() -> storage.since("/configmaps", 1)).isInstanceOf(TooOld.class);
  }

  @Test
  void aRemovalIsSeenWithItsOwnVersion() {
    var seen = new ArrayList<Change>();
    put("a", "x");
    storage.listen(seen::add);
    storage.remove(key("a", "x"), object("a", "x"));
    assertThat(seen)
        .singleElement()
        .satisfies(change -> {
          assertThat(change.type()).isEqualTo(Change.Type.DELETED);
          assertThat(Storage.versionOf(change.object())).isEqualTo(1002);
        });
    assertThat(storage.get(key("a", "x"))).isEmpty();
  }

  @Test
  void ownersKnowTheirDependants() {
    put("a", "owner");
    var child = object("a", "child");
    child
        .withObjectProperty("metadata")
        .putArray("ownerReferences")
        .addObject()
        .put("uid", "u-owner");
    storage.put(key("a", "child"), child, 0);
    assertThat(storage.dependents("u-owner")).containsExactly(key("a", "child"));
    assertThat(storage.byUid("u-owner")).contains(key("a", "owner"));
    storage.remove(key("a", "child"), child);
    assertThat(storage.dependents("u-owner")).isEmpty();
  }
}
