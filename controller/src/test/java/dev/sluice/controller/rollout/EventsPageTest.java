package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.crds.CanaryStatus;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/// Keeps the reference page of Events, conditions and alerts equal to the code; rewritten with
/// `-Dsluice.update=true`.
class EventsPageTest {
  private static final Path ROOT = Path.of(System.getProperty("sluice.root", ".."));
  private static final Path PAGE = ROOT.resolve("docs/reference/events.md");

  @Test
  void everyReasonIsExplained() throws IOException {
    if (Boolean.getBoolean("sluice.update")) {
      Files.createDirectories(PAGE.getParent());
      Files.writeString(PAGE, page());
    }
    assertThat(Files.readString(PAGE))
        .as("out of date: run the tests with -Dsluice.update=true and commit")
        .isEqualTo(page());
  }

  private static String page() {
    var page = new StringBuilder();
    page.append(
        """
        # Events, conditions and alerts

        What `kubectl describe canary` shows, what it means and what to do. Made from the code; do not edit.
        For a page in the middle of the night there is a [runbook](../how-to/on-call.md).

        ```bash
        kubectl -n production describe canary myapp
        kubectl -n production get events --field-selector involvedObject.name=myapp --sort-by=.lastTimestamp
        kubectl -n production get canary myapp -o jsonpath='{range .status.conditions[*]}{.type}={.status} {.reason}: {.message}{"\\n"}{end}'
        ```

        Kubernetes forgets Events after an hour. What was told last stays in `status.rollout.news`; a controller that was
        killed before it could tell it tells it from there, under the same name, so that each Event is there once.

        ## Events

        Every transition has a reason of its own, so that no client folds one Event into another.

        | reason | type | what it means | what to do |
        | --- | --- | --- | --- |
        """);
    for (var reason : Reason.values()) {
      page.append(
          "| `%s` | %s | %s | %s |%n"
              .formatted(reason.title(), reason.type().title(), reason.meaning(), reason.advice()));
    }
    page.append(
        """

        Beside them, of things that are no step of a rollout:

        | reason | type | of | what it means | what to do |
        | --- | --- | --- | --- | --- |
        | `AlertFailed` | Warning | Canary | An alert to chat was not delivered. The rollout goes on, and the Event that the alert tells of is there. | Check the AlertProvider and the Secret that the message names. |
        | `BecameLeader` | Normal | Lease | Another replica works from now on. Nothing else has changed. | Nothing. |
        | `LostLead` | Warning | Lease | A replica could not renew its lease in time and stopped; another one takes over. | Nothing, unless it happens often: is the API server slow? |

        Those of GitSyncs are in [their reference](gitsync.md#events).

        ## Condition `Held`

        `True` while a rollout does not go on, with one of these reasons; gone when it does. The phase and the
        traffic stay as they are meanwhile. Each begins with an Event `Held` and ends with an Event `Resumed`,
        or with `RollingBack` alone where the release is given up meanwhile and no alert said `error`.

        | reason | alert | what it means | what to do |
        | --- | --- | --- | --- |
        """);
    for (var reason : HoldReason.values()) {
      page.append(
          "| `%s` | %s | %s | %s |%n"
              .formatted(reason.title(), alert(reason), reason.meaning(), reason.advice()));
    }
    page.append(
        """

        ## Why a rollout ends without promotion

        In `status.rollout.cause`, with the numbers in `status.rollout.failure`, in Event `RollingBack` and, but for the
        two that nobody needs to be told of, in an alert of severity `error`.

        | cause | what it means |
        | --- | --- |
        """);
    for (var kind : Cause.Kind.values()) {
      page.append("| `%s` | %s |%n".formatted(kind.title(), kind.meaning()));
    }
    page.append(
        """

        ## The other conditions

        | condition | `True` | `False` | `Unknown` | reason |
        | --- | --- | --- | --- | --- |
        | `Promoted` | what the target says is what the primary runs | the last revision failed | a revision is under way | the phase |
        | `Ready` | between releases, and nothing is wrong | the last revision failed, or a person must edit something | a revision is under way | the phase, or what is wrong |
        | `Reconciling` | a revision is under way | | | the phase |
        | `Stalled` | a person must edit something: the reason is `InvalidSpec`, or that of `Held` | | | |

        `Reconciling`, `Stalled` and `Held` are only there while they are true. `observedGeneration` says which
        generation of the Canary each of them speaks of.

        The phases, which are the reasons of `Promoted`, and of `Ready` and `Reconciling` while nothing is wrong:

        | phase | `Promoted` | what Sluice does meanwhile |
        | --- | --- | --- |
        """);
    for (var phase : CanaryStatus.Phase.values()) {
      page.append("| `%s` | %s |%n".formatted(phase, doing(phase)));
    }
    page.append(
        """

        ## Alerts to chat

        Sent to the AlertProviders of `spec.analysis.alerts`, each from its own least severity on, or to the controller's Slack
        channel for Canaries without any; [alerts](alerts.md) says how they are set up. An alert goes with an Event and is sent at least once.

        | with Event | severity | when | what to do |
        | --- | --- | --- | --- |
        """);
    ALERTS.forEach(row ->
        page.append(
            "| `%s` | `%s` | %s | %s |%n"
                .formatted(row.reason().title(), row.severity(), row.when(), row.advice())));
    page.append(
        """

        ## Alerts of Prometheus

        Those of `deploy/alerts/sluice-rules.yaml`.

        | alert | severity | after | what it says | what to do |
        | --- | --- | --- | --- | --- |
        """);
    for (var group : rules().path("groups")) {
      for (var rule : group.path("rules")) {
        page.append(
            "| `%s` | %s | %s | %s | [runbook](%s) |%n"
                .formatted(
                    rule.path("alert").asText(),
                    rule.at("/labels/severity").asText(),
                    rule.path("for").asText("at once"),
                    rule.at("/annotations/summary")
                        .asText()
                        .replaceAll("\\{\\{ \\$(?:labels\\.)?([a-z]+)[^}]*}}", "…")
                        .replace("…/…", "…"),
                    rule.at("/annotations/runbook").asText().replace("docs/", "../")));
      }
    }
    return page.toString();
  }

  /// An alert to chat.
  private record ChatAlert(Reason reason, String severity, String when, String advice) {}

  private static final List<ChatAlert> ALERTS =
      List.of(
          new ChatAlert(Reason.INITIALIZED, "info", "a Canary was onboarded", "Nothing."),
          new ChatAlert(Reason.NEW_REVISION, "info", "a release begins", "Nothing."),
          new ChatAlert(Reason.PROMOTED, "info", "a release is done", "Nothing."),
          new ChatAlert(
              Reason.REVERTED,
              "info",
              "a release ended because its target was changed back",
              "Nothing."),
          new ChatAlert(
              Reason.ROLLING_BACK,
              "error",
              "a release failed; `warn` where a rollback webhook asked for it",
              "[Rolled back: why?](../how-to/on-call.md#rolled-back-why)"),
          new ChatAlert(
              Reason.HELD,
              "error",
              "see the reasons of `Held`; `warn` where a webhook is waited for",
              "[A canary is held](../how-to/on-call.md#a-canary-is-held)"),
          new ChatAlert(Reason.RESUMED, "info", "a hold that had been alerted is over", "Nothing."),
          new ChatAlert(
              Reason.LEFT_BEHIND,
              "error",
              "a deleted Canary went, and the target could not take its traffic back in time",
              "Read the message, which says what was left."),
          new ChatAlert(
              Reason.SPEC_REFUSED,
              "warn",
              "a spec was refused while a release was under way",
              "[A spec is refused](../how-to/on-call.md#a-spec-is-refused)"));

  private static final Pattern TOLD =
      Pattern.compile(
          "Reason\\.([A-Z_]+),(?:(?!Reason\\.|;).)*?Severity\\.([A-Z]+)", Pattern.DOTALL);
  private static final Pattern WRITTEN =
      Pattern.compile("\"(?:Normal|Warning)\",\\s*\"([A-Z][A-Za-z]+)\"");
  private static final Pattern TROUBLE =
      Pattern.compile("(?:NeedsEdit|Passing|new Trouble)\\(\\s*\"([A-Z][A-Za-z]+)\"");

  @Test
  void everyAlertToChatIsExplained() {
    var explained =
        ALERTS.stream()
            .map(alert -> alert.reason().name() + " " + alert.severity().toUpperCase(Locale.ROOT))
            .toList();
    assertThat(found(TOLD, "controller/src/main/java/dev/sluice/controller/rollout"))
        .extracting(told -> told.group(1) + " " + told.group(2))
        .hasSizeGreaterThan(2)
        .isSubsetOf(explained);
  }

  @Test
  void everyEventThatIsNoStepOfARolloutIsExplained() {
    var pages = read(PAGE) + read(PAGE.resolveSibling("gitsync.md"));
    assertThat(found(WRITTEN, "controller/src/main/java"))
        .extracting(event -> event.group(1))
        .hasSizeGreaterThan(4)
        .allMatch(event -> pages.contains("`" + event + "`"));
  }

  @Test
  void everyReasonOfAGitSyncIsExplained() {
    var page = read(PAGE.resolveSibling("gitsync.md"));
    var reasons = new ArrayList<>(found(TROUBLE, "controller/src/main/java"));
    reasons.addAll(found(TROUBLE, "gitops/src/main/java"));
    assertThat(reasons)
        .extracting(reason -> reason.group(1))
        .hasSizeGreaterThan(20)
        .allMatch(reason -> page.contains("`" + reason + "`"));
  }

  private static List<MatchResult> found(Pattern pattern, String folder) {
    try (Stream<Path> files = Files.walk(ROOT.resolve(folder))) {
      return files
          .filter(file -> file.toString().endsWith(".java"))
          .flatMap(file -> pattern.matcher(read(file)).results())
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static JsonNode rules() {
    try {
      return new ObjectMapper(new YAMLFactory())
          .readTree(read(ROOT.resolve("deploy/alerts/sluice-rules.yaml")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String doing(CanaryStatus.Phase phase) {
    return switch (phase) {
      case INITIALIZING ->
          "Unknown | makes the primary; the target keeps its traffic until the primary is ready";
      case INITIALIZED -> "True | nothing, until the target changes";
      case WAITING ->
          "Unknown | waits for a confirm-rollout webhook; no pod of the release is started";
      case PROGRESSING ->
          "Unknown | starts the release's pods and gives it more traffic after each check; or takes it back"
              + " (`status.rollout.stage` is `RollingBack`)";
      case WAITING_PROMOTION ->
          "Unknown | goes on checking and waits for a confirm-promotion webhook; the traffic stays as it is";
      case PROMOTING -> "Unknown | gives the primary the analysed revision, then its traffic back";
      case FINALISING ->
          "Unknown | waits until all traffic is seen at the primary, then stops the target";
      case SUCCEEDED -> "True | nothing, until the target changes";
      case FAILED -> "False | nothing, until the target changes: the primary serves all traffic";
      case TERMINATING ->
          "Unknown | gives the target its Service and traffic back, as the Canary is deleted";
      case TERMINATED -> "Unknown | nothing any more";
    };
  }

  private static String alert(HoldReason reason) {
    return switch (reason.tone()) {
      case QUIET -> "none";
      case PATIENT -> "none; a deadline runs";
      case PATIENT_AT_FIRST -> "none, and an Event only after two minutes; a deadline runs";
      case GATE -> "`warn`, at once; not for a webhook with `muteAlert`";
      case ALERT -> "`error`, once it has lasted for an interval";
      case STALLED -> "`error`, at once; also condition `Stalled`";
    };
  }

  @Test
  void everyReasonIsOneWordInTheEventAsKubernetesWantsIt() {
    assertThat(Arrays.stream(Reason.values()).map(Reason::title))
        .doesNotHaveDuplicates()
        .allMatch(title -> title.matches("([A-Z][a-z]+)+") && title.length() <= 128);
  }
}
