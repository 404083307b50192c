package dev.sluice.playground.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What is left of a playground's objects after its process ended at any moment, and after its file
/// was damaged.
class ObjectLogTest {
  private static final String RESOURCE = "/configmaps";
  private static final int KEPT = 100;
  private static final long NEVER = Long.MAX_VALUE;

  @TempDir Path temporary;
  private final List<String> said = new ArrayList<>();

  private ObjectLog open(Path folder) throws IOException {
    return ObjectLog.open(folder, 1000, KEPT, said::add, NEVER);
  }

  private static Path file(Path folder) {
    return folder.resolve("objects.log");
  }

  private static Key key(String name) {
    return new Key(RESOURCE, "a", name);
  }

  private static ObjectNode object(String name, String value) {
    var object = JsonNodeFactory.instance.objectNode().put("kind", "ConfigMap");
    object.putObject("metadata").put("namespace", "a").put("name", name).put("uid", "u-" + name);
    object.putObject("data").put("value", value);
    return object;
  }

  private static void put(Storage storage, String name, String value) {
    long expected = storage.get(key(name)).map(Storage::versionOf).orElse(0L);
    storage.put(key(name), object(name, value), expected);
  }

  private static void remove(Storage storage, String name) {
    storage.remove(key(name), storage.get(key(name)).orElseThrow());
  }

  /// Everything that a client could see.
  private record World(long version, Map<String, String> objects) {
    static World of(Storage storage) {
      var objects = new TreeMap<String, String>();
      for (var object : storage.list(RESOURCE, "")) {
        objects.put(object.at("/metadata/name").asText(), object.toString());
      }
      return new World(storage.version(), objects);
    }
  }

  private static void anything(Storage storage, Random random) {
    var name = "x" + random.nextInt(6);
    if (storage.get(key(name)).isPresent() && random.nextInt(3) == 0) {
      remove(storage, name);
    } else {
      put(storage, name, "ü\n".repeat(random.nextInt(20)) + random.nextInt());
    }
  }

  /// A folder as another process would find it now.
  private Path asItIs(Path folder, String name) throws IOException {
    var copy = Files.createDirectories(temporary.resolve(name));
    try (var files = Files.list(folder)) {
      for (var each : files.filter(f -> !f.endsWith("lock")).toList()) {
        Files.write(copy.resolve(each.getFileName()), Files.readAllBytes(each));
      }
    }
    return copy;
  }

  @Test
  void whatWasWrittenIsThereWithoutACleanEnd() throws Exception {
    var folder = temporary.resolve("first");
    try (var log = open(folder)) {
      put(log.storage(), "stays", "1");
      put(log.storage(), "stays", "2");
      put(log.storage(), "goes", "1");
      remove(log.storage(), "goes");

      try (var again = open(asItIs(folder, "killed"))) {
        assertThat(World.of(again.storage())).isEqualTo(World.of(log.storage()));
        assertThat(again.storage().byUid("u-stays")).contains(key("stays"));
        assertThat(again.storage().byUid("u-goes")).isEmpty();
        put(again.storage(), "comes", "1");
        assertThat(again.storage().version()).isEqualTo(1005);
      }
    }
    assertThat(said).isEmpty();
  }

  @Test
  void aWatchResumesOverARestart() throws Exception {
    var folder = temporary.resolve("first");
    try (var log = open(folder)) {
      put(log.storage(), "x", "1");
      put(log.storage(), "x", "2");
      var last = object("x", "marked");
      log.storage().remove(key("x"), last);
    }
    try (var again = open(folder)) {
      var missed = again.storage().since(RESOURCE, 1001);
      assertThat(missed)
          .extracting(Change::type)
          .containsExactly(Change.Type.MODIFIED, Change.Type.DELETED);
      assertThat(missed.getLast().object().at("/data/value").asText()).isEqualTo("marked");
      assertThat(Storage.versionOf(missed.getLast().object())).isEqualTo(1003);
    }
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2})
  void aLogThatEndsAnywhereHasAllWritesBeforeOrIsRefused(long seed) throws Exception {
    var random = new Random(seed);
    var folder = temporary.resolve("first");
    var worlds = new TreeMap<Long, World>();
    long begins;
    try (var log = open(folder)) {
      begins = Files.size(file(folder));
      worlds.put(begins, World.of(log.storage()));
      for (int i = 0; i < 8; i++) {
        anything(log.storage(), random);
        worlds.put(Files.size(file(folder)), World.of(log.storage()));
      }
    }
    var whole = Files.readAllBytes(file(folder));
    var cut = Files.createDirectories(temporary.resolve("cut"));
    for (int length = 0; length <= whole.length; length++) {
      Files.write(file(cut), Arrays.copyOf(whole, length));
      said.clear();
      if (length < begins) {
        assertThatThrownBy(() -> open(cut))
            .as("%d bytes", length)
            .isInstanceOf(UnreadableLog.class)
            .hasMessageContaining(file(cut).toString());
        continue;
      }
      var expected = worlds.floorEntry((long) length);
      try (var log = open(cut)) {
        assertThat(World.of(log.storage())).as("%d bytes", length).isEqualTo(expected.getValue());
        assertThat(said).hasSize(length == expected.getKey() ? 0 : 1);
      }
    }
  }

  @Test
  void writingGoesOnAfterAnUnfinishedWrite() throws Exception {
    var folder = temporary.resolve("first");
    try (var log = open(folder)) {
      put(log.storage(), "x", "1");
      put(log.storage(), "x", "2");
    }
    var whole = Files.readAllBytes(file(folder));
    Files.write(file(folder), Arrays.copyOf(whole, whole.length - 1));
    try (var log = open(folder)) {
      put(log.storage(), "x", "3");
    }
    try (var log = open(folder)) {
      assertThat(log.storage().get(key("x")).orElseThrow().at("/data/value").asText())
          .isEqualTo("3");
      assertThat(log.storage().version()).isEqualTo(1002);
    }
    assertThat(said).singleElement().asString().contains("was not finished");
  }

  @Test
  void aByteThatIsNotAsItWasWrittenIsRefused() throws Exception {
    var random = new Random(4);
    var folder = temporary.resolve("first");
    try (var log = open(folder)) {
      for (int i = 0; i < 5; i++) {
        anything(log.storage(), random);
      }
    }
    var whole = Files.readAllBytes(file(folder));
    var damaged = Files.createDirectories(temporary.resolve("damaged"));
    for (int at = 0; at < whole.length; at++) {
      var bytes = whole.clone();
      bytes[at] ^= (byte) (1 << random.nextInt(8));
      Files.write(file(damaged), bytes);
      assertThatThrownBy(() -> open(damaged))
          .as("byte %d", at)
          .isInstanceOf(UnreadableLog.class)
          .hasMessageMatching(".*objects\\.log (has|is|was|removes) .*, at byte \\d+");
    }
    assertThat(said).isEmpty();
  }

  @Test
  void aRecordThatIsMissingOrThereTwiceIsRefused() throws Exception {
    var folder = temporary.resolve("first");
    var ends = new ArrayList<Integer>();
    try (var log = open(folder)) {
      for (int i = 0; i < 4; i++) {
        ends.add((int) Files.size(file(folder)));
        put(log.storage(), "x", "" + i);
      }
    }
    var whole = Files.readAllBytes(file(folder));
    var record = Arrays.copyOfRange(whole, ends.get(1), ends.get(2));
    var missing = joined(Arrays.copyOf(whole, ends.get(1)), tail(whole, ends.get(2)));
    var twice = joined(Arrays.copyOf(whole, ends.get(2)), record, tail(whole, ends.get(2)));

    Files.write(file(folder), missing);
    assertThatThrownBy(() -> open(folder))
        .hasMessageContaining("has version 1003 after version 1001");
    Files.write(file(folder), twice);
    assertThatThrownBy(() -> open(folder))
        .hasMessageContaining("has version 1002 after version 1002");
  }

  private static byte[] tail(byte[] bytes, int from) {
    return Arrays.copyOfRange(bytes, from, bytes.length);
  }

  private static byte[] joined(byte[]... parts) {
    var all = new ByteArrayOutputStream();
    for (var part : parts) {
      all.writeBytes(part);
    }
    return all.toByteArray();
  }

  @Test
  void zerosThatAPowerFailureLeftAreDropped() throws Exception {
    var folder = temporary.resolve("first");
    World before;
    try (var log = open(folder)) {
      put(log.storage(), "x", "1");
      before = World.of(log.storage());
    }
    Files.write(file(folder), joined(Files.readAllBytes(file(folder)), new byte[20_000]));
    try (var log = open(folder)) {
      assertThat(World.of(log.storage())).isEqualTo(before);
    }
    assertThat(said).singleElement().asString().contains("20000 bytes are dropped");
  }

  @Test
  void whatIsNoLogOfThisFormatIsRefusedAndLeftAlone() throws Exception {
    var folder = Files.createDirectories(temporary.resolve("first"));
    for (var strange :
        Map.of(
                "a letter to somebody else", "is not a log of objects",
                "", "is not a log of objects",
                "sluice-objects 2\nand more", "format 2, this one reads format 1")
            .entrySet()) {
      Files.writeString(file(folder), strange.getKey());
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(UnreadableLog.class)
          .hasMessageContaining(strange.getValue());
      assertThat(file(folder)).hasContent(strange.getKey());
    }
    Files.write(
        file(folder),
        joined(LogFormat.header(), LogFormat.record(new Entry.Put(1, key("x"), object("x", "")))));
    assertThatThrownBy(() -> open(folder)).hasMessageContaining("out of its place");
  }

  @Test
  void nobodyElseReadsTheSecretsInIt() throws Exception {
    var folder = temporary.resolve("first");
    open(folder).close();
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(folder)))
        .isEqualTo("rwx------");
  }

  @Test
  void aFolderHasOneOwner() throws Exception {
    var folder = temporary.resolve("first");
    try (var _ = open(folder)) {
      assertThatThrownBy(() -> open(folder))
          .isInstanceOf(UnreadableLog.class)
          .hasMessageContaining(folder + " is in use");
    }
    open(folder).close();
  }

  @Test
  void aWriteThatCannotBeKeptIsNotDone() throws Exception {
    var folder = temporary.resolve("first");
    var log = open(folder);
    put(log.storage(), "x", "1");
    var before = World.of(log.storage());
    log.close();

    assertThatThrownBy(() -> put(log.storage(), "x", "2")).isInstanceOf(NotWritten.class);
    assertThatThrownBy(() -> remove(log.storage(), "x")).isInstanceOf(NotWritten.class);
    assertThat(World.of(log.storage())).isEqualTo(before);
    assertThat(log.storage().since(RESOURCE, before.version())).isEmpty();
  }

  /// Ends the process after each step of a compaction, and writes in the middle of it.
  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5})
  void aCompactionThatEndsAnywhereLosesNothing(long seed) throws Exception {
    var random = new Random(seed);
    var folder = temporary.resolve("first");
    var killed = new EnumMap<ObjectLog.Step, World>(ObjectLog.Step.class);
    try (var log = ObjectLog.open(folder, 1000, KEPT, said::add, 2000)) {
      while (Files.size(file(folder)) < 6000) {
        anything(log.storage(), random);
      }
      long before = Files.size(file(folder));
      log.compact(step -> {
        if (step == ObjectLog.Step.KEPT_WRITTEN) {
          for (int i = 0; i < 5; i++) {
            anything(log.storage(), random);
          }
        }
        killed.put(step, World.of(log.storage()));
        copyOf(folder, step.name());
      });
      assertThat(Files.size(file(folder))).isLessThan(before);
      anything(log.storage(), random);
      var end = World.of(log.storage());
      try (var again = open(asItIs(folder, "later"))) {
        assertThat(World.of(again.storage())).isEqualTo(end);
      }
    }
    assertThat(killed).containsOnlyKeys(ObjectLog.Step.values());
    for (var each : killed.entrySet()) {
      var place = temporary.resolve(each.getKey().name());
      try (var log = open(place)) {
        assertThat(World.of(log.storage())).as(each.getKey().name()).isEqualTo(each.getValue());
        assertThat(place.resolve("objects.log.next")).doesNotExist();
      }
    }
    assertThat(said).isEmpty();
  }

  private void copyOf(Path folder, String name) {
    try {
      asItIs(folder, name);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void watchesFromBeforeACompactionAreTooOldAfterARestart() throws Exception {
    var folder = temporary.resolve("first");
    try (var log = ObjectLog.open(folder, 1000, KEPT, said::add, 0)) {
      put(log.storage(), "x", "1");
      put(log.storage(), "y", "1");
      put(log.storage(), "y", "2");
      log.compact(_ -> {});
      assertThat(log.storage().since(RESOURCE, 1000)).hasSize(3);
    }
    try (var again = open(folder)) {
      assertThatThrownBy(() -> again.storage().since(RESOURCE, 1000)).isInstanceOf(TooOld.class);
      assertThat(again.storage().since(RESOURCE, 1002)).hasSize(1);
    }
  }

  @Test
  void theLogStaysWithinASmallMultipleOfWhatItKeeps() throws Exception {
    var folder = temporary.resolve("first");
    long longest = 0;
    try (var log = ObjectLog.open(folder, 1000, KEPT, said::add, 4000)) {
      for (int i = 0; i < 2000; i++) {
        put(log.storage(), "x" + i % 10, "value " + i);
        log.compact(_ -> {});
        longest = Math.max(longest, Files.size(file(folder)));
      }
    }
    assertThat(longest).isLessThan(5000);
  }

  @Test
  void theFileSaysWhatItIs() throws Exception {
    var folder = temporary.resolve("first");
    open(folder).close();
    assertThat(new String(Files.readAllBytes(file(folder)), StandardCharsets.ISO_8859_1))
        .startsWith("sluice-objects 1\n");
  }
}
