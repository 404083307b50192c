package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.patch.PatchRefused;
import dev.sluice.playground.schema.Cause;
import dev.sluice.playground.schema.Schema;
import java.nio.charset.StandardCharsets;
import java.util.List;

/// What is refused before anybody looks at the content of an object: it is another kind, has
/// another name than the URL says, cannot be decoded. Pure but for the warnings of the request.
final class Incoming {
  private Incoming() {}

  /// A patch may not make another kind of the object.
  static void sameType(Request request, ObjectNode patched, JsonNode body, Options options) {
    var kind = request.kind();
    var givenKind = patched.path("kind").asText("");
    var givenVersion = patched.path("apiVersion").asText("");
    if (givenKind.equals(kind.kind()) && givenVersion.equals(kind.groupVersion())) {
      return;
    }
    if (!kind.custom()) {
      throw badPatch(
          body,
          Schema.builtIn(givenVersion, givenKind)
              .flatMap(other -> other.undecodable(patched))
              .orElse("must be " + kind.groupVersion() + " " + kind.kind()));
    }
    if (options.validation().equals("Warn") && patched.has("spec")) {
      request.warnings().add("unknown field \"spec\"");
    }
    throw Refusal.invalid(
        kind,
        request.name(),
        List.of(
            givenKind.equals(kind.kind())
                ? Cause.invalid(
                    "apiVersion", Refusal.quoted(givenVersion), "must be " + kind.groupVersion())
                : Cause.invalid("kind", Refusal.quoted(givenKind), "must be " + kind.kind())));
  }

  static Refusal badPatch(JsonNode body, String why) {
    return new Refusal(
        422,
        "Invalid",
        " \"\" is invalid: patch: Invalid value: " + Refusal.quoted(body.toString()) + ": " + why,
        Refusal.Details.EMPTY.with(
            List.of(Cause.invalid("patch", Refusal.quoted(body.toString()), why))));
  }

  static Refusal refusal(PatchRefused refused) {
    return switch (refused.why()) {
      case UNREADABLE -> Refusal.badRequest(refused.text());
      case DOES_NOT_APPLY ->
          new Refusal(
              422,
              "Invalid",
              "the server rejected our request due to an error in our request",
              Refusal.Details.EMPTY);
      case INVALID ->
          new Refusal(
              422,
              "Invalid",
              " \"\" is invalid: patch: " + refused.text(),
              Refusal.Details.EMPTY.with(
                  List.of(new Cause("FieldValueInvalid", refused.text(), "patch"))));
      case TOO_LARGE ->
          new Refusal(413, "RequestEntityTooLarge", refused.text(), Refusal.Details.ABSENT);
      case UNTYPED -> Refusal.internal(refused.text());
    };
  }

  static void rightKind(Request request, ObjectNode object, String name) {
    var kind = request.kind();
    var givenKind = object.path("kind").asText("");
    var givenVersion = object.path("apiVersion").asText("");
    if (kind.custom()) {
      if (givenKind.isEmpty()) {
        throw Bodies.unrecognized(
            kind,
            "Object 'Kind' is missing in '"
                + new String(request.call().body(), StandardCharsets.UTF_8)
                + "'",
            Bodies.shown(request.call().body()));
      }
      if (!givenVersion.equals(kind.groupVersion())) {
        throw Refusal.badRequest(
            "the API version in the data ("
                + givenVersion
                + ") does not match the expected API version ("
                + kind.groupVersion()
                + ")");
      }
      if (!givenKind.equals(kind.kind())) {
        throw Refusal.invalid(
            givenKind,
            kind.group(),
            object.path("metadata").path("name").asText(name),
            List.of(Cause.invalid("kind", Refusal.quoted(givenKind), "must be " + kind.kind())));
      }
      return;
    }
    if (!givenKind.isEmpty() && !givenKind.equals(kind.kind())) {
      throw Refusal.badRequest(
          givenKind
              + " in version "
              + Refusal.quoted(givenVersion.substring(givenVersion.indexOf('/') + 1))
              + " cannot be handled as a "
              + kind.kind()
              + ": converting ("
              + kind.version()
              + "."
              + givenKind
              + ") to ("
              + (kind.group().isEmpty() ? "core" : kind.group())
              + "."
              + kind.kind()
              + "): unknown conversion");
    }
    if (!givenVersion.isEmpty() && !givenVersion.equals(kind.groupVersion())) {
      throw Refusal.badRequest(
          kind.kind()
              + " in version "
              + Refusal.quoted(givenVersion.substring(givenVersion.indexOf('/') + 1))
              + " cannot be handled as a "
              + kind.kind()
              + ": no kind "
              + Refusal.quoted(kind.kind())
              + " is registered for version "
              + Refusal.quoted(givenVersion)
              + " in scheme \"pkg/runtime/scheme.go:110\"");
    }
    object.put("kind", kind.kind()).put("apiVersion", kind.groupVersion());
  }

  static Refusal undecodable(ResourceKind kind, String why) {
    return Refusal.badRequest(
        kind.kind()
            + " in version "
            + Refusal.quoted(kind.version())
            + " cannot be handled as a "
            + kind.kind()
            + ": "
            + why);
  }

  static void strict(Request request, Options options, List<String> findings) {
    if (findings.isEmpty()) {
      return;
    }
    switch (options.validation()) {
      case "Strict" ->
          throw undecodable(
              request.kind(), "strict decoding error: " + String.join(", ", findings));
      case "Warn" -> request.warnings().addAll(findings);
      default -> {}
    }
  }

  static void unknown(Request request, Options options, List<String> findings, JsonNode body) {
    if (findings.isEmpty()) {
      return;
    }
    if (options.validation().equals("Strict")) {
      throw badPatch(body, "strict decoding error: " + String.join(", ", findings));
    }
    if (options.validation().equals("Warn")) {
      request.warnings().addAll(findings);
    }
  }

  static void sameName(String given, String url) {
    if (!given.equals(url)) {
      throw Refusal.badRequest(
          "the name of the object ("
              + given
              + ") does not match the name on the URL ("
              + url
              + ")");
    }
  }

  static void sameNamespace(Request request, ObjectNode object) {
    if (!request.kind().namespaced()) {
      object.withObjectProperty("metadata").remove("namespace");
      return;
    }
    var given = object.path("metadata").path("namespace").asText("");
    if (!given.isEmpty() && !given.equals(request.namespace())) {
      throw Refusal.badRequest(
          "the namespace of the provided object does not match the namespace sent on the request");
    }
  }

  static void warnOfFinalizers(Request request, ObjectNode meta) {
    for (var finalizer : meta.path("finalizers")) {
      if (!finalizer.asText().contains("/")
          && !List.of(Deleting.FOREGROUND, Deleting.ORPHAN).contains(finalizer.asText())) {
        request
            .warnings()
            .add(
                "metadata.finalizers: "
                    + Refusal.quoted(finalizer.asText())
                    + ": prefer a domain-qualified finalizer name to avoid accidental conflicts with"
                    + " other finalizer writers");
      }
    }
  }
}
