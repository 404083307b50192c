package dev.sluice.controller.docs;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// What the comparison claims is tested by the tests that it names.
class ComparisonTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+Test)\\.(\\w+)`");

  @Test
  void everyTestThatIsNamedIsThere() throws IOException {
    var page = Files.readString(ROOT.resolve("docs/explanation/compared-with-flagger.md"));
    var sources =
        List.of(
            ROOT.resolve("controller/src/test"),
            ROOT.resolve("analysis/src/test"),
            ROOT.resolve("mesh/src/test"));

    var named = NAMED.matcher(page).results().toList();

    assertThat(named).hasSizeGreaterThan(25);
    for (var test : named) {
      assertThat(bodies(sources, test.group(1)))
          .as(test.group())
          .anySatisfy(body -> assertThat(body).contains(" " + test.group(2) + "("));
    }
  }

  private static List<String> bodies(List<Path> sources, String type) throws IOException {
    var bodies = new ArrayList<String>();
    for (var source : sources) {
      try (Stream<Path> files = Files.walk(source)) {
        for (var file : files.filter(f -> f.endsWith(type + ".java")).toList()) {
          bodies.add(Files.readString(file));
        }
      }
    }
    return bodies;
  }
}
