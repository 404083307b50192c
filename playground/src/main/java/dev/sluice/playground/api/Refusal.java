package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Cause;
import java.util.List;

/// The server says no: a Status with code, reason and details, as a client will read it.
final class Refusal extends RuntimeException {
  private static final long serialVersionUID = 1;

  private final int code;
  private final String reason;
  private final transient Details details;

  /// @param name empty when there is none
  /// @param kind a plural for what is about a resource, a Kind for what is about an object's
  ///   content
  /// @param retryAfterSeconds 0 when it is not said
  record Details(
      boolean present,
      String name,
      String group,
      String kind,
      List<Cause> causes,
      int retryAfterSeconds) {
    static final Details ABSENT = new Details(false, "", "", "", List.of(), 0);
    static final Details EMPTY = new Details(true, "", "", "", List.of(), 0);

    static Details of(String name, String group, String kind) {
      return new Details(true, name, group, kind, List.of(), 0);
    }

    Details with(List<Cause> more) {
      return new Details(present, name, group, kind, more, retryAfterSeconds);
    }
  }

  Refusal(int code, String reason, String message, Details details) {
    super(message, null, false, false);
    this.code = code;
    this.reason = reason;
    this.details = details;
  }

  int code() {
    return code;
  }

  /// There is nothing at all under this path: the client gets plain text, not a Status.
  static Refusal noPage(String path) {
    return new Refusal(404, "Page", "no page " + path, Details.ABSENT);
  }

  boolean plain() {
    return reason.equals("Page");
  }

  /// A string as messages show values.
  static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  static Refusal badRequest(String message) {
    return new Refusal(400, "BadRequest", message, Details.ABSENT);
  }

  static Refusal notFound(ResourceKind kind, String name) {
    return new Refusal(
        404,
        "NotFound",
        kind.qualified() + " " + quoted(name) + " not found",
        Details.of(name, kind.group(), kind.plural()));
  }

  static Refusal exists(ResourceKind kind, String name) {
    return new Refusal(
        409,
        "AlreadyExists",
        kind.qualified() + " " + quoted(name) + " already exists",
        Details.of(name, kind.group(), kind.plural()));
  }

  static Refusal unknownResource() {
    return new Refusal(
        404, "NotFound", "the server could not find the requested resource", Details.EMPTY);
  }

  static Refusal stale(ResourceKind kind, String name) {
    return conflict(
        kind,
        name,
        "the object has been modified; please apply your changes to the latest version and try"
            + " again");
  }

  static Refusal conflict(ResourceKind kind, String name, String why) {
    return new Refusal(
        409,
        "Conflict",
        "Operation cannot be fulfilled on " + kind.qualified() + " " + quoted(name) + ": " + why,
        Details.of(name, kind.group(), kind.plural()));
  }

  static Refusal method() {
    return new Refusal(
        405,
        "MethodNotAllowed",
        "the server does not allow this method on the requested resource",
        Details.EMPTY);
  }

  static Refusal forbidden(ResourceKind kind, String name, String why, List<Cause> causes) {
    return new Refusal(
        403,
        "Forbidden",
        kind.qualified() + (name.isEmpty() ? "" : " " + quoted(name)) + " is forbidden: " + why,
        Details.of(name, kind.group(), kind.plural()).with(causes));
  }

  static Refusal invalid(ResourceKind kind, String name, List<Cause> causes) {
    return invalid(kind.kind(), kind.group(), name, causes);
  }

  /// Query options that make no sense, such as an unknown `dryRun`.
  static Refusal options(String kind, List<Cause> causes) {
    return invalid(kind, "meta.k8s.io", "", causes);
  }

  static Refusal invalid(String kind, String group, String name, List<Cause> causes) {
    var each = causes.stream().map(c -> c.field() + ": " + c.message()).toList();
    var text = each.size() == 1 ? each.getFirst() : "[" + String.join(", ", each) + "]";
    return new Refusal(
        422,
        "Invalid",
        (group.isEmpty() ? kind : kind + "." + group) + " " + quoted(name) + " is invalid: " + text,
        Details.of(name, group, kind).with(causes));
  }

  static Refusal internal(String message) {
    return new Refusal(500, "", message, Details.ABSENT);
  }

  static Refusal notAcceptable(List<String> accepted) {
    return new Refusal(
        406,
        "NotAcceptable",
        "only the following media types are accepted: " + String.join(", ", accepted),
        Details.ABSENT);
  }

  static Refusal unsupportedMedia(List<String> accepted) {
    return new Refusal(
        415,
        "UnsupportedMediaType",
        "the body of the request was in an unknown format - accepted media types include: "
            + String.join(", ", accepted),
        Details.ABSENT);
  }

  /// The Status object, fields in the order in which the real server sends them.
  ObjectNode status() {
    var status = JsonNodeFactory.instance.objectNode();
    status.put("kind", "Status").put("apiVersion", "v1").putObject("metadata");
    status.put("status", "Failure").put("message", getMessage());
    if (!reason.isEmpty()) {
      status.put("reason", reason);
    }
    if (details.present()) {
      var node = status.putObject("details");
      putIfSet(node, "name", details.name());
      putIfSet(node, "group", details.group());
      putIfSet(node, "kind", details.kind());
      if (!details.causes().isEmpty()) {
        var causes = node.putArray("causes");
        for (var cause : details.causes()) {
          var one = causes.addObject();
          putIfSet(one, "reason", cause.reason());
          putIfSet(one, "message", cause.message());
          putIfSet(one, "field", cause.field());
        }
      }
      if (details.retryAfterSeconds() > 0) {
        node.put("retryAfterSeconds", details.retryAfterSeconds());
      }
    }
    status.put("code", code);
    return status;
  }

  private static void putIfSet(ObjectNode node, String field, String value) {
    if (!value.isEmpty()) {
      node.put(field, value);
    }
  }
}
