package dev.sluice.analysis.compare;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import dev.sluice.analysis.Verdict;
import dev.sluice.analysis.Verdict.Reason;
import dev.sluice.analysis.intake.Group;
import dev.sluice.analysis.intake.Scrape;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class JudgeTest {
  private static final double[] BOUNDS = {50, 100, 250, 500, Double.POSITIVE_INFINITY};
  private static final double[] SLOWER = {0.6, 0.22, 0.06, 0.01, 0};

  /// A life with everything in it: history, errors that come and go, a canary that is gone for a
  /// while, an outage of both.
  private static void live(Judge judge, double now, Counters canary, Counters primary) {
    var random = new Random((long) now);
    boolean outage = now > 900 && now <= 960;
    for (int pod = 0; pod < 8; pod++) {
      primary.serve(pod, 100 + random.nextInt(20), outage ? 0.2 : 0.002, random);
      judge.take(primary.scrape(Group.PRIMARY, pod, now), now);
    }
    for (int pod = 0; pod < 4 && now > 0; pod++) {
      canary.serve(pod, 30 + random.nextInt(9), outage ? 0.2 : now > 600 ? 0.004 : 0.002, random);
      if (now <= 300 || now > 400) {
        judge.take(canary.scrape(Group.CANARY, pod, now), now);
      }
    }
  }

  private static final class Counters {
    final double[][] requests = new double[8][BOUNDS.length + 2];

    void serve(int pod, int n, double share, Random random) {
      for (int i = 0; i < n; i++) {
        requests[pod][0]++;
        requests[pod][1] += random.nextDouble() < share ? 1 : 0;
        double slow = random.nextDouble();
        for (int b = 0; b < BOUNDS.length; b++) {
          requests[pod][b + 2] += slow >= SLOWER[b] ? 1 : 0;
        }
      }
    }

    Scrape scrape(Group group, int pod, double now) {
      var atMost = new double[BOUNDS.length];
      System.arraycopy(requests[pod], 2, atMost, 0, atMost.length);
      return new Scrape(now, group, group + "-" + pod, requests[pod][0], requests[pod][1], atMost);
    }
  }

  @Test
  void theSameScrapesAndLooksGiveTheSameVerdictsBitByBit() {
    var once = new Judge(ComparisonPolicy.DEFAULT, BOUNDS);
    var again = new Judge(ComparisonPolicy.DEFAULT, BOUNDS);
    var counters = List.of(new Counters(), new Counters(), new Counters(), new Counters());
    var kinds = new ArrayList<String>();
    for (double now = -600; now <= 1500; now += 10) {
      live(once, now, counters.get(0), counters.get(1));
      live(again, now, counters.get(2), counters.get(3));
      if (now <= 0) {
        once.remember();
        again.remember();
      } else {
        var verdict = once.look(now);
        assertThat(again.look(now)).as("at %s s", now).isEqualTo(verdict);
        kinds.add(verdict.getClass().getSimpleName());
      }
    }
    assertThat(kinds).contains("Continue", "Safe", "Hold");
  }

  /// Half of the canary's requests fail, in no time; all of the other one's are slow and well.
  @Test
  void whereLatencyAloneIsComparedErrorsAreNeitherBlamedNorWaitedFor() {
    assertThat(latencyAlone(0.5, 1)).isInstanceOf(Verdict.Safe.class);
    assertThat(latencyAlone(0, 0.2)).isInstanceOf(Verdict.Rollback.class);
  }

  /// @param fast share of the canary's requests that take less than 50 ms; no others do of 500
  private static Verdict latencyAlone(double failing, double fast) {
    var usual = ComparisonPolicy.DEFAULT;
    var policy =
        new ComparisonPolicy(
            10,
            0.01,
            usual.errors(),
            usual.latency(),
            0.005,
            0.99,
            500.0,
            List.of(500.0),
            0,
            true,
            false);
    var judge = new Judge(policy, BOUNDS);
    Verdict last = judge.unavailable("");
    for (double now = 0; now <= 300; now += 10) {
      judge.take(scrape(Group.PRIMARY, now, 900 * now, 0, 1), now);
      judge.take(scrape(Group.CANARY, now, 100 * now, Math.floor(100 * failing * now), fast), now);
      if (now == 0) {
        judge.remember();
      } else if (!(last instanceof Verdict.Rollback)) {
        last = judge.look(now);
      }
    }
    assertThat(last.sentence()).contains("slower than 500ms").doesNotContain("error rate");
    return last;
  }

  private static Scrape scrape(
      Group group, double now, double requests, double errors, double fast) {
    double quick = Math.floor(requests * fast);
    return new Scrape(
        now, group, "", requests, errors, new double[] {quick, quick, quick, quick, requests});
  }

  @Test
  void silenceAloneIsNeverARollbackNorSafe() {
    for (int kind = 0; kind < 5; kind++) {
      var judge = new Judge(ComparisonPolicy.DEFAULT, BOUNDS);
      for (double now = 10; now <= 3600; now += 10) {
        double none = Double.NaN;
        var empty = new double[] {none, none, none, none, none};
        var still = new double[] {7, 7, 7, 7, 7};
        switch (kind) {
          case 0 -> {}
          case 1 -> judge.take(new Scrape(now, Group.PRIMARY, "", now * 90, 0, empty), now);
          case 2 -> {
            judge.take(new Scrape(now, Group.PRIMARY, "", none, none, empty), now);
            judge.take(new Scrape(now, Group.CANARY, "", none, none, empty), now);
          }
          case 3 -> {
            judge.take(new Scrape(now, Group.PRIMARY, "", 7, 7, still), now);
            judge.take(new Scrape(now, Group.CANARY, "", 7, 7, still), now);
          }
          default -> judge.take(new Scrape(now, Group.CANARY, "", now * 10, 0, empty), now);
        }
        var verdict = judge.look(now);
        assertThat(verdict)
            .as("silence %d at %s s", kind, now)
            .isInstanceOfAny(Verdict.Hold.class, Verdict.Continue.class);
        if (now > 60) {
          assertThat(verdict).isInstanceOf(Verdict.Hold.class);
        }
      }
    }
  }

  @Test
  void aSourceThatCannotBeAskedHoldsAndLosesNothing() {
    var judge = new Judge(ComparisonPolicy.DEFAULT, BOUNDS);
    var undisturbed = new Judge(ComparisonPolicy.DEFAULT, BOUNDS);
    var counters = List.of(new Counters(), new Counters(), new Counters(), new Counters());
    Verdict verdict = judge.unavailable("nothing was asked yet");
    for (double now = 10; now <= 300; now += 10) {
      live(judge, now, counters.get(0), counters.get(1));
      live(undisturbed, now, counters.get(2), counters.get(3));
      verdict = judge.unavailable("prometheus:9090 did not answer within 5s");
      assertThat(judge.look(now)).isEqualTo(undisturbed.look(now));
    }

    assertThat(verdict)
        .isInstanceOfSatisfying(
            Verdict.Hold.class,
            hold -> {
              assertThat(hold.reason()).isEqualTo(Reason.SOURCE_UNAVAILABLE);
              assertThat(hold.failedCheck()).isFalse();
            });
    assertThat(verdict.sentence())
        .isEqualTo(
            "metrics unavailable: prometheus:9090 did not answer within 5s; this says nothing about"
                + " the release");
  }

  /// One request in ten seconds to the canary: half a minute without any is no news.
  @Test
  void aQuietServiceIsNotCalledSilent() {
    var judge = new Judge(ComparisonPolicy.DEFAULT, new double[0]);
    for (double now = 0; now <= 1200; now += 10) {
      judge.take(new Scrape(now, Group.PRIMARY, "", now, 0, new double[0]), now);
      judge.take(new Scrape(now, Group.CANARY, "", Math.floor(now / 40), 0, new double[0]), now);
      if (now == 0) {
        judge.remember();
      } else {
        assertThat(judge.look(now)).as("at %s s", now).isNotInstanceOf(Verdict.Hold.class);
      }
    }
  }

  @Test
  void aWarmCanaryIsToleratedMoreInItsFirstMinuteAndOneThatFailsOutrightIsNot() {
    assertThat(firstMinute(0.012, 0)).isInstanceOf(Verdict.Rollback.class);
    assertThat(firstMinute(0.012, 60)).isNotInstanceOf(Verdict.Rollback.class);
    assertThat(firstMinute(0.5, 60)).isInstanceOf(Verdict.Rollback.class);
  }

  private static Verdict firstMinute(double share, double warmUp) {
    var usual = ComparisonPolicy.DEFAULT;
    var policy =
        new ComparisonPolicy(
            10, 0.01, usual.errors(), usual.latency(), 0.005, 0.99, null, List.of(), warmUp, false);
    var judge = new Judge(policy, new double[0]);
    Verdict last = judge.unavailable("");
    for (double now = 0; now <= 60; now += 10) {
      judge.take(new Scrape(now, Group.PRIMARY, "", 900 * now, 0.9 * now, new double[0]), now);
      judge.take(
          new Scrape(
              now, Group.CANARY, "", 100 * now, Math.floor(100 * share * now), new double[0]),
          now);
      if (now == 0) {
        judge.remember();
      } else {
        last = judge.look(now);
        if (last instanceof Verdict.Rollback) {
          return last;
        }
      }
    }
    return last;
  }

  @Test
  void comparisonsOfOneCanaryShareTheChanceOfAFalseRollbackAndNothingElse() {
    var latencyAlone =
        new ComparisonPolicy(
            10,
            0.01,
            new Tolerance(1.2, 1e-3),
            new Tolerance(2, 0.01),
            0.004,
            0.98,
            250.0,
            List.of(100.0),
            30,
            true,
            false);
    var one = latencyAlone.oneOf(4);

    assertThat(one.alpha()).isEqualTo(0.0025);
    assertThat(one).usingRecursiveComparison().ignoringFields("alpha").isEqualTo(latencyAlone);
    var orders = one.ofOwn(new Tolerance(1.1, 0));
    assertThat(orders.alpha()).isEqualTo(0.0025);
    assertThat(orders.judgesErrors()).isTrue();
    assertThat(orders.errors()).isEqualTo(new Tolerance(1.1, 0));
    assertThat(orders.warmUp()).isEqualTo(30);
    assertThat(orders.margin()).isEqualTo(0.004);
  }

  /// Half a percent of 30 days' budget of 0.1 %: 12.96 s of total failure of the whole service.
  @Test
  void aStepSpendsAPartOfTheErrorBudgetWhateverTheTraffic() {
    var budget = RiskBudget.DEFAULT;

    assertThat(budget.affordable(0.2, 60)).isCloseTo(1.08, within(1e-9));
    assertThat(budget.affordable(0.5, 60)).isCloseTo(0.432, within(1e-9));
    assertThat(budget.affordable(1, 600)).isCloseTo(0.0216, within(1e-9));
  }
}
