package dev.sluice.crds;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/// Keeps the generated files in the repository equal to what the records say; rewritten with
/// `-Dsluice.update=true`.
class GeneratedFilesTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final boolean UPDATE = Boolean.getBoolean("sluice.update");

  private static Map<String, String> files() {
    var files = new LinkedHashMap<String, String>();
    CustomResources.definitions().forEach((name, yaml) -> files.put("deploy/crds/" + name, yaml));
    files.put("docs/reference/crds.md", CustomResources.referencePage());
    return files;
  }

  @TestFactory
  List<DynamicTest> areWhatTheRecordsSay() {
    return files().entrySet().stream()
        .map(file ->
            DynamicTest.dynamicTest(file.getKey(), () -> check(file.getKey(), file.getValue())))
        .toList();
  }

  private static void check(String name, String expected) throws IOException {
    Path path = ROOT.resolve(name);
    if (UPDATE) {
      Files.createDirectories(path.getParent());
      Files.writeString(path, expected);
    }
    assertThat(path).as("run the tests with -Dsluice.update=true and commit").exists();
    assertThat(Files.readString(path))
        .as("%s is out of date: run the tests with -Dsluice.update=true and commit", name)
        .isEqualTo(expected);
  }

  @Test
  void noFileIsLeftOverFromAKindThatIsGone() throws IOException {
    try (Stream<Path> listed = Files.list(Files.createDirectories(ROOT.resolve("deploy/crds")))) {
      assertThat(listed.map(path -> path.getFileName().toString()))
          .isSubsetOf(CustomResources.definitions().keySet());
    }
  }
}
