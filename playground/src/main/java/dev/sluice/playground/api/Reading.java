package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.schema.Cause;
import dev.sluice.playground.store.Storage;
import dev.sluice.playground.store.TooOld;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;

/// GET of one object and of lists: selection, pages, versions.
final class Reading {

  private final State state;
  private final Scale scale = new Scale();

  Reading(State state) {
    this.state = state;
  }

  /// A list before it is shaped for the client.
  ///
  /// @param objects in the version of the request
  /// @param next token of the next page, or empty
  /// @param remaining how many objects follow, or -1 when it is not said
  record Found(List<ObjectNode> objects, long version, String next, long remaining) {}

  /// Which objects a list or watch is about.
  record Selection(LabelSelector labels, FieldSelector fields) {
    static Selection of(Request request) {
      var labels = LabelSelector.parse(request.call().parameter("labelSelector").orElse(""));
      var fields =
          FieldSelector.parse(request.call().parameter("fieldSelector").orElse(""), request.kind());
      return new Selection(labels, fields);
    }

    boolean all() {
      return labels.isEmpty() && fields.isEmpty();
    }

    /// @param stored in its stored form
    boolean matches(ObjectNode stored) {
      return labels.matches(stored) && fields.matches(stored);
    }
  }

  ObjectNode get(Request request) {
    version(request, false);
    var kind = request.kind();
    var key = state.key(kind, request.namespace(), request.name());
    var found = state.storage().get(key).orElseThrow(() -> Refusal.notFound(kind, request.name()));
    var object = read(kind, found);
    return request.path().subresource().equals("scale") ? scale.of(kind, object) : object;
  }

  Found list(Request request) {
    options(request);
    var kind = request.kind();
    var selection = Selection.of(request);
    var limit = limit(request);
    var token = request.call().parameter("continue").orElse("");
    long at = state.storage().version();
    var after = "";
    long before = 0;
    if (!token.isEmpty()) {
      if (request
          .call()
          .parameter("resourceVersion")
          .filter(v -> !v.isEmpty() && !v.equals("0"))
          .isPresent()) {
        throw Refusal.badRequest("specifying resource version is not allowed when using continue");
      }
      var place = Page.parse(token);
      at = place.version();
      after = place.last();
      before = place.seen();
    } else {
      var exact = request.call().parameter("resourceVersionMatch").orElse("").equals("Exact");
      long asked = version(request, false);
      if (exact) {
        at = asked;
      }
    }
    var page = new ArrayList<ObjectNode>();
    var storage = request.kind().storage();
    var more = new AtomicBoolean();
    try {
      state
          .storage()
          .walk(
              storage,
              request.namespace(),
              after,
              at,
              object -> {
                if (selection.matches(object)) {
                  more.set(limit > 0 && page.size() == limit);
                  if (!more.get()) {
                    page.add(object);
                  }
                }
                return !more.get();
              });
      if (!more.get()) {
        return new Found(shown(kind, page), at, "", -1);
      }
      long seen = before + page.size();
      return new Found(
          shown(kind, page),
          at,
          new Page(at, Page.place(page.getLast()), seen).token(),
          selection.all() ? state.storage().count(storage, request.namespace(), at) - seen : -1);
    } catch (TooOld e) {
      throw new Refusal(
          410,
          "Expired",
          "The provided continue parameter is too old to display a consistent list result. You can"
              + " start a new list without the continue parameter.",
          Refusal.Details.ABSENT);
    }
  }

  private List<ObjectNode> shown(ResourceKind kind, List<ObjectNode> stored) {
    return stored.stream().map(object -> read(kind, object)).toList();
  }

  /// An object as a client of this version sees it: defaults that its definition got later
  /// included.
  ObjectNode read(ResourceKind kind, ObjectNode stored) {
    var object = Versions.fromStored(kind, stored);
    if (!kind.custom()) {
      return object;
    }
    return state
        .schema(kind)
        .map(schema -> {
          var complete = schema.withDefaults(object);
          return complete.equals(object) ? object : schema.inOrder(complete);
        })
        .orElse(object);
  }

  /// The version asked for.
  ///
  /// @throws Refusal when it is no number, or not reached yet
  private long version(Request request, boolean watch) {
    var text = request.call().parameter("resourceVersion").orElse("");
    if (text.isEmpty()) {
      return 0;
    }
    long version = parse(text, watch);
    long present = state.storage().version();
    if (version > present && !watch) {
      throw new Refusal(
          504,
          "Timeout",
          "Too large resource version: " + version + ", current: " + present,
          new Refusal.Details(
              true,
              "",
              "",
              "",
              List.of(new Cause("ResourceVersionTooLarge", "Too large resource version", "")),
              1));
    }
    return version;
  }

  /// The version a watch starts after, 0 when it starts with the present state.
  long watchVersion(Request request) {
    return version(request, true);
  }

  private static long parse(String text, boolean watch) {
    try {
      return Long.parseUnsignedLong(text);
    } catch (NumberFormatException _) {
      var why =
          "resourceVersion: Invalid value: "
              + Refusal.quoted(text)
              + ": strconv.ParseUint: parsing "
              + Refusal.quoted(text)
              + ": invalid syntax";
      throw watch ? Refusal.internal(why) : Refusal.badRequest("invalid resource version: " + why);
    }
  }

  private static int limit(Request request) {
    var text = request.call().parameter("limit").orElse("");
    try {
      return text.isEmpty() ? 0 : Integer.parseInt(text);
    } catch (NumberFormatException _) {
      throw Refusal.badRequest(
          "strconv.ParseInt: parsing " + Refusal.quoted(text) + ": invalid syntax");
    }
  }

  /// @throws Refusal 422 for list options that do not go together
  void options(Request request) {
    var call = request.call();
    var watch = Watches.wanted(call, request.path());
    var match = call.parameter("resourceVersionMatch").orElse("");
    var version = call.parameter("resourceVersion").orElse("");
    var initial = call.parameter("sendInitialEvents").isPresent();
    var causes = new ArrayList<Cause>();
    if (watch && initial) {
      if (!match.equals("NotOlderThan")) {
        causes.add(
            Cause.forbidden(
                "resourceVersionMatch",
                "sendInitialEvents requires setting resourceVersionMatch to NotOlderThan"));
      }
      causes.add(
          Cause.forbidden(
              "sendInitialEvents",
              "sendInitialEvents is forbidden for watch unless the WatchList feature gate is"
                  + " enabled"));
    } else if (watch && !match.isEmpty()) {
      causes.add(
          Cause.forbidden(
              "resourceVersionMatch",
              "resourceVersionMatch is forbidden for watch unless sendInitialEvents is provided"));
    } else if (!watch && initial) {
      causes.add(Cause.forbidden("sendInitialEvents", "sendInitialEvents is forbidden for list"));
    } else if (!match.isEmpty()) {
      if (version.isEmpty()) {
        causes.add(
            Cause.forbidden(
                "resourceVersionMatch",
                "resourceVersionMatch is forbidden unless resourceVersion is provided"));
      }
      if (!List.of("Exact", "NotOlderThan").contains(match)) {
        causes.add(
            Cause.unsupported(
                "resourceVersionMatch",
                Refusal.quoted(match),
                List.of("Exact", "NotOlderThan", "")));
      } else if (match.equals("Exact") && version.equals("0")) {
        causes.add(
            Cause.forbidden(
                "resourceVersionMatch",
                "resourceVersionMatch \"exact\" is forbidden for resourceVersion \"0\""));
      }
    }
    if (!causes.isEmpty()) {
      throw Refusal.options("ListOptions", causes);
    }
  }

  /// The list object of the kind.
  ObjectNode listObject(ResourceKind kind, Found found) {
    var list = JsonNodeFactory.instance.objectNode();
    if (kind.custom()) {
      list.put("apiVersion", kind.groupVersion());
      var items = list.putArray("items");
      found.objects().forEach(items::add);
      list.put("kind", kind.listKind());
    } else {
      list.put("kind", kind.listKind()).put("apiVersion", kind.groupVersion());
    }
    var meta = list.putObject("metadata");
    if (kind.custom() || !found.next().isEmpty()) {
      meta.put("continue", found.next());
    }
    if (found.remaining() >= 0) {
      meta.put("remainingItemCount", found.remaining());
    }
    meta.put("resourceVersion", Long.toString(found.version()));
    if (!kind.custom()) {
      var items = list.putArray("items");
      for (var object : found.objects()) {
        // Items of built-in lists do not repeat their kind.
        var item = JsonNodeFactory.instance.objectNode();
        item.setAll(object);
        item.remove(List.of("kind", "apiVersion"));
        items.add(item);
      }
    }
    return list;
  }

  static long version(ObjectNode object) {
    return Storage.versionOf(object);
  }
}
