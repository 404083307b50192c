package dev.sluice.controller.rollout;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import org.junit.jupiter.api.Test;

/// Keeps the reference page of Events, conditions and alerts equal to the code; rewritten with
/// `-Dsluice.update=true`.
class EventsPageTest {
  private static final Path PAGE =
      Path.of(System.getProperty("sluice.root", "..")).resolve("docs/reference/events.md");

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

        ## Condition `Held`

        `True` while a rollout does not go on, with one of these reasons; gone when it does. The phase and the
        traffic stay as they are meanwhile. Each begins with an Event `Held` and ends with an Event `Resumed`.

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
        """);
    return page.toString();
  }

  private static String alert(HoldReason reason) {
    return switch (reason.tone()) {
      case QUIET -> "none";
      case PATIENT -> "none; a deadline runs";
      case GATE -> "`warn`, at once, unless the webhook has `muteAlert`";
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
