package dev.sluice.controller.object;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import dev.sluice.controller.cluster.Kind;
import dev.sluice.controller.cluster.Trim;
import dev.sluice.controller.rollout.Command;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.io.IOException;
import org.junit.jupiter.api.Test;

/// What is read from the annotations of a Canary.
class CommandAnnotationsTest {
  private static final ObjectMapper YAML = new ObjectMapper(new YAMLFactory());

  private static Command read(String metadata) throws IOException {
    return CommandAnnotations.read(tree(metadata)).orElseThrow();
  }

  private static JsonNode tree(String metadata) throws IOException {
    return YAML.readTree("metadata:\n" + metadata.indent(2));
  }

  private static String annotated(String manager, String operation, String time) {
    return """
    annotations: {sluice.dev/command: promote}
    managedFields:
    - {manager: %s, operation: %s, time: "%s", fieldsV1: {"f:metadata": {"f:annotations": {"f:sluice.dev/command": {}}}}}
    - {manager: helm, operation: Update, time: "2026-01-02T10:00:00Z", fieldsV1: {"f:spec": {}}}
    """
        .formatted(manager, operation, time);
  }

  @Test
  void whoWroteItIsWhoOwnsTheAnnotation() throws IOException {
    var command = read(annotated("kubectl-annotate", "Update", "2026-01-01T10:00:00Z"));

    assertThat(command.text()).isEqualTo("promote");
    assertThat(command.through()).isEqualTo("kubectl-annotate");
    assertThat(command.isDeclared()).isFalse();
  }

  @Test
  void theSameWordsAtAnotherTimeAreAnotherCommand() throws IOException {
    var first = read(annotated("kubectl-annotate", "Update", "2026-01-01T10:00:00Z"));
    var again = read(annotated("kubectl-annotate", "Update", "2026-01-01T10:00:00Z"));
    var later = read(annotated("kubectl-annotate", "Update", "2026-01-01T10:00:01Z"));

    assertThat(again.id()).isEqualTo(first.id());
    assertThat(later.id()).isNotEqualTo(first.id());
  }

  @Test
  void anIdOfTheClientsOwnCounts() throws IOException {
    var command =
        read("annotations: {sluice.dev/command: abort, sluice.dev/command-id: 0011aabb}\n");

    assertThat(command.id()).isEqualTo("0011aabb");
  }

  @Test
  void whatServerSideApplyOwnsIsPartOfAManifest() throws IOException {
    assertThat(read(annotated("kustomize-controller", "Apply", "2026-01-01T10:00:00Z")))
        .extracting(Command::isDeclared)
        .isEqualTo(true);
  }

  /// It goes into status, Events and chat.
  @Test
  void wordsAreKeptShortAndOnOneLine() throws IOException {
    var command =
        read(
            """
            annotations:
              sluice.dev/command: pause
              sluice.dev/command-by: "jane\\n\\tdoe"
              sluice.dev/command-reason: "%s"
            """
                .formatted("x".repeat(1000)));

    assertThat(command.by()).isEqualTo("jane doe");
    assertThat(command.why()).hasSize(256).endsWith("…");
  }

  @Test
  void aReasonAloneIsNoCommand() throws IOException {
    assertThat(CommandAnnotations.read(tree("annotations: {sluice.dev/command-reason: because}\n")))
        .isEmpty();
  }

  /// The cache keeps no managed fields but who wrote a command.
  @Test
  void whatTheCacheKeepsIsReadAsTheWhole() throws IOException {
    var whole = tree(annotated("kubectl-annotate", "Update", "2026-01-01T10:00:00Z"));
    var trimmed = Trim.trim(Kind.CANARY, YAML.convertValue(whole, GenericKubernetesResource.class));

    assertThat(CommandAnnotations.read(Json.tree(trimmed)))
        .isEqualTo(CommandAnnotations.read(whole));
    assertThat(trimmed.getMetadata().getManagedFields()).hasSize(1);
  }
}
