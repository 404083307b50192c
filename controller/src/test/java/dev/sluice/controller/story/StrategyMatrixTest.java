package dev.sluice.controller.story;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.DynamicContainer.dynamicContainer;
import static org.junit.jupiter.api.DynamicTest.dynamicTest;

import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicNode;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;

/// Every strategy behind every provider, to every end that a release can come to: what users get,
/// where the pods are, what people are told. Other kinds of targets come to the same ends in two
/// strategies that differ in who meets a release. The releases of one target in one strategy behind
/// one provider follow one another in one cluster.
class StrategyMatrixTest {
  private static final long SEED = 7;
  private static final List<Way> WAYS_OF_OTHER_TARGETS = List.of(Way.STEPS, Way.BLUE_GREEN);

  /// @param happens from a release's beginning to its end, and what was seen of it
  private record Outcome(String title, Consumer<Site> happens) {}

  private static final List<Outcome> OUTCOMES =
      List.of(
          new Outcome("onboarded", StrategyMatrixTest::onboarded),
          new Outcome("promoted", StrategyMatrixTest::promoted),
          new Outcome("failed check", StrategyMatrixTest::failedCheck),
          new Outcome("failed deadline", StrategyMatrixTest::failedDeadline),
          new Outcome("reverted in mid-run", StrategyMatrixTest::reverted),
          new Outcome("new revision in mid-run", StrategyMatrixTest::replaced),
          new Outcome("aborted by a rollback webhook", StrategyMatrixTest::abortedByWebhook),
          new Outcome("aborted by command", StrategyMatrixTest::abortedByCommand),
          new Outcome("controller killed after every write", StrategyMatrixTest::killed),
          new Outcome("Canary deleted in mid-run", StrategyMatrixTest::deleted));

  private static void onboarded(Site site) {
    site.until("Initialized")
        .wasTold("Initializing( SpecWarning)? Initialized")
        .wasAlerted("initialization completed")
        .isServedBy("1.0.0");
  }

  private static void promoted(Site site) {
    site.release(Site.WELL)
        .until("Succeeded")
        .wasMetByItsUsers()
        .wasTold(
            "NewRevision( (Weight|Step)Advanced| NoData)+ Promoting( PrimaryAdvanced)* Finalising Promoted")
        .wasAlerted("New revision detected", "promotion finished")
        .isServedBy(site.version())
        .noRequestFailed();
  }

  private static void failedCheck(Site site) {
    site.release(Site.FAILING).until("Failed");
    if (site.meeting().isSafeAtFirst()) {
      site.wasMetByNoUser().noRequestFailed();
    } else {
      site.wasMetByItsUsers();
    }
    site.wasTold("NewRevision( (Weight|Step)Advanced| NoData)+ CheckFailed RollingBack RolledBack")
        .wasAlerted("New revision detected", "Failed checks threshold reached 2")
        .isServedBy(site.versionBefore());
  }

  private static void failedDeadline(Site site) {
    site.release(Site.NEVER_READY)
        .until("Failed")
        .wasMetByNoUser()
        .wasTold("NewRevision RollingBack RolledBack")
        .wasAlerted("New revision detected", "did not become ready within 60s")
        .isServedBy("2.0.0")
        .noRequestFailed();
  }

  private static void reverted(Site site) {
    site.release(Site.WELL).untilItIsMet().backTo("2.0.0").run(1);
    assertThat(site.isMet()).as("the release").isFalse();

    site.until("Succeeded")
        .wasTold("NewRevision( (Weight|Step)Advanced| NoData)+ Reverted")
        .wasAlerted("New revision detected", "Reverted: myapp.production is again")
        .isServedBy("2.0.0")
        .noRequestFailed();
  }

  private static void replaced(Site site) {
    site.release(Site.WELL).untilItIsMet().release(Site.WELL).run(1);
    assertThat(site.isMet()).as("the release").isFalse();

    site.until("Succeeded")
        .wasTold(
            "NewRevision( (Weight|Step)Advanced| NoData)+ RevisionRestarted( (Weight|Step)Advanced| NoData)+ Promoting( PrimaryAdvanced)* Finalising Promoted")
        .wasAlerted("New revision detected", "promotion finished")
        .isServedBy(site.version())
        .noRequestFailed();
  }

  private static void abortedByWebhook(Site site) {
    String before = site.version();
    site.release(Site.WELL).untilItIsMet();
    site.world().agree("stop");
    site.until("Failed");
    site.world().refuse("stop", "it answered 403: Forbidden");

    site.wasTold("NewRevision( (Weight|Step)Advanced| NoData)+ RollingBack RolledBack")
        .wasAlerted("New revision detected", "manual webhook invoked")
        .isServedBy(before)
        .noRequestFailed();
  }

  private static void abortedByCommand(Site site) {
    String before = site.versionBefore();
    site.release(Site.WELL).untilItIsMet();
    site.world()
        .patch(
            Myapp.CANARIES + "myapp",
            "{\"metadata\":{\"annotations\":{\"sluice.dev/command\":\"abort\",\"sluice.dev/command-by\":\"jane\"}}}");
    site.run(1);
    assertThat(site.isMet()).as("the release").isFalse();

    site.until("Failed")
        .wasTold("NewRevision( (Weight|Step)Advanced| NoData)+ CommandTaken RollingBack RolledBack")
        .wasAlerted("New revision detected", "aborted by jane")
        .isServedBy(before)
        .noRequestFailed();
  }

  private static void killed(Site site) {
    site.world().killAfterEveryWrite(true);
    site.release(Site.WELL).until("Succeeded").run(5);
    site.world().killAfterEveryWrite(false);

    site.wasMetByItsUsers()
        .wasTold(
            "NewRevision( (Weight|Step)Advanced| NoData)+ Promoting( PrimaryAdvanced)* Finalising Promoted")
        .isServedBy(site.version())
        .noRequestFailed();
    assertThat(site.alerts()).last().asString().contains("promotion finished");
  }

  private static void deleted(Site site) {
    site.release(Site.WELL).untilItIsMet();
    site.world().delete(Myapp.CANARIES + "myapp");
    site.until("the Canary is gone", site::isLeftAlone)
        .wasTold("NewRevision( (Weight|Step)Advanced| NoData)+ Terminating Terminated")
        .wasAlerted("New revision detected")
        .isLeftToItself(site.version())
        .noRequestFailed();
  }

  @TestFactory
  Stream<DynamicNode> everyStrategyBehindEveryProvider() {
    return behindEveryProvider(Target.DEPLOYMENT, List.of(Way.values()));
  }

  @TestFactory
  Stream<DynamicNode> everyOtherTargetBehindEveryProvider() {
    return Arrays.stream(Target.values())
        .filter(target -> target != Target.DEPLOYMENT)
        .map(target ->
            dynamicContainer(
                target.toString(), behindEveryProvider(target, WAYS_OF_OTHER_TARGETS)));
  }

  private static Stream<DynamicNode> behindEveryProvider(Target target, List<Way> ways) {
    return Arrays.stream(Provider.values())
        .map(provider ->
            dynamicContainer(
                provider.title(), ways.stream().map(way -> cells(target, way, provider))));
  }

  private static DynamicNode cells(Target target, Way way, Provider provider) {
    return target
        .cannot(provider)
        .or(() -> provider.cannot(way))
        .<DynamicNode>map(
            why -> dynamicTest(way + " is refused", () -> refused(target, way, provider, why)))
        .orElseGet(() -> dynamicContainer(way.toString(), lives(target, way, provider)));
  }

  /// Where a provider does something else, it says so, and that is what its users get.
  private static List<Outcome> outcomes(Way way, Provider provider) {
    return provider
        .leavesOut(way)
        .map(field ->
            List.of(
                new Outcome("warned of", site -> site.until("Initialized").isWarned(field)),
                new Outcome("promoted", StrategyMatrixTest::promoted)))
        .orElse(OUTCOMES);
  }

  private static Stream<DynamicTest> lives(Target target, Way way, Provider provider) {
    Site[] site = new Site[1];
    Stream<DynamicTest> cells =
        outcomes(way, provider).stream()
            .map(outcome ->
                dynamicTest(
                    outcome.title(),
                    () -> {
                      if (site[0] == null) {
                        site[0] = new Site(target, way, provider, SEED);
                      }
                      outcome.happens().accept(site[0].lookAnew());
                      site[0].nobodyWasLost();
                    }));
    return cells.onClose(() -> {
      if (site[0] != null) {
        site[0].close();
      }
    });
  }

  private static void refused(Target target, Way way, Provider provider, String why) {
    try (Site site = new Site(target, way, provider, SEED)) {
      site.run(30).isRefused(why);
    }
  }
}
