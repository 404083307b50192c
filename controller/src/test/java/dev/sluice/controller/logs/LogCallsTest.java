package dev.sluice.controller.logs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Messages are constant and facts are keys, so that a search for a message finds every line of it.
class LogCallsTest {
  private static final Path SOURCES =
      Path.of(System.getProperty("sluice.root", "..")).resolve("controller/src/main/java");
  private static final Pattern CALL =
      Pattern.compile(
          "(?:\\.log|LOG\\.(?:trace|debug|info|warn|error))\\((.{1,120})", Pattern.DOTALL);
  private static final Pattern MESSAGE = Pattern.compile("\\s*\"([a-z][^\"\\\\{}]*)\"\\s*\\)");
  private static final Pattern KEY = Pattern.compile("addKeyValue\\(\\s*([^,]+),");
  private static final Pattern WORD = Pattern.compile("\"[a-z][A-Za-z]*\"");

  private static List<String> found(Pattern pattern) throws IOException {
    List<String> found = new ArrayList<>();
    try (Stream<Path> files = Files.walk(SOURCES)) {
      files
          .filter(file -> file.toString().endsWith(".java"))
          .forEach(file ->
              pattern.matcher(read(file)).results().forEach(r -> found.add(r.group(1).strip())));
    }
    return found;
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Test
  void everyMessageIsAConstant() throws IOException {
    assertThat(found(CALL))
        .hasSizeGreaterThan(10)
        .allMatch(call -> MESSAGE.matcher(call).lookingAt());
  }

  @Test
  void everyFactHasAKeyOfOneWordThatIsDocumented() throws IOException {
    String page =
        read(Path.of(System.getProperty("sluice.root", "..")).resolve("docs/reference/logs.md"));
    assertThat(found(KEY))
        .hasSizeGreaterThan(20)
        .allMatch(WORD.asMatchPredicate())
        .allMatch(key -> page.contains("`" + key.replace("\"", "") + "`"));
  }

  @Test
  void everyMessageIsInTheReference() throws IOException {
    String page =
        read(Path.of(System.getProperty("sluice.root", "..")).resolve("docs/reference/logs.md"));
    assertThat(found(CALL).stream().flatMap(call -> MESSAGE.matcher(call).results()))
        .extracting(message -> message.group(1))
        .hasSizeGreaterThan(10)
        .allMatch(message -> page.contains("`" + message + "`"));
  }
}
