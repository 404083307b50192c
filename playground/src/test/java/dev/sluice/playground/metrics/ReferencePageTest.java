package dev.sluice.playground.metrics;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/// The page about the playground's metrics names exactly what there is.
class ReferencePageTest {

  @Test
  void everyFunctionAndAggregationIsOnThePageAndNoOther() throws Exception {
    assertThat(named("functions"))
        .containsExactlyElementsOf(Arrays.stream(Function.values()).map(Function::text).toList());
    assertThat(named("aggregations"))
        .containsExactlyInAnyOrderElementsOf(
            Arrays.stream(Aggregation.values())
                .map(a -> a.name().toLowerCase(Locale.ROOT))
                .toList());
  }

  private static List<String> named(String row) throws Exception {
    var page =
        Path.of(System.getProperty("sluice.root", ".."), "docs/reference/playground-metrics.md");
    var line =
        Files.readString(page)
            .lines()
            .filter(l -> l.startsWith("| " + row))
            .findFirst()
            .orElseThrow();
    return Pattern.compile("`([a-z_]+)`")
        .matcher(line)
        .results()
        .map(m -> m.group(1))
        .filter(name -> !List.of("by", "without").contains(name))
        .toList();
  }
}
