package dev.sluice.controller.cli;

import dev.sluice.controller.oncall.Commanding;
import dev.sluice.controller.oncall.Commanding.Outcome;
import dev.sluice.controller.oncall.OpenCluster;
import dev.sluice.controller.rollout.Command.Verb;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Takes a rollout in hand. Exit codes: 0 when the controller took the command, 1 when it refused
/// it or the cluster did, 2 for bad input, 3 when no controller answered.
@Command(mixinStandardHelpOptions = true, sortOptions = false, versionProvider = Version.class)
abstract class OrderCommand implements Callable<Integer> {
  private static final int REFUSED = 1;
  private static final int UNANSWERED = 3;

  @Parameters(paramLabel = "NAME", description = "The Canary.")
  String name = "";

  @Option(
      names = "--reason",
      paramLabel = "TEXT",
      description = "Why, for whoever reads of it in status, Events and alerts.")
  @Nullable String reason;

  @Option(
      names = "--revision",
      paramLabel = "HASH",
      description = "Only if this is the revision (or how it begins); the present one if left out.")
  @Nullable String revision;

  @Option(names = "--no-wait", description = "Do not wait for the controller's answer.")
  boolean unheard;

  @Option(
      names = "--timeout",
      paramLabel = "DURATION",
      defaultValue = "15s",
      converter = DurationConverter.class,
      description = "How long to wait for it (default: ${DEFAULT-VALUE}).")
  Duration timeout;

  @Mixin ClusterOptions where;

  @Spec CommandSpec spec;

  @SuppressWarnings("NullAway.Init") // picocli sets what is left out here
  OrderCommand() {}

  abstract Verb verb();

  @Override
  public Integer call() {
    try (OpenCluster cluster = where.open()) {
      byte[] id = new byte[8];
      ThreadLocalRandom.current().nextBytes(id);
      var wish =
          new Commanding.Wish(
              name,
              verb(),
              reason == null ? "" : reason,
              revision == null ? "" : revision,
              cluster.user(),
              HexFormat.of().formatHex(id));
      var patience = unheard ? Optional.<Duration>empty() : Optional.of(timeout);
      return told(cluster, new Commanding(cluster).give(wish, patience));
    }
  }

  private int told(OpenCluster cluster, Outcome outcome) {
    var what = "%s of %s/%s".formatted(verb().title(), cluster.namespace(), name);
    var out = spec.commandLine().getOut();
    var err = spec.commandLine().getErr();
    return switch (outcome) {
      case Outcome.Taken(var message) -> {
        out.println(what + ": " + message);
        yield 0;
      }
      case Outcome.Given() -> {
        out.println(what + ": given; whether it is taken is told by an Event of the Canary");
        yield 0;
      }
      case Outcome.Refused(var message) -> {
        err.println("sluice: " + what + " is refused: " + message);
        yield REFUSED;
      }
      case Outcome.Unanswered() -> {
        err.println(
            "sluice: no controller answered within %ds, so %s was taken back; is one running, and may it see namespace %s?"
                .formatted(timeout.toSeconds(), what, cluster.namespace()));
        yield UNANSWERED;
      }
    };
  }

  @Command(
      name = "promote",
      description =
          "Takes the next step of a rollout now, past the check of the present one and whoever is to agree; after the last step that is the promotion.")
  static final class Promote extends OrderCommand {
    @Option(
        names = "--full",
        description = "Skips all that is left of the analysis; pods must still be ready.")
    boolean full;

    @Override
    Verb verb() {
      return full ? Verb.PROMOTE_FULLY : Verb.PROMOTE;
    }
  }

  @Command(
      name = "skip",
      description =
          "Leaves out the check of the present step; webhooks that are to agree are asked.")
  static final class Skip extends OrderCommand {
    @Override
    Verb verb() {
      return Verb.SKIP;
    }
  }

  @Command(name = "abort", description = "Rolls a rollout back now.")
  static final class Abort extends OrderCommand {
    @Override
    Verb verb() {
      return Verb.ABORT;
    }
  }

  @Command(name = "retry", description = "Analyses a revision that was rolled back once more.")
  static final class Retry extends OrderCommand {
    @Override
    Verb verb() {
      return Verb.RETRY;
    }
  }

  @Command(
      name = "pause",
      description =
          "Nothing goes forward until resume; checks go on, and what keeps users safe works as always.")
  static final class Pause extends OrderCommand {
    @Override
    Verb verb() {
      return Verb.PAUSE;
    }
  }

  @Command(name = "resume", description = "Ends a pause.")
  static final class Resume extends OrderCommand {
    @Override
    Verb verb() {
      return Verb.RESUME;
    }
  }
}
