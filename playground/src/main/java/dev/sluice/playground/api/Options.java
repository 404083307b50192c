package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import dev.sluice.playground.schema.Cause;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The query options of a write.
///
/// @param manager `fieldManager`, or the user agent up to its first slash
/// @param validation `Strict`, `Warn` or `Ignore`
/// @param force of a server-side apply: take fields from their owners
record Options(boolean dryRun, String manager, String validation, boolean force) {

  /// @param kind such as `CreateOptions`, for the message
  /// @throws Refusal 422 when an option makes no sense
  static Options of(Call call, String kind) {
    var causes = new ArrayList<Cause>();
    var dryRun = call.query().getOrDefault("dryRun", List.of());
    checkDryRun(dryRun, causes);
    var validation = call.parameter("fieldValidation").orElse("");
    if (!List.of("", "Ignore", "Strict", "Warn").contains(validation)) {
      causes.add(
          Cause.unsupported(
              "fieldValidation",
              Refusal.quoted(validation),
              List.of("", "Ignore", "Strict", "Warn")));
    }
    var manager = call.parameter("fieldManager").orElse("");
    if (manager.length() > 128) {
      causes.add(Cause.tooLong("fieldManager", 128));
    }
    var apply = Bodies.type(call).equals("application/apply-patch+yaml");
    if (kind.equals("PatchOptions")) {
      if (apply && manager.isEmpty()) {
        causes.add(Cause.required("fieldManager", "is required for apply patch"));
      }
      if (!apply && call.parameter("force").isPresent()) {
        causes.add(Cause.forbidden("force", "may not be specified for non-apply patch"));
      }
    }
    if (!causes.isEmpty()) {
      throw Refusal.options(kind, causes);
    }
    return new Options(
        !dryRun.isEmpty(),
        manager.isEmpty() ? agent(call) : manager,
        validation.isEmpty() ? "Warn" : validation,
        call.parameter("force").map(Boolean::parseBoolean).orElse(false));
  }

  static void checkDryRun(List<String> given, List<Cause> causes) {
    if (!given.isEmpty() && !given.equals(List.of("All"))) {
      causes.add(
          Cause.unsupported(
              "dryRun",
              "[]string{" + String.join(", ", given.stream().map(Refusal::quoted).toList()) + "}",
              List.of("All")));
    }
  }

  private static String agent(Call call) {
    var agent = call.header("user-agent").orElse("");
    var slash = agent.indexOf('/');
    var name = slash < 0 ? agent : agent.substring(0, slash);
    return name.isEmpty() ? "unknown" : name;
  }

  /// How a deletion is to be done: from its body, or from the query.
  ///
  /// @param propagation Foreground, Background, Orphan or empty for the kind's default
  /// @param uid the uid that the object must have, or empty
  /// @param resourceVersion the version that it must have, or empty
  record Delete(
      boolean dryRun,
      String propagation,
      Optional<Long> grace,
      String uid,
      String resourceVersion) {

    static Delete of(Call call, JsonNode body) {
      var causes = new ArrayList<Cause>();
      var dryRun = new ArrayList<>(call.query().getOrDefault("dryRun", List.of()));
      body.path("dryRun").forEach(each -> dryRun.add(each.asText()));
      checkDryRun(dryRun, causes);
      var propagation =
          call.parameter("propagationPolicy").orElse(body.path("propagationPolicy").asText(""));
      var orphan = call.parameter("orphanDependents").or(() -> text(body, "orphanDependents"));
      if (!List.of("", "Foreground", "Background", "Orphan").contains(propagation)) {
        causes.add(
            Cause.unsupported(
                "propagationPolicy",
                Refusal.quoted(propagation),
                List.of("Foreground", "Background", "Orphan", "nil")));
      } else if (orphan.isPresent() && !propagation.isEmpty()) {
        causes.add(
            Cause.invalid(
                "propagationPolicy",
                Refusal.quoted(propagation),
                "orphanDependents and deletionPropagation cannot be both set"));
      }
      if (!causes.isEmpty()) {
        throw Refusal.options("DeleteOptions", causes);
      }
      return new Delete(
          !dryRun.isEmpty(),
          orphan.map(o -> Boolean.parseBoolean(o) ? "Orphan" : "Background").orElse(propagation),
          call.parameter("gracePeriodSeconds")
              .or(() -> text(body, "gracePeriodSeconds"))
              .filter(seconds -> seconds.matches("-?\\d{1,9}"))
              .map(Long::valueOf),
          body.path("preconditions").path("uid").asText(""),
          body.path("preconditions").path("resourceVersion").asText(""));
    }

    private static Optional<String> text(JsonNode body, String field) {
      return body.has(field) ? Optional.of(body.path(field).asText()) : Optional.empty();
    }
  }
}
