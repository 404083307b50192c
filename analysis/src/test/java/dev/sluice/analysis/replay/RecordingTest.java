package dev.sluice.analysis.replay;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.io.BufferedReader;
import java.io.StringReader;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

/// What is read of a file; what is refused, and how, is told by `JudgeCommandTest`.
class RecordingTest {
  private static final String PLAIN =
      """
      t_s,group,requests_total,errors_total,le50,le250,leInf
      -10,primary,900,1,800,890,900
      10,canary,100,NaN,80,99,100
      10,primary,1800,3,1600,1780,1800
      """;

  @Test
  void aFileSaysWhatAScraperSaw() throws Exception {
    var recording = read(PLAIN);

    assertThat(recording.bounds()).containsExactly(50, 250, Double.POSITIVE_INFINITY);
    assertThat(recording.scrapes()).hasSize(3);
    var canary = recording.scrapes().get(1);
    assertThat(canary.at()).isEqualTo(10);
    assertThat(canary.group()).isEqualTo(Group.CANARY);
    assertThat(canary.pod()).isEmpty();
    assertThat(canary.requests()).isEqualTo(100);
    assertThat(canary.errors()).isNaN();
    assertThat(canary.atMost()).containsExactly(80, 99, 100);
  }

  @Test
  void theEndsOfLinesCommentsAndSpacesMakeNoDifference() throws Exception {
    for (var text :
        List.of(
            PLAIN.replace("\n", "\r\n"),
            "\uFEFF" + PLAIN,
            "\uFEFF# by hand\n\n" + PLAIN,
            PLAIN.replace("\n10,p", "\n# comments, too, have commas\n\n10,p"),
            PLAIN.replace(",", " , "),
            PLAIN.stripTrailing(),
            PLAIN.replace("1800", "1.8e3"))) {
      assertSame(read(text), read(PLAIN));
    }
  }

  @Test
  void columnsComeInAnyOrder() throws Exception {
    assertSame(
        read(
            """
            leInf,errors_total,le250,group,le50,t_s,requests_total
            900,1,890,primary,800,-10,900
            100,NaN,99,canary,80,10,100
            1800,3,1780,primary,1600,10,1800
            """),
        read(PLAIN));
  }

  @Test
  void rowsAreTakenByTheirTime() throws Exception {
    var lines = PLAIN.lines().toList();

    assertSame(
        read(String.join("\n", lines.get(0), lines.get(2), lines.get(3), lines.get(1))),
        read(PLAIN));
  }

  @Test
  void aHistogramWithNothingButTheLastBucketIsNone() throws Exception {
    var recording = read("t_s,group,requests_total,errors_total,leInf\n10,canary,100,0,100\n");

    assertThat(recording.bounds()).isEmpty();
    assertThat(recording.scrapes().getFirst().atMost()).isEmpty();
  }

  @Test
  void whatWasNeverScrapedIsNotJudged() {
    var before = new Scrape(-10, Group.CANARY, "", 5, 0, new double[0]);

    for (var scrapes : List.of(List.<Scrape>of(), List.of(before))) {
      assertThatThrownBy(() ->
              Replay.run(new Recording(new double[0], scrapes), ComparisonPolicy.DEFAULT, _ -> {}))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessage("nothing was scraped after the rollout's start");
    }
    assertThatThrownBy(() -> read("t_s,group,requests_total,errors_total\n"))
        .isInstanceOf(BadRecording.class)
        .hasMessageContaining("there is nothing to judge");
  }

  private static Recording read(String text) throws Exception {
    return Recording.read(new BufferedReader(new StringReader(text)));
  }

  private static void assertSame(Recording seen, Recording wanted) {
    assertThat(seen.bounds()).isEqualTo(wanted.bounds());
    assertThat(seen.scrapes().stream().map(RecordingTest::told).toList())
        .isEqualTo(wanted.scrapes().stream().map(RecordingTest::told).toList());
  }

  private static String told(Scrape s) {
    return s.at()
        + " "
        + s.group()
        + s.pod()
        + " "
        + s.requests()
        + " "
        + s.errors()
        + Arrays.toString(s.atMost());
  }
}
