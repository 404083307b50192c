package dev.sluice.playground.api;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.sluice.playground.store.Change;
import dev.sluice.playground.store.TooOld;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// Watches: what a client missed, then what happens. Used under the server's lock.
final class Watches {

  private final State state;
  private final Reading reading;
  private final Map<String, Set<One>> open = new HashMap<>();

  /// The frames of the present change, so that watchers who see the same get the same frame.
  private final Map<Format, ObjectNode> made = new HashMap<>();

  Watches(State state, Reading reading) {
    this.state = state;
    this.reading = reading;
    state
        .storage()
        .listen(change -> {
          for (var each : List.copyOf(open.getOrDefault(change.key().resource(), Set.of()))) {
            each.see(change);
          }
          made.clear();
        });
  }

  /// What makes the frames of two watchers equal.
  ///
  /// @param kind in one version
  /// @param shape see [Tables#shape]
  private record Format(String kind, String shape, String type) {}

  /// Whether a GET asks for a watch: `watch` with any value but false and 0, or the old path.
  static boolean wanted(Call call, RequestPath path) {
    return call.method().equals("GET")
        && (path.watch()
            || (call.query().containsKey("watch")
                && !List.of("false", "0").contains(call.parameter("watch").orElse(""))));
  }

  /// The same, of a request whose query is not read yet.
  static boolean asks(String method, @Nullable String path, @Nullable String query) {
    if (!method.equals("GET") || path == null) {
      return false;
    }
    if (RequestPath.parse(path).map(RequestPath::watch).orElse(false)) {
      return true;
    }
    if (query == null || RequestPath.parse(path).isEmpty()) {
      return false;
    }
    for (var each : query.split("&", -1)) {
      if (each.equals("watch") || each.startsWith("watch=")) {
        return !List.of("watch=false", "watch=0").contains(each);
      }
    }
    return false;
  }

  /// @param shape what equal shapes show equally, empty when this one shows like no other
  /// @param show how each object is shown
  One start(
      Request request,
      String shape,
      Function<ObjectNode, ObjectNode> show,
      Consumer<ObjectNode> frames) {
    reading.options(request);
    var selection = Reading.Selection.of(request);
    long from = reading.watchVersion(request);
    var watch = new One(request, selection, shape, show, frames);
    if (from == 0) {
      for (var stored : state.storage().list(request.kind().storage(), request.namespace())) {
        if (watch.covers(stored) && selection.matches(stored)) {
          watch.send("ADDED", stored);
        }
      }
    } else {
      try {
        var missed = state.storage().since(request.kind().storage(), from);
        watch.from = from;
        for (var change : missed) {
          watch.see(change);
          made.clear();
        }
      } catch (TooOld e) {
        var gone =
            new Refusal(
                410,
                "Expired",
                "too old resource version: " + from + " (" + e.oldest() + ")",
                Refusal.Details.ABSENT);
        frames.accept(frame("ERROR", gone.status()));
        return watch;
      }
    }
    open.computeIfAbsent(request.kind().storage(), _ -> new LinkedHashSet<>()).add(watch);
    return watch;
  }

  private static ObjectNode frame(String type, ObjectNode object) {
    var frame = JsonNodeFactory.instance.objectNode();
    frame.put("type", type);
    frame.set("object", object);
    return frame;
  }

  /// One client's watch.
  final class One {
    private final Request request;
    private final Reading.Selection selection;
    private final String shape;
    private final Function<ObjectNode, ObjectNode> show;
    private final Consumer<ObjectNode> frames;
    private long from;

    One(
        Request request,
        Reading.Selection selection,
        String shape,
        Function<ObjectNode, ObjectNode> show,
        Consumer<ObjectNode> frames) {
      this.request = request;
      this.selection = selection;
      this.shape = shape;
      this.show = show;
      this.frames = frames;
    }

    void end() {
      open.getOrDefault(request.kind().storage(), new HashSet<>()).remove(this);
    }

    void bookmark() {
      if (!request
          .call()
          .parameter("allowWatchBookmarks")
          .map(v -> !v.equals("false") && !v.equals("0"))
          .orElse(false)) {
        return;
      }
      var object = JsonNodeFactory.instance.objectNode();
      object.put("kind", request.kind().kind()).put("apiVersion", request.kind().groupVersion());
      object.putObject("metadata").put("resourceVersion", Long.toString(state.storage().version()));
      frames.accept(frame("BOOKMARK", object));
    }

    private boolean covers(ObjectNode stored) {
      var meta = stored.path("metadata");
      return (request.namespace().isEmpty()
              || request.namespace().equals(meta.path("namespace").asText("")))
          && (request.name().isEmpty() || request.name().equals(meta.path("name").asText()));
    }

    private void see(Change change) {
      if (!change.key().resource().equals(request.kind().storage())
          || change.version() <= from
          || !covers(change.object())) {
        return;
      }
      var now = change.type() != Change.Type.DELETED && selection.matches(change.object());
      var then = change.before().filter(selection::matches);
      if (now && then.isPresent()) {
        tell("MODIFIED", change.object());
      } else if (now) {
        tell("ADDED", change.object());
      } else if (then.isPresent()) {
        // What left the selection is shown as it was last inside, under the version that took it
        // out.
        var last = change.type() == Change.Type.DELETED ? change.object() : then.get().deepCopy();
        last.withObjectProperty("metadata").put("resourceVersion", Long.toString(change.version()));
        tell("DELETED", last);
      }
    }

    /// @param stored what every watcher who is told this type of the present change sees
    private void tell(String type, ObjectNode stored) {
      if (shape.isEmpty()) {
        send(type, stored);
        return;
      }
      var kind = request.kind().groupVersion() + "/" + request.kind().kind();
      var format = new Format(kind, shape, type);
      var frame = made.get(format);
      if (frame == null) {
        frame = shown(type, stored);
        made.put(format, frame);
      }
      frames.accept(frame);
    }

    private void send(String type, ObjectNode stored) {
      frames.accept(shown(type, stored));
    }

    private ObjectNode shown(String type, ObjectNode stored) {
      return frame(type, show.apply(reading.read(request.kind(), stored)));
    }
  }
}
