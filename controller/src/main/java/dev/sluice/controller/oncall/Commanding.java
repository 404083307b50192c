package dev.sluice.controller.oncall;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.UserError;
import dev.sluice.controller.object.CommandAnnotations;
import dev.sluice.controller.rollout.Command;
import dev.sluice.controller.rollout.Command.Verb;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.KubernetesClientTimeoutException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/// Gives a command to the controller, by annotating the Canary, and hears what it says. A command
/// that nobody answers is taken back, so that it surprises nobody later.
public final class Commanding {
  /// The field manager of what is written here.
  static final String MANAGER = "sluice";

  /// Somebody else may write the Canary between our read and our write.
  private static final int TRIES = 5;

  private static final int CONFLICT = 409;

  private final OpenCluster cluster;

  public Commanding(OpenCluster cluster) {
    this.cluster = cluster;
  }

  /// @param name of the Canary
  /// @param why may be empty
  /// @param revision that is meant; empty for the one that the Canary shows at this moment
  /// @param by who gives it
  /// @param id unique
  public record Wish(String name, Verb verb, String why, String revision, String by, String id) {}

  /// What became of a command.
  public sealed interface Outcome {
    record Taken(String message) implements Outcome {}

    record Refused(String message) implements Outcome {}

    /// Nobody answered in time, and the command was taken back.
    record Unanswered() implements Outcome {}

    /// Nobody waited for an answer.
    record Given() implements Outcome {}
  }

  /// @param patience how long to wait for an answer; empty for not at all
  /// @throws UserError when the command cannot be given
  public Outcome give(Wish wish, Optional<Duration> patience) {
    try {
      annotate(wish);
      return patience.isPresent() ? await(wish, patience.get()) : new Outcome.Given();
    } catch (KubernetesClientException e) {
      throw cluster.explained(e);
    }
  }

  private void annotate(Wish wish) {
    for (int attempt = 1; ; attempt++) {
      JsonNode canary = cluster.read(wish.name());
      waiting(canary)
          .ifPresent(other -> {
            throw new UserError(
                "another command waits for an answer (%s%s); try again in a moment"
                    .formatted(other.text(), other.by().isEmpty() ? "" : " by " + other.by()));
          });
      try {
        patch(wish.name(), annotations(wish, canary), canary);
        return;
      } catch (KubernetesClientException e) {
        if (e.getCode() != CONFLICT || attempt == TRIES) {
          throw e;
        }
      }
    }
  }

  /// A command that nobody has answered yet.
  private static Optional<Command> waiting(JsonNode canary) {
    return CommandAnnotations.read(canary)
        .filter(command -> !command.id().equals(answer(canary).path("id").asText()));
  }

  private static JsonNode answer(JsonNode canary) {
    return canary.at("/status/rollout/orders/command");
  }

  private static Map<String, @Nullable String> annotations(Wish wish, JsonNode canary) {
    Map<String, @Nullable String> annotations = new HashMap<>();
    CommandAnnotations.ALL.forEach(name -> annotations.put(name, null));
    annotations.put(CommandAnnotations.COMMAND, wish.verb().title());
    annotations.put(CommandAnnotations.ID, wish.id());
    put(annotations, CommandAnnotations.REASON, wish.why());
    put(annotations, CommandAnnotations.BY, wish.by());
    put(
        annotations,
        CommandAnnotations.REVISION,
        wish.revision().isEmpty() ? meant(wish.verb(), canary) : wish.revision());
    return annotations;
  }

  private static void put(Map<String, @Nullable String> annotations, String name, String value) {
    if (!value.isEmpty()) {
      annotations.put(name, value);
    }
  }

  /// What its giver sees at this moment is what a command is about; a pause is about all that
  /// comes.
  private static String meant(Verb verb, JsonNode canary) {
    return switch (verb) {
      case PROMOTE, PROMOTE_FULLY, ABORT, RETRY, SKIP ->
          canary.at("/status/rollout/revision").asText("");
      case PAUSE, RESUME -> "";
    };
  }

  private void patch(String name, Map<String, @Nullable String> annotations, JsonNode canary) {
    Map<String, Object> metadata = new HashMap<>();
    metadata.put("annotations", annotations);
    metadata.put("resourceVersion", canary.at("/metadata/resourceVersion").asText());
    cluster
        .canary(name)
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.JSON_MERGE)
                .withFieldManager(MANAGER)
                .build(),
            OpenCluster.tree(Map.of("metadata", metadata)).toString());
  }

  private Outcome await(Wish wish, Duration patience) {
    try {
      GenericKubernetesResource answered =
          cluster
              .canary(wish.name())
              .waitUntilCondition(
                  canary -> canary == null || isAnswered(OpenCluster.tree(canary), wish),
                  patience.toMillis(),
                  TimeUnit.MILLISECONDS);
      if (answered == null) {
        throw new UserError("the Canary was deleted meanwhile");
      }
      return outcome(OpenCluster.tree(answered));
    } catch (KubernetesClientTimeoutException e) {
      return takenBack(wish);
    }
  }

  private static boolean isAnswered(JsonNode canary, Wish wish) {
    return answer(canary).path("id").asText().equals(wish.id());
  }

  private static Outcome outcome(JsonNode canary) {
    String message = answer(canary).path("message").asText();
    return answer(canary).path("outcome").asText().equals("Taken")
        ? new Outcome.Taken(message)
        : new Outcome.Refused(message);
  }

  /// Under the version that shows no answer: one that comes at this very moment counts.
  private Outcome takenBack(Wish wish) {
    for (int attempt = 1; ; attempt++) {
      JsonNode canary = cluster.read(wish.name());
      if (isAnswered(canary, wish)) {
        return outcome(canary);
      }
      boolean isOurs =
          CommandAnnotations.read(canary).filter(c -> c.id().equals(wish.id())).isPresent();
      if (!isOurs) {
        return new Outcome.Unanswered();
      }
      try {
        Map<String, @Nullable String> none = new HashMap<>();
        CommandAnnotations.ALL.forEach(name -> none.put(name, null));
        patch(wish.name(), none, canary);
        return new Outcome.Unanswered();
      } catch (KubernetesClientException e) {
        if (e.getCode() != CONFLICT || attempt == TRIES) {
          throw e;
        }
      }
    }
  }
}
