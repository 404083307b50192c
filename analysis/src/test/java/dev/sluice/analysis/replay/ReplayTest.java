package dev.sluice.analysis.replay;

import static org.assertj.core.api.Assertions.assertThat;

import dev.sluice.analysis.Comparison.Counts;
import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.compare.ComparisonPolicy;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Recordings as bad as scraped data can be.
class ReplayTest {
  private static final double[] BOUNDS = {100, 500, Double.POSITIVE_INFINITY};
  private static final double LAST = 600;

  /// Ten minutes of a healthy release and its primary, after five of history.
  private static List<Scrape> healthy(long seed) {
    var random = new Random(seed);
    var scrapes = new ArrayList<Scrape>();
    var counters = new EnumMap<Group, double[]>(Group.class);
    for (double now = -300; now <= LAST; now += 10) {
      for (var group : Group.values()) {
        boolean canary = group == Group.CANARY;
        if (canary && now <= 0) {
          continue;
        }
        var of = counters.computeIfAbsent(group, _ -> new double[5]);
        for (int request = canary ? 20 : 180; request > 0; request--) {
          of[0]++;
          of[1] += random.nextInt(200) == 0 ? 1 : 0;
          double took = random.nextDouble();
          of[2] += took < 0.7 ? 1 : 0;
          of[3] += took < 0.995 ? 1 : 0;
          of[4]++;
        }
        scrapes.add(new Scrape(now, group, "", of[0], of[1], new double[] {of[2], of[3], of[4]}));
      }
    }
    return scrapes;
  }

  /// Without these it is not known what came before the start, and what came at the end.
  private static boolean edge(Scrape scrape) {
    return scrape.at() == -300 || scrape.at() == 0 || scrape.at() == LAST;
  }

  /// As a reader of a file sorts them.
  private static Replay.Outcome judged(List<Scrape> scrapes, List<Verdict> verdicts) {
    var sorted = new ArrayList<>(scrapes);
    sorted.sort(Comparator.comparingDouble(Scrape::at));
    return Replay.run(
        new Recording(BOUNDS, sorted),
        ComparisonPolicy.DEFAULT,
        look -> verdicts.add(look.verdict()));
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20})
  void everyRequestCountsOnceWhateverIsLostDoubledLateOrAbsent(long seed) {
    var random = new Random(seed);
    var whole = healthy(seed);
    var damaged = new ArrayList<Scrape>();
    for (var scrape : whole) {
      var nothing = new double[] {Double.NaN, Double.NaN, Double.NaN};
      switch (edge(scrape) ? 9 : random.nextInt(10)) {
        case 0, 1 -> {} // lost
        case 2 -> {
          damaged.add(scrape);
          damaged.add(scrape);
        }
        case 3 ->
            damaged.add(
                new Scrape(scrape.at(), scrape.group(), "", Double.NaN, scrape.errors(), nothing));
        case 4 ->
            damaged.add(
                new Scrape(
                    scrape.at(), scrape.group(), "", scrape.requests(), Double.NaN, nothing));
        case 5 ->
            // The scrape before, shown again a little later.
            damaged.add(
                new Scrape(
                    scrape.at() + 3,
                    scrape.group(),
                    "",
                    scrape.requests(),
                    scrape.errors(),
                    scrape.atMost()));
        default -> damaged.add(scrape);
      }
    }
    Collections.shuffle(damaged, random);

    var verdicts = new ArrayList<Verdict>();
    var wanted = judged(whole, new ArrayList<>());
    var seen = judged(damaged, verdicts);

    assertThat(verdicts).noneMatch(Verdict.Rollback.class::isInstance);
    assertThat(seen.canaryRequests()).isEqualTo(wanted.canaryRequests()).isEqualTo(60 * 20);
    assertThat(counts(seen)).isEqualTo(counts(wanted));
  }

  /// Of every metric, both sides.
  private static List<List<Counts>> counts(Replay.Outcome outcome) {
    return outcome.last().verdict().evidence().stream()
        .sorted(Comparator.comparing(evidence -> evidence.metric()))
        .flatMap(evidence -> Optional.ofNullable(evidence.comparison()).stream())
        .map(seen -> List.of(seen.canary(), seen.primary()))
        .toList();
  }

  /// What makes a canary or its primary say nothing.
  enum Silence {
    NO_REQUESTS_ANYWHERE,
    NO_CANARY,
    NO_PRIMARY,
    CANARY_ABSENT,
    PRIMARY_ABSENT,
    ALL_ABSENT,
    CANARY_STANDS_STILL,
    PRIMARY_STANDS_STILL;

    /// What a scraper sees of it.
    Stream<Scrape> seen(Scrape scrape) {
      boolean canary = scrape.group() == Group.CANARY;
      return switch (this) {
        case NO_REQUESTS_ANYWHERE -> Stream.of(still(scrape));
        case NO_CANARY -> canary ? Stream.of() : Stream.of(scrape);
        case NO_PRIMARY -> canary ? Stream.of(scrape) : Stream.of();
        case CANARY_ABSENT -> Stream.of(canary ? absent(scrape) : scrape);
        case PRIMARY_ABSENT -> Stream.of(canary ? scrape : absent(scrape));
        case ALL_ABSENT -> Stream.of(absent(scrape));
        case CANARY_STANDS_STILL -> Stream.of(canary ? still(scrape) : scrape);
        case PRIMARY_STANDS_STILL -> Stream.of(canary ? scrape : still(scrape));
      };
    }

    private static Scrape absent(Scrape scrape) {
      var nothing = new double[] {Double.NaN, Double.NaN, Double.NaN};
      return new Scrape(scrape.at(), scrape.group(), "", Double.NaN, Double.NaN, nothing);
    }

    private static Scrape still(Scrape scrape) {
      return new Scrape(scrape.at(), scrape.group(), "", 0, Double.NaN, new double[3]);
    }
  }

  /// Goal G10: missing data is never evidence, neither against a release nor for it.
  @ParameterizedTest
  @EnumSource
  void silenceAloneNeitherRollsBackNorPromotes(Silence silence) {
    for (long seed = 1; seed <= 20; seed++) {
      var verdicts = new ArrayList<Verdict>();

      var outcome = judged(healthy(seed).stream().flatMap(silence::seen).toList(), verdicts);

      assertThat(verdicts)
          .as("seed %d", seed)
          .noneMatch(Verdict.Rollback.class::isInstance)
          .noneMatch(Verdict.Safe.class::isInstance);
      assertThat(outcome.last().verdict()).isInstanceOf(Verdict.Hold.class);
    }
  }

  /// A silence in the midst of things says nothing either, whoever is silent and for how long.
  @Test
  void aGapRollsBackNoHealthyReleaseAndStepsNone() {
    var random = new Random(20261121);
    for (int run = 0; run < 60; run++) {
      double from = 10 * random.nextInt(50);
      double to = from + 10 * (6 + random.nextInt(20));
      // Both, or one of them.
      var others = List.of(Set.<Group>of(), Set.of(Group.CANARY), Set.of(Group.PRIMARY));
      var seen = others.get(random.nextInt(3));
      var scrapes =
          healthy(run).stream()
              .filter(s -> s.at() <= from || s.at() > to || edge(s) || seen.contains(s.group()))
              .toList();
      var looks = new ArrayList<Replay.Look>();
      Replay.run(new Recording(BOUNDS, scrapes), ComparisonPolicy.DEFAULT, looks::add);

      assertThat(looks)
          .as("run %d: %s to %s", run, from, to)
          .noneMatch(look -> look.verdict() instanceof Verdict.Rollback)
          .filteredOn(look -> look.at() >= from + 60 && look.at() <= Math.min(to, LAST - 10))
          .allMatch(look -> look.verdict() instanceof Verdict.Hold);
    }
  }
}
