package dev.sluice.playground.demo;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

class PainterTest {
  private static View view(int weight, List<View.Line> events) {
    return new View(
        Duration.ofSeconds(83),
        "Release 1.1.0 is committed",
        "Progressing",
        "New revision detected",
        weight,
        1,
        List.of(
            new View.Side("primary", "1.0.0", 2, 2, 14.2, 0),
            new View.Side("canary", "1.1.0", 2, 2, 6.1, 0.334)),
        List.of("12:00:01  0123abcd  Release myapp 1.1.0"),
        events,
        List.of(new View.Line("12:00:02", "myapp.production · New revision", false)));
  }

  @Test
  void thePictureShowsWhereTheTrafficGoesAndHowItFares() {
    var lines = new Painter(90, false).paint(view(30, List.of()), 40);

    assertThat(lines)
        .anyMatch(line -> line.startsWith("Sluice playground") && line.endsWith("1:23"))
        .anyMatch(line -> line.contains("Progressing") && line.contains("failed checks 1"))
        .anyMatch(line -> line.matches("primary +1\\.0\\.0 +2/2 +█{17}░{7} +70% +14\\.2 +0\\.0 %"))
        .anyMatch(line -> line.matches("canary +1\\.1\\.0 +2/2 +█{7}░{17} +30% +6\\.1 +33\\.4 %"))
        .anyMatch(line -> line.contains("Release myapp 1.1.0"))
        .anyMatch(line -> line.contains("New revision"));
  }

  @Test
  void itFitsIntoASmallTerminal() {
    var many =
        java.util.stream.IntStream.range(0, 100)
            .mapToObj(
                i -> new View.Line("12:00:00", "Canary Synced: " + "x".repeat(200), i % 2 == 0))
            .toList();

    var lines = new Painter(79, false).paint(view(10, many), 23);

    assertThat(lines).hasSizeLessThanOrEqualTo(23).allMatch(line -> line.length() <= 90);
  }

  @Test
  void whatComesFromTheClusterCannotSteerTheTerminal() {
    assertThat(Painter.fit("a\u001b[2Jb\nc", 20)).isEqualTo("a [2Jb c");
  }
}
