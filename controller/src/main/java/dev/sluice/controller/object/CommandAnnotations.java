package dev.sluice.controller.object;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.controller.cluster.Fingerprint;
import dev.sluice.controller.cluster.Trim;
import dev.sluice.controller.rollout.Command;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.StreamSupport;

/// A [Command] as annotations of a Canary. Whoever may patch Canaries may give one; the API server
/// notes which client did, and when.
public final class CommandAnnotations {
  /// One of [Command.Verb#title()].
  public static final String COMMAND = Trim.COMMAND;

  /// Why it is given; for people.
  public static final String REASON = "sluice.dev/command-reason";

  /// Who gives it; nobody checks that.
  public static final String BY = "sluice.dev/command-by";

  /// The revision that is meant, or how its hash begins.
  public static final String REVISION = "sluice.dev/command-revision";

  /// Unique, for clients that want to know what became of their command.
  public static final String ID = "sluice.dev/command-id";

  /// Everything that goes when the command was answered.
  public static final List<String> ALL = List.of(COMMAND, REASON, BY, REVISION, ID);

  private static final String LAST_APPLIED = "kubectl.kubernetes.io/last-applied-configuration";
  private static final int LONGEST_WORD = 64;
  private static final int LONGEST_NAME = 100;
  private static final int LONGEST_REASON = 256;

  private CommandAnnotations() {}

  /// @param canary as it was read, with or without the fields of its managers
  /// @return empty when it carries none
  public static Optional<Command> read(JsonNode canary) {
    JsonNode annotations = canary.path("metadata").path("annotations");
    if (!annotations.path(COMMAND).isTextual()) {
      return Optional.empty();
    }
    String text = text(annotations, COMMAND, LONGEST_WORD);
    String by = text(annotations, BY, LONGEST_NAME);
    String why = text(annotations, REASON, LONGEST_REASON);
    String revision = text(annotations, REVISION, LONGEST_WORD);
    String given = text(annotations, ID, LONGEST_WORD);
    Optional<JsonNode> writer = writer(canary);
    String through = writer.map(w -> text(w, "manager", LONGEST_NAME)).orElse("");
    String at = writer.map(w -> w.path("time").asText()).orElse("");
    // The same words at another time are another command, but for a client that counts its own.
    String id =
        given.isEmpty()
            ? Fingerprint.of(List.of(text, by, why, revision, through, at)).substring(0, 12)
            : given;
    return Optional.of(
        new Command(id, text, by, through, why, revision, isDeclared(canary, annotations)));
  }

  private static boolean owns(JsonNode fields) {
    return fields.path("f:metadata").path("f:annotations").has("f:" + COMMAND);
  }

  /// Who wrote the command last.
  private static Optional<JsonNode> writer(JsonNode canary) {
    return owners(canary).stream().max(Comparator.comparing(entry -> entry.path("time").asText()));
  }

  private static List<JsonNode> owners(JsonNode canary) {
    return StreamSupport.stream(canary.path("metadata").path("managedFields").spliterator(), false)
        // The cache keeps the entries of owners only, without their fields.
        .filter(entry -> !entry.has("fieldsV1") || owns(entry.path("fieldsV1")))
        .toList();
  }

  /// What is applied again and again is a wish for a state, and must not be obeyed again and again.
  private static boolean isDeclared(JsonNode canary, JsonNode annotations) {
    boolean applied =
        owners(canary).stream().anyMatch(entry -> entry.path("operation").asText().equals("Apply"));
    return applied
        || Json.parse(annotations.path(LAST_APPLIED).asText())
            .map(manifest -> manifest.path("metadata").path("annotations").path(COMMAND))
            .filter(annotations.path(COMMAND)::equals)
            .isPresent();
  }

  private static String text(JsonNode parent, String field, int longest) {
    String plain = parent.path(field).asText("").replaceAll("\\p{Cntrl}+", " ").strip();
    return plain.length() <= longest ? plain : plain.substring(0, longest - 1) + "…";
  }
}
